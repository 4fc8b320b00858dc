"""Registering, cancelling, and moving up the waiting list.

A seat is taken by a conditional update of the event's counter, so that two last seats are never
given, without a lock that outlives the transaction. Whoever changes several rows takes the event's
first: two cancellations at once then wait for each other instead of blocking each other, and people are
taken in the order the event's row was theirs.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import PUBLIC, WORKER, Actor
from cop.core import clock
from cop.core.db import db, insert_new
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events.models import Event
from cop.invitations import queries_guests as guests
from cop.invitations import service as invitations
from cop.invitations.rules import Withdrawal
from cop.people.models import Person
from cop.registrations import mails, queries, queries_seats, rules, rules_seats
from cop.registrations import service_seats as counters
from cop.registrations.models import Registration
from cop.registrations.rules import Status
from cop.registrations.rules_seats import Line, Seats


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
    attends: str = "",
    by: Person | None = None,
) -> Outcome:
    """A seat, or the next place on the waiting list; told by mail. Pressed twice, it happens once.

    ``attends``: on site or on line, where one may choose. ``tell`` false: nobody is written to (past registrations
    taken over from a file). ``by``: the colleague who gave the name, whom the mail names.
    """
    staff = actor.kind != PUBLIC.kind
    check_alone(event)
    rules.check_door(queries.door(event, now), staff=staff)
    seats, line = _place(event, person, attends)
    seated, others_first = _sit(event, seats, line, now)
    source = "staff" if staff else "public"
    registration = enter(event, person, line, source, now, seated=seated, by=by)
    if registration is None:
        (counters.give_back if seated else counters.leave)(event.id, line)
        registration = queries.of(event.id, person.id)
        _tell_again(registration, now)
        return Outcome(registration, fresh=False)
    activity.record(actor, f"registration.{registration.status}", registration, event=event.id)
    if seated:
        invitations.invite(event, person, now, attends=registration.side, tell=tell, by=by)
    elif not (others_first and _called_at_once(registration, now)) and tell:
        mails.waitlisted(registration, seats)
    reread(event)
    return Outcome(registration, fresh=True)


def _place(event: Event, person: Person, attends: str) -> tuple[Seats | None, Line]:
    """Where this person takes a seat. An event with groups is ours before its groups are read."""
    if not attends:
        attends = rules_seats.ONLINE if event.mode == rules_seats.ONLINE else rules_seats.ONSITE
    online = attends == rules_seats.ONLINE
    if not event.quota_count:
        return None, Line(online)
    seats = queries_seats.seats_of(lock(event.id))
    guest = rules_seats.asks_for_guests(seats.groups) and guests.is_guest(event.id, person.id)
    return seats, seats.line(online=online, profession=person.profession_code, guest=guest)


def _sit(event: Event, seats: Seats | None, line: Line, now: datetime) -> tuple[bool, bool]:
    """Take a seat, else the next place in line; whether one was taken, and whether a free one is somebody else's."""
    late = rules_seats.stopped(event.starts_at, event.stop_hours, now)
    if seats is None and not late:
        seated = counters.take_first(event.id, line)
    else:
        free = late or seats is None or not seats.somebody_is_before(line)
        seated = free and counters.take(event.id, line, from_waiting=False)
    if seated:
        return True, False
    free_for_all = counters.join(event.id, line)
    return False, free_for_all or (seats is not None and bool(seats.callable()))


def _called_at_once(registration: Registration, now: datetime) -> bool:
    """Seats had become free before those who wait: they are given in order, and this may be one of them."""
    promote(lock(registration.event_id), now)
    db.session.refresh(registration)
    return registration.status != Status.WAITLISTED


def decline(registration: Registration, now: datetime) -> bool:
    """The person said no in their calendar: the seat is given back, and they are told how to take it again."""
    return cancel(registration, now=now, actor=WORKER, by_person=True, why=Withdrawal.BY_CALENDAR)


def cancel(
    registration: Registration, *, now: datetime, actor: Actor, by_person: bool, why: Withdrawal | None = None
) -> bool:
    """Give the seat back, and to the first in line. False when it was cancelled already."""
    event = lock(registration.event_id)
    check_alone(event)
    staff_may = not by_person and event.ends_at > now
    if not (staff_may or rules.may_cancel("", event_status=event.status, starts_at=event.starts_at, now=now)):
        raise Refused(_l("This event has begun or was cancelled: there is nothing left to cancel."))
    was = leave(registration, now)
    if was == Status.CANCELLED:
        return False
    if was == Status.CONFIRMED:
        reason = why or (Withdrawal.BY_PERSON if by_person else Withdrawal.BY_ORGANISER)
        invitations.withdraw(event, registration.person, reason, now)
    elif was == Status.OFFERED:
        mails.offer_declined(registration, by_person=by_person)
    else:
        mails.left_waiting_list(registration, by_person=by_person)
    activity.record(actor, "registration.cancelled", registration, event=event.id, was=was)
    if was != Status.WAITLISTED:
        promote(event, now)
    reread(event)
    return True


def promote(event: Event, now: datetime, actor: Actor = WORKER) -> int:
    """Give free seats to those who wait, in order, or offer them; how many moved up. The event's row is ours."""
    moved = 0
    while queries_seats.may_call(event, now):
        seats = queries_seats.seats_of(event)
        first = queries_seats.next_to_call(event.id, seats)
        if first is None or not call(event, first, seats, now, actor, hours=event.offer_hours):
            break
        moved += 1
    return moved


def call(
    event: Event, registration: Registration, seats: Seats, now: datetime, actor: Actor, *, hours: int | None
) -> bool:
    """Give somebody who waits a seat of their line, or offer it for so many hours; false when none is free.

    Whoever has no address could not answer an offer: the seat is theirs at once.
    """
    if not counters.take(event.id, queries_seats.line_of(registration, seats), from_waiting=True):
        return False
    if hours and registration.person.email:
        offer(event, registration, hours, now)
        activity.record(actor, "registration.offered", registration, event=event.id)
    else:
        confirm(event, registration, now, promoted=True)
        activity.record(actor, "registration.promoted", registration, event=event.id)
    reread(event)
    return True


def offer(event: Event, registration: Registration, hours: int, now: datetime) -> None:
    """The seat, which is counted already, waits so long for an answer; and the person is asked."""
    hold(event, registration, hours, now)
    mails.offer(registration)


def hold(event: Event, registration: Registration, hours: int, now: datetime) -> None:
    late = rules_seats.stopped(event.starts_at, event.stop_hours, now)  # then it is somebody's own decision
    registration.status, registration.offered_at = Status.OFFERED, now
    registration.offer_expires_at = rules_seats.offer_until(
        now, hours, starts_at=event.starts_at, stop_hours=None if late else event.stop_hours, zone=event.zone
    )
    db.session.flush()


def confirm(event: Event, registration: Registration, now: datetime, *, promoted: bool) -> None:
    """The seat, which is counted already, is theirs. To whoever is called at once it is the first mail of all: it names
    who registered them. Whoever took an offer has read it."""
    registration.status, registration.confirmed_at = Status.CONFIRMED, now
    registration.offer_expires_at = None
    db.session.flush()
    by = registration.registered_by if promoted else None
    invitations.invite(event, registration.person, now, attends=registration.side, promoted=promoted, by=by)


def dismiss(registration: Registration, now: datetime) -> None:
    """Tell somebody who waits, or was offered a seat, that the event is cancelled."""
    lock(registration.event_id)
    if leave(registration, now, only=(Status.WAITLISTED, Status.OFFERED)) != Status.CANCELLED:
        mails.event_cancelled(registration)


def check_alone(event: Event) -> None:
    """Of a cycle one takes all the seminars or none: see ``service_together``."""
    if event.cycle:
        raise Refused(_l("This is a seminar of a cycle: one registers, and cancels, for all its seminars at once."))


def lock(event_id: int) -> Event:
    """The event's row, ours until the end of the transaction."""
    statement = sa.select(Event).where(Event.id == event_id).with_for_update()
    event: Event = db.session.scalars(statement, execution_options={"populate_existing": True}).one()
    return event


# --- Single steps -----------------------------------------------------------------------------------


def enter(
    event: Event, person: Person, line: Line, source: str, now: datetime, *, seated: bool, by: Person | None = None
) -> Registration | None:
    """One row for this person at this event; ``None`` when they are registered already."""
    # The event's row is ours by now: read again, the clock orders people as the server took them.
    arrived = max(now, clock.now())
    values = {
        "status": Status.CONFIRMED if seated else Status.WAITLISTED,
        "source": source,
        "registered_by_id": by.id if by else None,
        "attends": rules_seats.ONLINE if line.online else rules_seats.ONSITE,
        "quota_id": line.ruling.id if line.ruling else None,
        "queued_at": arrived,
        "confirmed_at": arrived if seated else None,
    }
    key = {"event_id": event.id, "person_id": person.id}
    made = insert_new(Registration, {**key, **values, "created_at": now}, key=list(key))
    if made:
        return made
    again = sa.update(Registration).filter_by(**key, status=Status.CANCELLED)
    came_back = _changed(again.values(**values, cancelled_at=None, offered_at=None, offer_expires_at=None))
    return queries.of(event.id, person.id) if came_back else None


def leave(registration: Registration, now: datetime, only: tuple[Status, ...] = tuple(Status)) -> str:
    """Cancel the row and give back what it held; returns what it was. The event's row is ours."""
    db.session.refresh(registration)
    was = registration.status
    if was == Status.CANCELLED or was not in only:
        return Status.CANCELLED
    event = registration.event
    line = queries_seats.line_of(registration, queries_seats.seats_of(event))
    registration.status, registration.cancelled_at = Status.CANCELLED, now
    registration.offer_expires_at = None
    db.session.flush()
    (counters.leave if was == Status.WAITLISTED else counters.give_back)(event.id, line)
    reread(event)
    return was


def _tell_again(registration: Registration, now: datetime) -> None:
    """Whoever registers twice after a while has lost the mail."""
    if now - registration.queued_at >= rules.LOST_MAIL_AFTER:
        mails.again(registration, now)


def _changed(statement: Any) -> bool:
    done = db.session.execute(statement, execution_options={"synchronize_session": False})
    return bool(done.rowcount)  # type: ignore[attr-defined]


_COUNTERS = ("seats_taken", "waiting", "seats_held", "online_taken", "online_held", "online_waiting")


def reread(event: Event) -> None:
    """The counters were changed behind the row's back."""
    db.session.flush()
    db.session.expire(event, _COUNTERS)
