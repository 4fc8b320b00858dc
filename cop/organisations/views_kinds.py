"""The kinds of organisations: the same for the whole installation, so for whoever has the right everywhere."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core.access import Permission, Where, requires
from cop.core.forms import Form
from cop.core.i18n import _
from cop.organisations import queries, service_kinds
from cop.organisations.forms import KindForm
from cop.organisations.models import OrganisationKind
from cop.organisations.views_list import blueprint


def _everywhere(**_values: Any) -> Where:
    return Where()


@blueprint.get("/animation/organisations/types")
@requires(Permission.ORGANISATION_EDIT, scope=_everywhere)
def kinds() -> str:
    return render_template("organisations/kinds.html", kinds=queries.kinds(archived=True))


@blueprint.route("/animation/organisations/types/nouveau", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_EDIT, scope=_everywhere)
def add_kind() -> Any:
    return _edited(KindForm(), None)


@blueprint.route("/animation/organisations/types/<int:organisation_kind_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_EDIT, scope=_everywhere)
def edit_kind(organisation_kind_id: int) -> Any:
    kind = queries.kind(organisation_kind_id)
    return _edited(KindForm(obj=kind), kind)


def _edited(form: Form, kind: OrganisationKind | None) -> Any:
    if request.method == "POST" and form.validate():
        names = ("name_fr", "name_en", "acronym", "dormant_months", "archived")
        service_kinds.save(kind, {name: form[name].data for name in names}, actor())
        flash(_("Saved."), "done")
        return redirect(url_for("organisations.kinds"), 303)
    page = render_template("organisations/kind.html", form=form, kind=kind)
    return page, 422 if request.method == "POST" else 200
