"""Seats offered, taken, let go; and what those who run an event decide about who waits."""

from datetime import datetime
from typing import Final

from cop.activity import service as activity
from cop.activity.service import PUBLIC, WORKER, Actor
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.i18n import _l
from cop.events.models import Event
from cop.events.models_quotas import Quota
from cop.invitations import service as invitations
from cop.registrations import mails, queries_seats, rules_seats, service
from cop.registrations import service_seats as counters
from cop.registrations.models import Registration
from cop.registrations.rules import Status
from cop.registrations.rules_seats import Line

# How long a seat offered by hand waits, where the event says nothing.
USUAL_HOURS: Final = 24


def accept(registration: Registration, *, now: datetime) -> None:
    """Take the seat that was offered; after the last call, one that is free. Pressed twice, it happens once."""
    event = _ours(registration, now)
    if registration.status == Status.CONFIRMED:
        return
    if registration.status == Status.OFFERED:
        service.confirm(event, registration, now, promoted=False)
        activity.record(PUBLIC, "registration.accepted", registration, event=event.id)
        return
    if registration.status != Status.WAITLISTED or not may_help_oneself(registration, now):
        raise Refused(_l("This seat is no longer free: it went to the next in line."))
    _call(event, registration, now, PUBLIC, hours=None)


def may_help_oneself(registration: Registration, now: datetime) -> bool:
    """After the last call nobody is promoted any more: a seat still free belongs to whoever comes and takes it."""
    event = registration.event
    if registration.status != Status.WAITLISTED or event.status != "published" or event.starts_at <= now:
        return False
    if not rules_seats.stopped(event.starts_at, event.stop_hours, now):
        return False
    seats = queries_seats.seats_of(event)
    return seats.has_room(queries_seats.line_of(registration, seats))


def expire(registration_id: int, now: datetime) -> None:
    """Nobody answered: the seat goes to the next, and the person is told how to come back to the end of the line.

    They leave the list: kept at its end they would be offered every free seat, and each of these offers would keep
    those who wait behind them waiting.
    """
    registration = db.session.get(Registration, registration_id)
    if registration is None:
        return
    event = service.lock(registration.event_id)
    db.session.refresh(registration)
    expires_at = registration.offer_expires_at
    if registration.status != Status.OFFERED or expires_at is None or expires_at > now:
        return
    if event.published_at is not None and event.published_at >= expires_at:
        # It ran out while the event was put off and nobody could answer: asked anew, for the new date.
        ask_anew(registration, now)
        return
    service.leave(registration, now)
    mails.offer_expired(registration)
    activity.record(WORKER, "registration.offer_expired", registration, event=event.id)
    service.promote(event, now)


def ask_anew(registration: Registration, now: datetime) -> None:
    """The event was put off and has its date now: whoever was asked is asked for that one, with all the time there was
    the first time. The event's row is ours."""
    event = registration.event
    service.hold(event, registration, event.offer_hours or USUAL_HOURS, now)
    mails.new_date(registration)


def give(registration: Registration, *, now: datetime, actor: Actor) -> None:
    """A seat out of turn, or instead of an offer: somebody decides, and it is written down."""
    event = _ours(registration, now, staff=True)
    if registration.status == Status.OFFERED:
        service.confirm(event, registration, now, promoted=True)
        activity.record(actor, "registration.given", registration, event=event.id)
    elif registration.status == Status.WAITLISTED:
        _call(event, registration, now, actor, hours=None)


def offer(registration: Registration, *, now: datetime, actor: Actor) -> None:
    """Ask this person, out of turn, whether they take a seat."""
    event = _ours(registration, now)
    if registration.status == Status.WAITLISTED:
        _call(event, registration, now, actor, hours=event.offer_hours or USUAL_HOURS)


def _call(event: Event, registration: Registration, now: datetime, actor: Actor, *, hours: int | None) -> None:
    if not service.call(event, registration, queries_seats.seats_of(event), now, actor, hours=hours):
        raise Refused(_l("No seat is free for this person: add seats, or move them to another group first."))


def move(registration: Registration, *, quota_id: int | None, attends: str, now: datetime, actor: Actor) -> None:
    """To another group, or to the other side of a hybrid event. Who waits keeps the order of arrival; who has a seat
    needs one there, and their calendar follows."""
    event = service.lock(registration.event_id)
    db.session.refresh(registration)
    if registration.status == Status.CANCELLED or event.status == "cancelled" or event.ends_at <= now:
        raise Refused(_l("This registration can no longer be changed."))
    if quota_id is not None and getattr(db.session.get(Quota, quota_id), "event_id", None) != event.id:
        raise NotFound
    seats = queries_seats.seats_of(event)
    before = queries_seats.line_of(registration, seats)
    wanted = attends if event.mode == rules_seats.HYBRID else registration.attends
    after = Line(_online(wanted, event, seats.group(quota_id)), seats.group(quota_id))
    if before == after:
        return
    if registration.status == Status.WAITLISTED:
        counters.leave(event.id, before)
        counters.join(event.id, after)
    else:
        # First given back: the same seat may be the one that is taken again.
        counters.give_back(event.id, before)
        if not counters.take(event.id, after, from_waiting=False):
            counters.keep(event.id, before)
            raise Refused(_l("No seat is free there: nothing was changed."))
    registration.quota_id = quota_id
    registration.attends = rules_seats.ONLINE if after.online else rules_seats.ONSITE
    activity.record(actor, "registration.moved", registration, event=event.id)
    if registration.status == Status.CONFIRMED:
        db.session.flush()
        invitations.change_side(event, registration.person, registration.attends, now)
    service.reread(event)
    service.promote(event, now)


def _online(attends: str, event: Event, group: rules_seats.Group | None) -> bool:
    """The seats of a group are on one side: whoever goes there goes to that side."""
    if event.mode == rules_seats.HYBRID and group is not None:
        return group.online
    return attends == rules_seats.ONLINE


def _ours(registration: Registration, now: datetime, *, staff: bool = False) -> Event:
    """The event's row, and the registration as it is now; refused when it is too late for any seat."""
    event = service.lock(registration.event_id)
    service.check_alone(event)
    db.session.refresh(registration)
    last = event.ends_at if staff else event.starts_at
    if event.status != "published" or last <= now:
        raise Refused(_l("This event has begun, is put off or was cancelled: no seat can be given."))
    if registration.status == Status.CANCELLED:
        raise Refused(_l("This registration was cancelled meanwhile: its seat went to the next in line."))
    return event
