"""Registering, cancelling, and moving up the waiting list.

A seat is taken by a conditional update of the event's counter, so that two last seats are never
given, without a lock that outlives the statement. Whoever changes several rows takes the event's
first: two cancellations at once then wait for each other instead of blocking each other.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from cop.activity import service as activity
from cop.activity.service import PUBLIC, WORKER, Actor
from cop.core.db import db, insert_new
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events.models import Event
from cop.invitations import service as invitations
from cop.invitations.rules import Withdrawal
from cop.people.models import Person
from cop.registrations import mails, queries, rules
from cop.registrations.models import Registration
from cop.registrations.rules import Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """``fresh``: this call made the registration, or brought a cancelled one back."""

    registration: Registration
    fresh: bool


def register(
    event: Event,
    person: Person,
    *,
    now: datetime,
    actor: Actor = PUBLIC,
    tell: bool = True,
    by: Person | None = None,
) -> Outcome:
    """A seat, or the next place on the waiting list; told by mail. Pressed twice, it happens once.

    ``tell`` false: nobody is written to (past registrations taken over from a file). ``by``: the colleague who gave
    the name, whom the mail names.
    """
    staff = actor.kind != PUBLIC.kind
    rules.check_door(queries.door(event, now), staff=staff)
    registration = _enter(event, person, "staff" if staff else "public", now, by)
    if registration is None:
        registration = queries.of(event.id, person.id)
        _tell_again(registration, now)
        return Outcome(registration, fresh=False)
    if _take_seat(event.id):
        _confirm(registration, now)
        invitations.invite(event, person, now, tell=tell, by=by)
    else:
        _count_waiting(event.id, +1)
        if tell:
            mails.waitlisted(registration, queries.position(registration))
    activity.record(actor, f"registration.{registration.status}", registration, event=event.id)
    _reread(event)
    return Outcome(registration, fresh=True)


def decline(registration: Registration, now: datetime) -> bool:
    """The person said no in their calendar: the seat is given back, and they are told how to take it again."""
    return cancel(registration, now=now, actor=WORKER, by_person=True, why=Withdrawal.BY_CALENDAR)


def cancel(
    registration: Registration, *, now: datetime, actor: Actor, by_person: bool, why: Withdrawal | None = None
) -> bool:
    """Give the seat back, and to the first in line. False when it was cancelled already."""
    event = lock(registration.event_id)
    staff_may = not by_person and event.ends_at > now
    if not (staff_may or rules.may_cancel("", event_status=event.status, starts_at=event.starts_at, now=now)):
        raise Refused(_l("This event has begun or was cancelled: there is nothing left to cancel."))
    was = _leave(registration, now)
    if was == Status.CANCELLED:
        return False
    if was == Status.CONFIRMED:
        _give_seat_back(event.id)
        reason = why or (Withdrawal.BY_PERSON if by_person else Withdrawal.BY_ORGANISER)
        invitations.withdraw(event, registration.person, reason, now)
        promote(event, now)
    else:
        _count_waiting(event.id, -1)
        mails.left_waiting_list(registration, by_person=by_person)
    activity.record(actor, "registration.cancelled", registration, event=event.id, was=was)
    _reread(event)
    return True


def promote(event: Event, now: datetime, actor: Actor = WORKER) -> int:
    """Give free seats to those who wait, in order; returns how many moved up. The event's row is ours."""
    moved = 0
    while rules.may_promote(status=event.status, starts_at=event.starts_at, now=now):
        first = queries.first_in_line(event.id)
        if first is None or not _take_seat(event.id):
            break
        _confirm(first, now)
        _count_waiting(event.id, -1)
        invitations.invite(event, first.person, now, promoted=True)
        activity.record(actor, "registration.promoted", first, event=event.id)
        moved += 1
    _reread(event)
    return moved


def dismiss(registration: Registration, now: datetime) -> None:
    """Tell somebody who waits that the event is cancelled."""
    lock(registration.event_id)
    if _leave(registration, now) == Status.WAITLISTED:
        _count_waiting(registration.event_id, -1)
        mails.event_cancelled(registration)


def lock(event_id: int) -> Event:
    """The event's row, ours until the end of the transaction."""
    statement = sa.select(Event).where(Event.id == event_id).with_for_update()
    event: Event = db.session.scalars(statement, execution_options={"populate_existing": True}).one()
    return event


# --- Single steps -----------------------------------------------------------------------------------


def _enter(event: Event, person: Person, source: str, now: datetime, by: Person | None) -> Registration | None:
    """One row for this person at this event; ``None`` when they are registered already."""
    values = {"status": Status.WAITLISTED, "source": source, "queued_at": now}
    values |= {"registered_by_id": by.id if by else None, "arrangement": ""}
    key = {"event_id": event.id, "person_id": person.id}
    made = insert_new(Registration, {**key, **values, "created_at": now}, key=list(key))
    if made:
        return made
    lock(event.id)
    again = sa.update(Registration).filter_by(**key, status=Status.CANCELLED)
    came_back = _changed(again.values(**values, cancelled_at=None, confirmed_at=None))
    return queries.of(event.id, person.id) if came_back else None


def _leave(registration: Registration, now: datetime) -> str:
    """Cancel the row; returns what it was."""
    db.session.refresh(registration)
    was = registration.status
    if was != Status.CANCELLED:
        registration.status, registration.cancelled_at = Status.CANCELLED, now
        db.session.flush()
    return was


_SEATED: Final = (
    sa.update(Registration.__table__)
    .where(Registration.__table__.c.id == sa.bindparam("number"))
    .values(status=Status.CONFIRMED, confirmed_at=sa.bindparam("now"))
)


def _confirm(registration: Registration, now: datetime) -> None:
    db.session.execute(_SEATED, {"number": registration.id, "now": now})
    set_committed_value(registration, "status", Status.CONFIRMED)
    set_committed_value(registration, "confirmed_at", now)


def _tell_again(registration: Registration, now: datetime) -> None:
    """Whoever registers twice after a while has lost the mail."""
    if now - registration.queued_at >= rules.LOST_MAIL_AFTER:
        mails.again(registration, now)


_EVENTS: Final = Event.__table__.c
_ONE_SEAT: Final = (
    sa.update(Event.__table__)
    .where(_EVENTS.id == sa.bindparam("event"), _EVENTS.status == "published")
    .where(sa.or_(_EVENTS.capacity.is_(None), _EVENTS.seats_taken < _EVENTS.capacity))
    .values(seats_taken=_EVENTS.seats_taken + 1)
)


def _take_seat(event_id: int) -> bool:
    return _changed(_ONE_SEAT, {"event": event_id})


def _give_seat_back(event_id: int) -> None:
    _changed(sa.update(Event).where(Event.id == event_id).values(seats_taken=Event.seats_taken - 1))


def _count_waiting(event_id: int, step: int) -> None:
    _changed(sa.update(Event).where(Event.id == event_id).values(waiting=Event.waiting + step))


def _changed(statement: Any, values: Any = None) -> bool:
    done = db.session.execute(statement, values, execution_options={"synchronize_session": False})
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _reread(event: Event) -> None:
    """The counters were changed behind the row's back."""
    db.session.flush()
    db.session.expire(event, ["seats_taken", "waiting"])
