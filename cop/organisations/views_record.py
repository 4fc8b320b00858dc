"""The record of an organisation: read, write, put away."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.organisations import forms, queries, queries_story, rules, service
from cop.organisations.models import Organisation
from cop.organisations.views_list import blueprint as blueprint
from cop.organisations.views_list import viewer


def back(organisation_id: int) -> Any:
    return redirect(url_for("organisations.show", organisation_id=organisation_id), 303)


@blueprint.get("/animation/organisations/<int:organisation_id>")
@requires(Permission.ORGANISATION_READ, scope=queries.where_is)
def show(organisation_id: int) -> str:
    return record_page(queries.get(organisation_id))


def record_page(organisation: Organisation, form: forms.ExchangeForm | None = None) -> str:
    """The whole record; ``form``: the line of an exchange that has to be mended."""
    today = clock.today()
    people = queries_story.affiliations(organisation.id)
    there = [held for held in people if held.ends_on is None or held.ends_on >= today]
    removed = request.args.get("retire", type=int)
    return render_template(
        "organisations/show.html",
        organisation=organisation,
        there=there,
        gone=[held for held in people if held not in there],
        readable=queries_story.readable(viewer(), [held.person_id for held in people]),
        exchanges=queries_story.exchanges(organisation.id, request.args.get("page", 1, type=int)),
        last_on=queries_story.last_contact(organisation.id),
        form=form or forms.exchange_form(there),
        sent_back=form is not None,
        removed=removed,
        rules=rules,
        today=today,
        may_edit=access.can(viewer(), Permission.ORGANISATION_EDIT, queries.where_is(organisation.id)),
    )


@blueprint.route("/animation/organisations/nouvelle", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_EDIT)
def create() -> Any:
    form = forms.OrganisationForm()
    alike: list[Organisation] = []
    if request.method == "POST" and form.validate():
        said = form.description()
        alike = queries.resembling(said.name, said.acronym, said.commune_id)
        if not alike or form.anyway.data == _fingerprint(said):
            made = _created(form)
            if made is not None:
                flash(_("The record is made. Who do you know there?"), "done")
                return back(made.id)
        form.anyway.data = _fingerprint(said)
    return _form_page(form, None, alike)


def _fingerprint(said: rules.Description) -> str:
    """What was read before "create it anyway": another name is looked up again."""
    return rules.twin_key(said.name, said.commune_id)


def _created(form: forms.OrganisationForm) -> Organisation | None:
    try:
        made = service.create(form.description(), actor())
        _check_reach(made)
    except Refused as refused:
        refuse(form, refused)
        return None
    return made


def _check_reach(organisation: Organisation) -> None:
    if not access.can(viewer(), Permission.ORGANISATION_EDIT, queries.where_is(organisation.id)):
        raise Refused(
            _("This place is outside your territory: you would not see the record. Choose another commune."), "commune"
        )


def _form_page(form: forms.OrganisationForm, organisation: Organisation | None, alike: Any = ()) -> Any:
    page = render_template("organisations/form.html", form=form, organisation=organisation, alike=alike)
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/animation/organisations/<int:organisation_id>/modifier", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_EDIT, scope=queries.where_is)
def edit(organisation_id: int) -> Any:
    organisation = queries.get(organisation_id)
    form = forms.for_existing(organisation)
    if request.method == "POST" and form.validate():
        try:
            changed = service.edit(organisation, form.description(), version=form.shown_version, actor=actor())
            _check_reach(organisation)
        except service.EditedMeanwhile as refused:
            form.version.data = str(organisation.version)
            refuse(form, refused)
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Saved.") if changed else _("Nothing had changed."), "done")
            return back(organisation.id)
    return _form_page(form, organisation)


@blueprint.post("/animation/organisations/<int:organisation_id>/archiver")
@requires(Permission.ORGANISATION_EDIT, scope=queries.where_is)
def archive(organisation_id: int) -> Any:
    service.archive(queries.get(organisation_id), actor())
    flash(_("The record is archived: it is out of the lists, its history stays."), "done")
    return back(organisation_id)


@blueprint.post("/animation/organisations/<int:organisation_id>/restaurer")
@requires(Permission.ORGANISATION_EDIT, scope=queries.where_is)
def restore(organisation_id: int) -> Any:
    service.restore(queries.get(organisation_id), actor())
    flash(_("The record is back in the lists."), "done")
    return back(organisation_id)
