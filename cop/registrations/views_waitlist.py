"""What those who run an event do for somebody: give a seat, offer one, move to another group."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.i18n import _
from cop.events import queries as events
from cop.registrations import rules_seats, service_waitlist
from cop.registrations.models import Registration
from cop.registrations.views_event import blueprint


@blueprint.post("/animation/evenements/<int:event_id>/inscriptions/<int:registration_id>/donner")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def give_seat(event_id: int, registration_id: int) -> Any:
    row = _of(event_id, registration_id)
    words = _("%(name)s has a seat, and is told by mail.", name=row.person.full_name)
    return _done(event_id, words, lambda: service_waitlist.give(row, now=clock.now(), actor=actor()))


@blueprint.post("/animation/evenements/<int:event_id>/inscriptions/<int:registration_id>/proposer")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def offer_seat(event_id: int, registration_id: int) -> Any:
    row = _of(event_id, registration_id)
    words = _("A seat is offered to %(name)s, by mail.", name=row.person.full_name)
    return _done(event_id, words, lambda: service_waitlist.offer(row, now=clock.now(), actor=actor()))


@blueprint.post("/animation/evenements/<int:event_id>/inscriptions/<int:registration_id>/groupe")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def move_registration(event_id: int, registration_id: int) -> Any:
    """``to``: the number of a group, or a side among all others."""
    row, wanted = _of(event_id, registration_id), request.form.get("to", "")
    side = wanted if wanted in {rules_seats.ONSITE, rules_seats.ONLINE} else row.attends
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else None
    words = _("%(name)s is moved.", name=row.person.full_name)
    return _done(
        event_id,
        words,
        lambda: service_waitlist.move(row, quota_id=number, attends=side, now=clock.now(), actor=actor()),
    )


def _of(event_id: int, registration_id: int) -> Registration:
    row = db.session.get(Registration, registration_id)
    if row is None or row.event_id != event_id:
        raise NotFound
    return row


def _done(event_id: int, words: str, act: Callable[[], None]) -> Any:
    try:
        act()
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(words, "done")
    return redirect(url_for("registrations.list_for_event", event_id=event_id), 303)
