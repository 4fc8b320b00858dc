"""Who comes to an event: the list of those who run it."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.events import queries as events
from cop.events import queries_questions as questions
from cop.events.models import Event
from cop.people import service as persons
from cop.registrations import (
    forms,
    queries,
    queries_answers,
    queries_form,
    queries_seats,
    rules,
    rules_seats,
    service,
    service_form,
)
from cop.registrations.models import Registration
from cop.registrations.rules_seats import Line, Seats
from cop.registrations.views_event import blueprint
from cop.registrations.views_form import said_in


@blueprint.get("/animation/evenements/<int:event_id>/inscriptions")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def list_for_event(event_id: int) -> Any:
    event = events.get(event_id)
    return _page(event, _form(event))


def _form(event: Event) -> forms.RegistrationForm:
    return forms.build(event, questions.asked(event), staff=True)


def _page(event: Event, form: forms.RegistrationForm) -> str:
    now, lists, seats = clock.now(), queries.of_event(event.id), queries_seats.seats_of(event)
    return render_template(
        "registrations/list.html",
        event=event,
        **_told(event, lists),
        lines=_lines(lists, seats),
        moves=_moves(seats),
        waiting_note=_waiting_note(event, now),
        answers=queries_answers.partstats(event.id),
        questions=questions.asked(event),
        door=queries.door(event, now),
        form=form,
        now=now,
    )


def _told(event: Event, lists: queries.Lists) -> dict[str, Any]:
    """The lists as they are looked through, with what each person told the form."""
    given = queries_form.by_registration(event)
    said = queries_form.said_in_list(event, given)
    narrowed = queries_form.Narrowed(request.args.get("q", "").strip(), request.args.get("etat", ""))
    everybody = (*lists.confirmed, *lists.offered, *lists.waiting)
    return {
        "lists": queries_form.narrowed(lists, narrowed, said),
        "narrowed": narrowed,
        "places": {row.id: place for place, row in enumerate(lists.waiting, start=1)},
        "said": said,
        "summaries": queries_form.summaries(event, given, everybody),
        "words_of": queries_form.words_of,
    }


def _lines(lists: queries.Lists, seats: Seats) -> dict[int, str]:
    """The group or side of each registration, and the place in it of who waits; nothing where all are one line."""
    if not seats.groups and seats.online is None:
        return {}
    lines = {row.id: queries_seats.line_of(row, seats) for row in (*lists.confirmed, *lists.offered, *lists.waiting)}
    told = {number: _line_words(line, seats) for number, line in lines.items() if line.group or seats.online}
    for number, place in queries_seats.positions(lists.waiting, seats).items():
        told[number] = _("no. %(place)s of: %(group)s", place=place, group=_line_words(lines[number], seats))
    return told


def _line_words(line: Line, seats: Seats) -> str:
    if line.group:
        return line.group.name
    if seats.online is None:
        return _("everybody")
    return _("everybody, online") if line.online else _("everybody, on site")


def _moves(seats: Seats) -> list[tuple[str, str]]:
    """Where somebody may be moved: the value of the button and its words."""
    sides = (False,) if seats.online is None else (False, True)
    common = [(rules_seats.ONLINE if side else rules_seats.ONSITE, _line_words(Line(side), seats)) for side in sides]
    return [*((str(group.id), group.name) for group in seats.groups if not group.released), *common]


def _waiting_note(event: Event, now: datetime) -> str:
    if rules_seats.stopped(event.starts_at, event.stop_hours, now):
        return _("It is too late to call people one by one: a free seat goes to whoever takes it, or give it by hand.")
    if event.offer_hours:
        return _(
            "In this order. A freed seat is offered by mail for %(hours)d hours to the first to whom it may go.",
            hours=event.offer_hours,
        )
    return _("In this order. A freed seat, or more seats, go to the first to whom they may go, who is told by mail.")


@blueprint.post("/animation/evenements/<int:event_id>/inscriptions")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def add(event_id: int) -> Any:
    event = events.get(event_id)
    form = _form(event)
    if form.validate():
        try:
            flash(_added(event, form), "done")
        except Refused as refused:
            refuse(form, refused)
        else:
            return redirect(url_for("registrations.list_for_event", event_id=event.id), 303)
    return _page(event, form), 422


def _added(event: Event, form: forms.RegistrationForm) -> str:
    now, said = clock.now(), said_in(event, form)
    rules.check_door(queries.door(event, now), staff=True)
    person = persons.find_or_create(**form.identity(), actor=actor(), now=now)
    outcome = service.register(event, person, now=now, actor=actor(), attends=said.attends)
    if not outcome.fresh:
        return _("%(name)s was registered already.", name=person.full_name)
    service_form.note(outcome.registration, said, now)
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
