"""Who works for an organisation: added, corrected, gone, and told what is kept of them."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.organisations import forms, mails, queries, queries_story, rules, service, service_contacts
from cop.organisations.models import Affiliation, Organisation
from cop.organisations.views_list import blueprint
from cop.organisations.views_record import back


@blueprint.route("/animation/organisations/<int:organisation_id>/contacts/nouveau", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_EDIT, scope=queries.where_is)
def add_contact(organisation_id: int) -> Any:
    organisation, form = queries.get(organisation_id), forms.ContactForm()
    if request.method == "POST" and form.validate():
        try:
            held = _added(organisation, form)
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("%(name)s is noted.", name=held.person.full_name), "done")
            return _after_adding(held)
    page = render_template("organisations/contact.html", form=form, organisation=organisation, held=None)
    return page, 422 if request.method == "POST" else 200


def _added(organisation: Organisation, form: forms.ContactForm) -> Affiliation:
    return service_contacts.add(
        organisation,
        form.given_name.data,
        form.family_name.data,
        actor(),
        email=form.email.data or "",
        phone=form.phone.number,
        function=form.function.data or "",
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        main_contact=form.main_contact.data,
        source=form.source.data,
    )


def _after_adding(held: Affiliation) -> Any:
    """Named by somebody else: the next thing is to tell them."""
    if held.source == rules.PERSON or held.informed_on:
        return back(held.organisation_id)
    page = url_for("organisations.inform", organisation_id=held.organisation_id, affiliation_id=held.id)
    return redirect(page, 303)


@blueprint.route(
    "/animation/organisations/<int:organisation_id>/contacts/<int:affiliation_id>", methods=["GET", "POST"]
)
@requires(Permission.ORGANISATION_EDIT, scope=queries.where_is)
def edit_contact(organisation_id: int, affiliation_id: int) -> Any:
    held = queries_story.affiliation(organisation_id, affiliation_id)
    form = forms.AffiliationForm(obj=held)
    if request.method == "POST" and form.validate():
        try:
            service_contacts.correct(
                held,
                form.function.data or "",
                form.starts_on.data,
                form.ends_on.data,
                actor(),
                main_contact=form.main_contact.data,
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Saved."), "done")
            return back(organisation_id)
    page = render_template("organisations/contact.html", form=form, organisation=held.organisation, held=held)
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/animation/organisations/<int:organisation_id>/contacts/<int:affiliation_id>/partir")
@requires(Permission.ORGANISATION_EDIT, scope=queries.where_is)
def end_contact(organisation_id: int, affiliation_id: int) -> Any:
    held = queries_story.affiliation(organisation_id, affiliation_id)
    service.end_affiliation(held, clock.today(), actor())
    flash(_("%(name)s no longer works there. The history stays.", name=held.person.full_name), "done")
    return back(organisation_id)


@blueprint.post("/animation/organisations/<int:organisation_id>/contacts/<int:affiliation_id>/revenir")
@requires(Permission.ORGANISATION_EDIT, scope=queries.where_is)
def reopen_contact(organisation_id: int, affiliation_id: int) -> Any:
    held = queries_story.affiliation(organisation_id, affiliation_id)
    service.reopen_affiliation(held, actor())
    flash(_("%(name)s works there again.", name=held.person.full_name), "done")
    return back(organisation_id)


@blueprint.route(
    "/animation/organisations/<int:organisation_id>/contacts/<int:affiliation_id>/informer", methods=["GET", "POST"]
)
@requires(Permission.ORGANISATION_EDIT, scope=queries.where_is)
def inform(organisation_id: int, affiliation_id: int) -> Any:
    """The mail as it will be read, and the choice: send it, or say that it was told otherwise."""
    held = queries_story.affiliation(organisation_id, affiliation_id)
    if request.method == "GET":
        before = rules.tell_before(clock.local_date(held.created_at))
        return render_template("organisations/inform.html", held=held, words=mails.preview(held), before=before)
    sent, name = request.form.get("how") == "mail", held.person.full_name
    try:
        service_contacts.inform(held, actor(), by_mail=sent)
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        told = _("Noted: %(name)s was told.", name=name)
        flash(_("The mail to %(name)s leaves.", name=name) if sent else told, "done")
    return back(organisation_id)
