"""Reading cycles: their seminars, the seats they share, and who has one at all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from cop.accounts.models import Account
from cop.core import clock
from cop.core.access import Permission, Where
from cop.core.db import db
from cop.core.errors import NotFound
from cop.events import queries as events
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.events.models_series import EventSeries
from cop.invitations.models import Invitation, State
from cop.people.models import Person, PracticeSite
from cop.registrations import queries as registrations
from cop.registrations import queries_together
from cop.registrations.models import Registration
from cop.registrations.rules import Door, Status
from cop.series import queries, rules_cycles


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle with its seminars, in their order. It has one capacity: that of its smallest seminar."""

    series: EventSeries
    seminars: Sequence[Event]

    @property
    def live(self) -> list[Event]:
        """Those one registers for."""
        return [event for event in self.seminars if event.status != event_rules.CANCELLED]

    @property
    def event_ids(self) -> list[int]:
        return sorted(event.id for event in self.live)

    @property
    def coming_ids(self) -> list[int]:
        """Of a cycle that has begun, what can still be joined."""
        return sorted(event.id for event in self.live if event.starts_at > clock.now())

    @property
    def shown(self) -> list[Event]:
        """What the public sees."""
        return [event for event in self.seminars if event_rules.is_announced(event.status, event.published_at)]

    @property
    def strictest(self) -> Event:
        """The seminar for fewest people: who may not come there does not register for all of them."""
        return min(self.live or self.seminars, key=lambda event: event_rules.AUDIENCES[::-1].index(event.audience))

    def short(self, event: Event) -> str:
        """« Séminaire 2 », under the title of the cycle."""
        rest = event.title.removeprefix(self.series.title).lstrip(" \u00a0\u202f:-–,")
        return rest[:1].upper() + rest[1:] if rest else event.title

    @property
    def capacity(self) -> int | None:
        return min((seats for event in self.live if (seats := event.all_seats) is not None), default=None)

    @property
    def seats_left(self) -> int | None:
        return min((left for event in self.live if (left := event.seats_left) is not None), default=None)

    @property
    def waiting(self) -> int:
        return max((event.waiting for event in self.live), default=0)

    @property
    def seats_taken(self) -> int:
        return max((event.seats_taken for event in self.live), default=0)

    @property
    def half_days(self) -> int:
        return sum(len(event.held_half_days) for event in self.live)

    @property
    def days(self) -> int:
        return sum(
            len({clock.local_date(half.starts_at, event.zone) for half in event.held_half_days}) for event in self.live
        )


def read(series_id: int) -> Cycle:
    series = queries.get(series_id)
    if not series.cycle:
        raise NotFound
    return Cycle(series, queries.members(series.id))


def where_is(cycle_id: int, **_: Any) -> Where:
    return queries.where_is(cycle_id)


def by_slug(slug: str) -> Cycle:
    """As the public reads it: there once one of its seminars is announced."""
    series = db.session.scalar(sa.select(EventSeries).where(EventSeries.slug == slug, EventSeries.cycle))
    if series is None:
        raise NotFound
    return Cycle(series, queries.members(series.id))


def door(cycle: Cycle, now: datetime) -> Door:
    return rules_cycles.door([registrations.door(event, now) for event in cycle.live], waiting=cycle.waiting)


@dataclass(frozen=True, slots=True)
class Desk:
    """A cycle as one of those who run it reads it: a seminar that was given to others is counted, not shown."""

    cycle: Cycle
    seminars: list[Event]

    @property
    def others(self) -> int:
        return len(self.cycle.seminars) - len(self.seminars)

    @property
    def live(self) -> list[Event]:
        return [event for event in self.cycle.live if event in self.seminars]


def desk(cycle: Cycle, viewer: Account | None) -> Desk:
    reached = queries.reached(viewer, Permission.EVENT_READ, cycle.series.id)
    return Desk(cycle, [event for event in cycle.seminars if event.id in reached])


def shown_to(cycle: Cycle, reader: Account | None) -> list[Event]:
    """What the public sees, and the drafts of whoever runs them."""
    if reader is None or len(cycle.shown) == len(cycle.seminars):
        return cycle.shown
    theirs, shown = desk(cycle, reader).seminars, cycle.shown
    return [event for event in cycle.seminars if event in theirs or event in shown]


def cycles(viewer: Account | None) -> list[Desk]:
    """Those the viewer may read, the last made first; in three statements."""
    opened = queries.opened_by(viewer, Permission.EVENT_READ)
    statement = sa.select(EventSeries).where(EventSeries.cycle, opened)
    found = db.session.scalars(statement.order_by(EventSeries.created_at.desc(), EventSeries.id.desc())).all()
    numbers = [series.id for series in found]
    members = sa.select(Event).where(Event.series_id.in_(numbers)).order_by(Event.starts_at, Event.id)
    seminars = db.session.scalars(members.options(*events.LISTED)).unique().all()
    reached = queries.reached(viewer, Permission.EVENT_READ, *numbers)
    made = [Cycle(series, [one for one in seminars if one.series_id == series.id]) for series in found]
    return [Desk(cycle, [event for event in cycle.seminars if event.id in reached]) for cycle in made]


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody and their rows, one for each seminar still on."""

    person: Person
    rows: list[Registration]

    @property
    def has_seat(self) -> bool:
        return all(row.status != Status.WAITLISTED for row in self.rows)


@dataclass(frozen=True, slots=True)
class Participants:
    seated: list[Participant]
    waiting: list[Participant]


def participants(cycle: Cycle) -> Participants:
    """Who is registered, by name; who waits, in order. One statement, and one for where they practise."""
    statement = (
        sa.select(Registration)
        .join(Registration.person)
        .where(Registration.event_id.in_(cycle.event_ids), Registration.status != Status.CANCELLED)
        .order_by(Person.family_name, Person.given_name, Person.id, Registration.event_id)
        .options(
            joinedload(Registration.person).joinedload(Person.profession),
            joinedload(Registration.person).selectinload(Person.sites).joinedload(PracticeSite.commune),
        )
    )
    found: dict[int, Participant] = {}
    for row in db.session.scalars(statement).unique():
        found.setdefault(row.person_id, Participant(row.person, [])).rows.append(row)
    everybody = list(found.values())
    waiting = [one for one in everybody if not one.has_seat]
    return Participants(
        [one for one in everybody if one.has_seat],
        sorted(waiting, key=lambda one: (one.rows[0].queued_at, one.rows[0].id)),
    )


def of_person(series_id: int, person_id: int) -> tuple[Cycle, Person, list[Registration]]:
    """The cycle as this person has it, by seminar. Raises :class:`NotFound` when they never registered. A merged record
    answers by the one it is in."""
    cycle = read(series_id)
    statement = (
        sa.select(Registration)
        .join(Registration.event)
        .where(Event.series_id == series_id, Registration.person_id == person_id)
        .order_by(Event.starts_at, Event.id)
    )
    rows = list(db.session.scalars(statement))
    person = db.session.get(Person, person_id)
    if person is not None and not rows and person.merged_into_id:
        return of_person(series_id, person.merged_into_id)
    if person is None or not rows:
        raise NotFound
    return cycle, person, rows


def takes_part(cycle: Cycle, person_id: int) -> bool:
    statement = sa.select(Registration.id).where(
        Registration.event_id.in_(cycle.event_ids), Registration.person_id == person_id
    )
    return db.session.scalar(statement.where(Registration.status != Status.CANCELLED).limit(1)) is not None


def position(cycle: Cycle, row: Registration) -> int:
    return queries_together.position(cycle.event_ids, row)


# --- What jobs find -------------------------------------------------------------------------------


def with_free_seats(now: datetime) -> list[int]:
    """Cycles in which somebody waits before a seat that is free at every seminar."""
    statement = (
        sa.select(Event.series_id)
        .join(Event.series)
        .where(EventSeries.cycle, Event.waiting > 0, Event.status == event_rules.PUBLISHED, Event.starts_at > now)
    )
    numbers = sorted({number for number in db.session.scalars(statement) if number})
    found = [read(number) for number in numbers]
    return [one.series.id for one in found if one.seats_left != 0 and door(one, now) == Door.FULL]


def declined(now: datetime) -> list[tuple[int, int]]:
    """Cycle and person, of those who said no in their calendar to every seminar still to come."""
    no = sa.case((Invitation.partstat == "DECLINED", 1), else_=0)
    held = sa.and_(
        Invitation.event_id == Registration.event_id,
        Invitation.person_id == Registration.person_id,
        Invitation.state == State.REQUESTED,
    )
    statement = (
        sa.select(Event.series_id, Registration.person_id)
        .join(Event, Event.id == Registration.event_id)
        .join(EventSeries, EventSeries.id == Event.series_id)
        .outerjoin(Invitation, held)
        .where(EventSeries.cycle, Registration.status == Status.CONFIRMED)
        .where(Event.status == event_rules.PUBLISHED, Event.starts_at > now)
        .group_by(Event.series_id, Registration.person_id)
        .having(sa.func.sum(no) == sa.func.count(Registration.id))
        .order_by(Event.series_id, Registration.person_id)
    )
    return [(series_id, person_id) for series_id, person_id in db.session.execute(statement) if series_id]


def to_enrol(now: datetime) -> list[tuple[int, int]]:
    """Cycle and person, where a seminar was added to a cycle that people are registered for already."""
    other, there = aliased(Event), aliased(Registration)
    absent = ~sa.exists().where(there.event_id == other.id, there.person_id == Registration.person_id)
    statement = (
        sa.select(Event.series_id, Registration.person_id)
        .join(Event, Event.id == Registration.event_id)
        .join(EventSeries, EventSeries.id == Event.series_id)
        .join(other, other.series_id == Event.series_id)
        .where(EventSeries.cycle, Registration.status != Status.CANCELLED, Event.starts_at > now)
        .where(Event.status == event_rules.PUBLISHED, other.status == event_rules.PUBLISHED, other.starts_at > now)
        .where(absent)
        .distinct()
        .order_by(Event.series_id, Registration.person_id)
    )
    return [(series_id, person_id) for series_id, person_id in db.session.execute(statement) if series_id]
