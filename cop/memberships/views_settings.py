"""What one may join as and for how much; how members pay. The whole organisation's, so for who manages it all."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from cop.accounts.sign_in import actor
from cop.core.access import Permission, requires
from cop.core.i18n import _
from cop.memberships import forms, queries, service
from cop.memberships.models import MembershipKind
from cop.memberships.views_list import blueprint, whole_organisation


@blueprint.get("/coordination/adhesions/tarifs")
@requires(Permission.MEMBERSHIP_MANAGE, scope=whole_organisation)
def kinds() -> str:
    return render_template("memberships/kinds.html", kinds=queries.kinds(), used=queries.uses_of_kinds())


@blueprint.route("/coordination/adhesions/tarifs/nouveau", methods=["GET", "POST"])
@requires(Permission.MEMBERSHIP_MANAGE, scope=whole_organisation)
def create_kind() -> Any:
    return _kind_page(None)


@blueprint.route("/coordination/adhesions/tarifs/<int:membership_kind_id>", methods=["GET", "POST"])
@requires(Permission.MEMBERSHIP_MANAGE, scope=whole_organisation)
def edit_kind(membership_kind_id: int) -> Any:
    return _kind_page(queries.kind(membership_kind_id))


def _kind_page(kind: MembershipKind | None) -> Any:
    form = forms.for_kind(kind)
    if form.validate_on_submit():
        made = service.save_kind(kind, form.values(), actor())
        flash(_("“%(name)s” is saved. Memberships asked for before keep their amount.", name=made.name_fr), "done")
        return redirect(url_for("memberships.kinds"), 303)
    page = render_template("memberships/kind.html", kind=kind, form=form)
    return (page, 422) if form.is_submitted() else page


@blueprint.route("/coordination/adhesions/reglages", methods=["GET", "POST"])
@requires(Permission.MEMBERSHIP_MANAGE, scope=whole_organisation)
def settings() -> Any:
    form = forms.for_settings(queries.settings())
    if form.validate_on_submit():
        service.save_settings(form.values(), actor())
        flash(_("The settings are saved."), "done")
        return redirect(url_for("memberships.settings"), 303)
    page = render_template("memberships/settings.html", form=form)
    return (page, 422) if form.is_submitted() else page
