"""The seats of an event as they stand, and who is the next to be called."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cop.core.db import db
from cop.events.models import Event
from cop.events.models_quotas import Quota
from cop.events.queries_glance import Glance
from cop.registrations import rules, rules_seats
from cop.registrations.models import Registration
from cop.registrations.rules import Status
from cop.registrations.rules_seats import Group, Line, Seats, Side

HOLDS_A_SEAT = (Status.CONFIRMED, Status.OFFERED)


def seats_of(event: Event) -> Seats:
    """Costs one look at the groups, for an event that has some."""
    return seats_with(event, groups_of([event.id])[event.id] if event.quota_count else ())


def seats_with(event: Event | Glance, groups: Iterable[Group]) -> Seats:
    if event.mode != rules_seats.HYBRID:
        held = event.seats_held + event.online_held
        return Seats(Side(event.capacity, event.seats_taken, event.waiting, held), None, tuple(groups))
    main = Side(
        event.capacity, event.seats_taken - event.online_taken, event.waiting - event.online_waiting, event.seats_held
    )
    online = Side(event.online_capacity, event.online_taken, event.online_waiting, event.online_held)
    return Seats(main, online, tuple(groups))


@dataclass(frozen=True, slots=True)
class Part:
    """Seats left for some of those who come. ``group``: its name; ``side``: on site, on line, or both alike."""

    group: str
    side: str
    left: int | None
    waiting: int


def offered_in(events: Iterable[Event]) -> dict[int, int]:
    """How many seats of each wait for the answer of whoever was asked: taken, and nobody's yet. Whoever tells how many
    people are registered leaves them out."""
    numbers = [event.id for event in events if event.seats_taken]
    if not numbers:
        return {}
    asked = sa.and_(Registration.event_id.in_(numbers), Registration.status == Status.OFFERED)
    statement = sa.select(Registration.event_id, sa.func.count()).where(asked).group_by(Registration.event_id)
    return dict(db.session.execute(statement).all())


def parts(event: Event | Glance) -> tuple[Part, ...]:
    """What is left for whom, where it is not the same for everybody."""
    if not event.quota_count and event.mode != rules_seats.HYBRID:
        return ()
    seats = seats_with(event, groups_of([event.id])[event.id] if event.quota_count else ())
    found = []
    for line in seats.lines():
        side, group = seats.side(line), line.ruling
        left = side.left
        if group is not None:
            left = group.left if group.kept or left is None else min(group.left, left)
        where = "" if seats.online is None else (rules_seats.ONLINE if line.online else rules_seats.ONSITE)
        found.append(Part(group.name if group else "", where, left, seats.waiting(line)))
    return tuple(found)


def groups_of(event_ids: Iterable[int]) -> dict[int, list[Group]]:
    found: dict[int, list[Group]] = defaultdict(list)
    statement = sa.select(Quota).where(Quota.event_id.in_(list(event_ids))).order_by(Quota.position, Quota.id)
    for row in db.session.scalars(statement.execution_options(populate_existing=True)):
        found[row.event_id or 0].append(group_of(row))
    return found


def group_of(row: Quota) -> Group:
    return Group(
        id=row.id,
        name=row.name,
        capacity=row.capacity,
        taken=row.taken,
        waiting=row.waiting,
        kept=row.kept,
        online=row.attends == rules_seats.ONLINE,
        professions=frozenset(row.profession_codes),
        guests_only=row.guests_only,
        released=row.released_at is not None,
    )


def line_of(registration: Registration, seats: Seats) -> Line:
    return seats.line_of(attends=registration.attends, quota_id=registration.quota_id)


def _in_line(event_id: int, line: Line, seats: Seats) -> sa.ColumnElement[bool]:
    """Registrations that wait in this line."""
    waits = sa.and_(Registration.event_id == event_id, Registration.status == Status.WAITLISTED)
    if line.ruling:
        return sa.and_(waits, Registration.quota_id == line.ruling.id)
    ruling = [group.id for group in seats.groups if not group.released]
    common = sa.or_(Registration.quota_id.is_(None), Registration.quota_id.not_in(ruling)) if ruling else sa.true()
    if seats.online is None:
        return sa.and_(waits, common)
    attends = rules_seats.ONLINE if line.online else rules_seats.ONSITE
    return sa.and_(waits, common, Registration.attends == attends)


def next_to_call(event_id: int, seats: Seats) -> Registration | None:
    """Who came first among those to whom a free seat may be given."""
    lines = seats.callable()
    if not lines:
        return None
    waits = sa.or_(*(_in_line(event_id, line, seats) for line in lines))
    first: Registration | None = db.session.scalar(
        sa.select(Registration)
        .where(waits)
        .order_by(Registration.queued_at, Registration.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return first


def position(registration: Registration, seats: Seats | None = None) -> int:
    """1 for the first of the line: of the group, or of all who wait for the common seats."""
    seats = seats or seats_of(registration.event)
    before = sa.or_(
        Registration.queued_at < registration.queued_at,
        sa.and_(Registration.queued_at == registration.queued_at, Registration.id < registration.id),
    )
    theirs = _in_line(registration.event_id, line_of(registration, seats), seats)
    return (db.session.scalar(sa.select(sa.func.count()).select_from(Registration).where(theirs, before)) or 0) + 1


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody who waits stands: among all, or in the group of that name."""

    position: int
    group: str


def standing(registration: Registration, seats: Seats | None = None) -> Standing | None:
    """None for whoever does not wait."""
    if registration.status != Status.WAITLISTED:
        return None
    seats = seats or seats_of(registration.event)
    group = line_of(registration, seats).ruling
    return Standing(position(registration, seats), group.name if group else "")


def positions(rows: Sequence[Registration], seats: Seats) -> dict[int, int]:
    """Of those who wait, given in order of arrival: the place of each in their own line."""
    met: dict[tuple[bool, int | None], int] = defaultdict(int)
    found = {}
    for row in rows:
        line = line_of(row, seats)
        key = (line.online and seats.online is not None, line.ruling.id if line.ruling else None)
        met[key] += 1
        found[row.id] = met[key]
    return found


# --- What jobs find -------------------------------------------------------------------------------


def with_free_seats(now: datetime) -> list[int]:
    """Events with people waiting before a free seat: the capacity was raised, a group let its seats go."""
    statement = sa.select(Event).where(Event.status == "published", Event.starts_at > now, Event.waiting > 0)
    events = [event for event in db.session.scalars(statement.order_by(Event.id)) if may_call(event, now)]
    groups = groups_of([event.id for event in events if event.quota_count])
    return [event.id for event in events if seats_with(event, groups.get(event.id, ())).callable()]


def may_call(event: Event, now: datetime) -> bool:
    """Not to one seminar of a cycle: a seat at all of them is given, or none."""
    return event.cycle is None and rules.may_promote(
        status=event.status, starts_at=event.starts_at, stop_hours=event.stop_hours, now=now
    )


def expired_offers(now: datetime) -> Sequence[int]:
    """Seats offered that nobody took in time. An event put off keeps its offers: nobody can answer for a date."""
    statement = (
        sa.select(Registration.id)
        .join(Registration.event)
        .where(Registration.status == Status.OFFERED, Registration.offer_expires_at <= now, Event.status == "published")
    )
    return db.session.scalars(statement.order_by(Registration.offer_expires_at, Registration.id)).all()


def to_release(now: datetime) -> list[int]:
    """Groups whose seats go to everybody from now on."""
    statement = (
        sa.select(Quota.id, Quota.release_days, Event.starts_at, Event.time_zone)
        .join(Event, Event.id == Quota.event_id)
        .where(Event.status == "published", Event.starts_at > now)
        .where(Quota.released_at.is_(None), Quota.release_days.is_not(None))
    )
    return [
        number
        for number, days, starts_at, zone in db.session.execute(statement.order_by(Quota.id))
        if days is not None and rules_seats.release_at(starts_at, days, ZoneInfo(zone)) <= now
    ]


def wrong_counters() -> list[int]:
    """Events whose counters do not say what their registrations do. None, ever."""
    seated = Registration.status.in_(HOLDS_A_SEAT)
    waits = Registration.status == Status.WAITLISTED
    online = Registration.attends == rules_seats.ONLINE
    expected = [_how_many(seated), _how_many(waits), _how_many(seated, online), _how_many(waits, online)]
    rows = (
        sa.select(
            Event.id, Event.seats_taken, Event.waiting, Event.online_taken, Event.online_waiting, *expected,
        )
        .outerjoin(Registration, Registration.event_id == Event.id)
        .group_by(Event.id)
        .order_by(Event.id)
    )  # fmt: skip
    wrong = {number for number, *counts in db.session.execute(rows) if counts[:4] != counts[4:]}
    return sorted(wrong | _wrong_groups())


def _how_many(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(*conditions), 1), else_=0)), 0)


def _wrong_groups() -> set[int]:
    seated = _how_many(Registration.status.in_(HOLDS_A_SEAT))
    waits = _how_many(Registration.status == Status.WAITLISTED)
    rows = (
        sa.select(Quota.event_id, Quota.taken, Quota.waiting, seated, waits)
        .outerjoin(Registration, Registration.quota_id == Quota.id)
        .where(Quota.event_id.is_not(None))
        .group_by(Quota.id)
    )
    wrong = {number or 0 for number, *counts in db.session.execute(rows) if counts[:2] != counts[2:]}
    groups = groups_of(db.session.scalars(sa.select(Event.id).where(Event.quota_count > 0)))
    for number, counted, main, online in db.session.execute(
        sa.select(Event.id, Event.quota_count, Event.seats_held, Event.online_held)
    ):
        theirs = groups.get(number, [])
        kept = [rules_seats.held(theirs, online=side) for side in (False, True)]
        if [counted, main, online] != [len(theirs), *kept]:
            wrong.add(number)
    return wrong
