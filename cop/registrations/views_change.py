"""Changing what one answered: by one's own link until registration closes, or by the staff, on the telephone."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.activity.service import PUBLIC
from cop.core import clock
from cop.core.access import Permission, public, requires
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.events import queries as events
from cop.events import queries_questions as questions
from cop.registrations import forms, forms_questions, queries, queries_form, rules, service_form, views_personal
from cop.registrations.models import Registration
from cop.registrations.views_event import blueprint
from cop.registrations.views_form import said_in


def _form(registration: Registration, *, staff: bool) -> forms.ChangeForm:
    event = registration.event
    data = forms_questions.data_of(queries_form.answers_of(registration))
    known = {"attends": registration.attends, "arrangement": registration.arrangement}
    return forms.for_change(event, questions.asked(event), {**data, **known}, staff=staff)


def _changed(registration: Registration, form: forms.ChangeForm, who: Any) -> bool:
    """True when the form was good and is kept."""
    if not form.validate():
        return False
    try:
        service_form.change_form(registration, said_in(registration.event, form), now=clock.now(), actor=who)
    except Refused as refused:
        refuse(form, refused)
        return False
    return True


@blueprint.route("/inscription/<token>/modifier", methods=["GET", "POST"])
@public
def change(token: str) -> Any:
    registration = views_personal.registration_of(token)
    if not queries_form.may_be_changed(registration, clock.now()):
        flash(_("Nothing can be changed here any more. A question? Write to those who run the meeting."), "refused")
        return redirect(url_for("registrations.show", token=token), 303)
    form = _form(registration, staff=False)
    if request.method == "POST" and _changed(registration, form, PUBLIC):
        flash(_("Your answers are changed."), "done")
        return redirect(url_for("registrations.show", token=token), 303)
    asked = questions.asked(registration.event)
    page = render_template(
        "registrations/change.html", event=registration.event, form=form, questions=asked, token=token
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/animation/evenements/<int:event_id>/inscriptions/<int:registration_id>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def registration(event_id: int, registration_id: int) -> Any:
    """One person's registration, for those who run the event."""
    event, row = events.get(event_id), one_of(event_id, registration_id)
    form = _form(row, staff=True)
    if request.method == "POST" and _changed(row, form, actor()):
        flash(_("Saved."), "done")
        return redirect(url_for("registrations.registration", event_id=event_id, registration_id=row.id), 303)
    page = render_template(
        "registrations/registration.html",
        event=event,
        row=row,
        form=form,
        questions=questions.asked(event),
        may_change=rules.may_change(row.status, queries.door(event, clock.now()), staff=True),
        said=queries_form.said_by(row),
    )
    return page, 422 if request.method == "POST" else 200


def one_of(event_id: int, registration_id: int) -> Registration:
    """Raises :class:`NotFound`, also for the registration to another event."""
    found = db.session.get(Registration, registration_id)
    if found is None or found.event_id != event_id:
        raise NotFound
    return found


@blueprint.post("/animation/evenements/<int:event_id>/inscriptions/<int:registration_id>/renvoyer")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def send_again(event_id: int, registration_id: int) -> Any:
    """For who lost the mail: where they stand, and their link."""
    row = one_of(event_id, registration_id)
    try:
        told = service_form.tell_again(row, now=clock.now(), actor=actor())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        sent = _("A mail leaves for %(address)s, with the link to the registration.", address=row.person.email)
        flash(sent if told else _("This mail was sent again less than an hour ago."), "done" if told else "note")
    return redirect(url_for("registrations.registration", event_id=event_id, registration_id=row.id), 303)
