"""Registering for several events that are one: all their seats or none, and the waiting list of all of them.

The rows of all the events are taken in the order of their numbers before anything is counted, so that two people who
register at once never wait for each other in a circle, and what is counted is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import PUBLIC, WORKER, Actor
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events.models import Event
from cop.invitations import service as invitations
from cop.invitations.rules import Withdrawal
from cop.people.models import Person
from cop.registrations import queries_seats, rules, service
from cop.registrations import service_seats as counters
from cop.registrations.models import Registration
from cop.registrations.rules import Status
from cop.registrations.rules_seats import Line


@dataclass(frozen=True, slots=True)
class Together:
    """``rows``: one for each event, in their order. ``fresh``: this call made them."""

    rows: list[Registration]
    fresh: bool

    @property
    def status(self) -> str:
        return self.rows[0].status


def lock(event_ids: Sequence[int]) -> list[Event]:
    """The events' rows, ours until the end of the transaction; in the order of their numbers."""
    statement = sa.select(Event).where(Event.id.in_(event_ids)).order_by(Event.id).with_for_update()
    return list(db.session.scalars(statement, execution_options={"populate_existing": True}))


def register(
    event_ids: Sequence[int], person: Person, *, now: datetime, actor: Actor = PUBLIC, tell: bool = True
) -> Together:
    """Seats at all of them, or the next place on the waiting list of all. Pressed twice, it happens once.

    ``tell``: an invitation for each event; what sums them up is the caller's to say.
    """
    events = lock(event_ids)
    known = active(event_ids, person.id)
    missing = [event for event in events if event.id not in {row.event_id for row in known}]
    if not missing:
        return Together(_in_order(known), fresh=False)
    lines = {event.id: _line(event, person) for event in missing}
    waits = any(row.status != Status.CONFIRMED for row in known)
    seated = not waits and all(_free(event, lines[event.id]) for event in missing)
    if known and not waits and not seated:  # an event was added that is too small: whoever has seats keeps them
        return Together(_in_order(known), fresh=False)
    source = "public" if actor.kind == PUBLIC.kind else "staff"
    rows = [_enter(event, person, lines[event.id], source, now, seated=seated) for event in missing]
    for row in rows:
        activity.record(actor, f"registration.{row.status}", row, event=row.event_id)
        service.reread(row.event)
        if seated:
            invitations.invite(row.event, person, now, tell=tell)
    return Together(_in_order([*known, *rows]), fresh=True)


def _in_order(rows: Sequence[Registration]) -> list[Registration]:
    return sorted(rows, key=lambda row: (row.event.starts_at, row.event_id))


def active(event_ids: Sequence[int], person_id: int) -> list[Registration]:
    """What this person has of them, cancelled ones left out."""
    statement = (
        sa.select(Registration)
        .where(Registration.event_id.in_(event_ids), Registration.person_id == person_id)
        .where(Registration.status != Status.CANCELLED)
        .order_by(Registration.event_id)
    )
    return list(db.session.scalars(statement, execution_options={"populate_existing": True}))


def _line(event: Event, person: Person) -> Line:
    online = event.mode == "online"
    return queries_seats.seats_of(event).line(online=online, profession=person.profession_code, guest=False)


def _free(event: Event, line: Line) -> bool:
    """A seat that nobody waits for. Of several events as one, whoever waits does so at each."""
    return queries_seats.seats_of(event).has_room(line) and not event.waiting


def _enter(event: Event, person: Person, line: Line, source: str, now: datetime, *, seated: bool) -> Registration:
    if seated and not counters.take(event.id, line, from_waiting=False):
        raise Refused(_l("This event is not published yet: nobody can be registered."))
    if not seated:
        counters.join(event.id, line)
    row = service.enter(event, person, line, source, now, seated=seated, by=None)
    if row is None:  # the rows are ours, and nothing stood there
        raise RuntimeError("a registration appeared under a lock")
    return row


def cancel(
    event_ids: Sequence[int],
    person: Person,
    *,
    now: datetime,
    actor: Actor,
    by_person: bool,
    why: Withdrawal | None = None,
) -> list[Registration]:
    """Give back what is still to come of all the events; returns what was cancelled, as it was before.

    Seminars that have begun stay: their attendance is history.
    """
    events = {event.id: event for event in lock(event_ids)}
    left = []
    for row in active(event_ids, person.id):
        event = events[row.event_id]
        ended = event.ends_at if not by_person else event.starts_at
        if event.status == "cancelled" or (ended <= now and event.status != "postponed"):
            continue
        was = service.leave(row, now)
        if was == Status.CONFIRMED:
            reason = why or (Withdrawal.BY_PERSON if by_person else Withdrawal.BY_ORGANISER)
            invitations.withdraw(event, person, reason, now)
        activity.record(actor, "registration.cancelled", row, event=event.id, was=was)
        left.append(row)
    if not left:
        raise Refused(_l("This event has begun or was cancelled: there is nothing left to cancel."))
    return _in_order(left)


def promote(event_ids: Sequence[int], now: datetime) -> list[list[Registration]]:
    """Give the seats that are free at every event to those who wait, in order; the rows of each who moved up."""
    events, moved = lock(event_ids), []
    while all(_may_call(event, now) for event in events):
        rows = _first_in_line(events)
        lines = {row.event_id: queries_seats.line_of(row, queries_seats.seats_of(row.event)) for row in rows}
        room = all(queries_seats.seats_of(row.event).has_room(lines[row.event_id]) for row in rows)
        if not rows or not room:
            break
        for row in rows:
            counters.take(row.event_id, lines[row.event_id], from_waiting=True)
            service.confirm(row.event, row, now, promoted=False)
            service.reread(row.event)
            activity.record(WORKER, "registration.promoted", row, event=row.event_id)
        moved.append(_in_order(rows))
    return moved


def _may_call(event: Event, now: datetime) -> bool:
    return rules.may_promote(status=event.status, starts_at=event.starts_at, stop_hours=event.stop_hours, now=now)


def _first_in_line(events: Sequence[Event]) -> list[Registration]:
    numbers = [event.id for event in events]
    waits = sa.and_(Registration.event_id.in_(numbers), Registration.status == Status.WAITLISTED)
    first = sa.select(Registration.person_id).where(waits).order_by(Registration.queued_at, Registration.id).limit(1)
    person_id = db.session.scalar(first)
    return [row for row in active(numbers, person_id) if row.status == Status.WAITLISTED] if person_id else []
