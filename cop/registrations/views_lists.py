"""Who comes to an event: the list of those who run it."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.events import queries as events
from cop.events.models import Event
from cop.people import service as persons
from cop.registrations import forms, queries, queries_answers, queries_form, rules, service
from cop.registrations.models import Registration
from cop.registrations.views_event import blueprint


@blueprint.get("/animation/evenements/<int:event_id>/inscriptions")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def list_for_event(event_id: int) -> Any:
    return _page(events.get(event_id), forms.StaffRegistrationForm())


def _page(event: Event, form: forms.StaffRegistrationForm) -> str:
    now = clock.now()
    return render_template(
        "registrations/list.html",
        event=event,
        lists=queries.of_event(event.id),
        answers=queries_answers.partstats(event.id),
        given=queries_form.by_registration(event),
        door=queries.door(event, now),
        form=form,
        now=now,
    )


@blueprint.post("/animation/evenements/<int:event_id>/inscriptions")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def add(event_id: int) -> Any:
    event, form = events.get(event_id), forms.StaffRegistrationForm()
    if form.validate():
        try:
            flash(_added(event, form), "done")
        except Refused as refused:
            refuse(form, refused)
        else:
            return redirect(url_for("registrations.list_for_event", event_id=event.id), 303)
    return _page(event, form), 422


def _added(event: Event, form: forms.StaffRegistrationForm) -> str:
    now = clock.now()
    rules.check_door(queries.door(event, now), staff=True)
    person = persons.find_or_create(**form.identity(), actor=actor(), now=now)
    outcome = service.register(event, person, now=now, actor=actor())
    if not outcome.fresh:
        return _("%(name)s was registered already.", name=person.full_name)
    if outcome.registration.status == rules.Status.CONFIRMED:
        return _("%(name)s has a seat.", name=person.full_name)
    return _("All seats are taken: %(name)s is on the waiting list.", name=person.full_name)


@blueprint.post("/animation/evenements/<int:event_id>/inscriptions/<int:registration_id>/retirer")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def withdraw(event_id: int, registration_id: int) -> Any:
    registration = db.session.get(Registration, registration_id)
    if registration is None or registration.event_id != event_id:
        raise NotFound
    name = registration.person.full_name
    try:
        service.cancel(registration, now=clock.now(), actor=actor(), by_person=False)
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("%(name)s is no longer registered, and is told by mail.", name=name), "done")
    return redirect(url_for("registrations.list_for_event", event_id=event_id), 303)
