"""Reading the key events of a period and who came: a handful of statements, however many people and events.

The sums are made in ``rules_crowd`` from what is read here, once for all the figures of a page. Done by the
database, each row of each table walks through all presences again: for 20,000 people and 50,000 presences a
page of ten such statements took over ten seconds, reading everything once and sorting it takes one.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cop.attendance.models import Attendance
from cop.core import clock
from cop.core.db import db
from cop.events.models import Event, HalfDay
from cop.people.models import Person, PracticeSite
from cop.statistics.rules import Dates, Question
from cop.statistics.rules_crowd import Attendee, KeyEvent, Site, person_key
from cop.territories.models import TerritoryPart


def _in_period(dates: Dates, zone: ZoneInfo) -> Any:
    """The key events that count: published, begun in the period by the organisation's own calendar."""
    return sa.and_(
        Event.key_event,
        Event.status == "published",
        Event.starts_at >= clock.start_of_day(dates.start, zone),
        Event.starts_at < clock.start_of_day(dates.end + timedelta(days=1), zone),
    )


def key_events(question: Question, zone: ZoneInfo = clock.PARIS) -> dict[int, KeyEvent]:
    """The key events of the period, wherever they are held: people cross borders."""
    inside = sa.exists().where(
        TerritoryPart.ancestor_id == question.territory_id, TerritoryPart.descendant_id == Event.territory_id
    )
    # Somebody may stay for both half-days, so the fullest one is the count of people.
    headcount = sa.func.coalesce(sa.func.max(HalfDay.headcount), 0)
    held = sa.and_(HalfDay.event_id == Event.id, HalfDay.cancelled_at.is_(None))
    left_open = sa.and_(HalfDay.closed_at.is_(None), HalfDay.ends_at <= clock.now())
    rows = db.session.execute(
        sa.select(
            Event.id,
            Event.title,
            Event.starts_at,
            Event.time_zone,
            sa.case((inside, 1), else_=0),
            headcount,
            sa.func.sum(sa.case((left_open, 1), else_=0)),
        )
        .outerjoin(HalfDay, held)
        .where(_in_period(question.dates, zone))
        .group_by(Event.id, Event.title, Event.starts_at, Event.time_zone, Event.territory_id)
    )
    return {
        number: KeyEvent(
            number,
            clock.local_date(starts_at, ZoneInfo(own_zone)),
            here=bool(here),
            headcount=people,
            to_close=bool(to_close),
            title=title,
        )
        for number, title, starts_at, own_zone, here, people, to_close in rows
    }


def _presences(dates: Dates, zone: ZoneInfo, *columns: Any) -> Any:
    return (
        sa.select(*columns)
        .select_from(Event)
        .join(HalfDay, HalfDay.event_id == Event.id)
        .join(Attendance, Attendance.half_day_id == HalfDay.id)
        .where(_in_period(dates, zone))
        # Wrapped on purpose: else SQLite builds an index of its own on the state, and walks through all
        # presences once per event (20 s instead of 0.1 s for 50,000 presences).
        .where(sa.func.coalesce(Attendance.state, "") == "present")
    )


def visits(dates: Dates, zone: ZoneInfo = clock.PARIS) -> list[tuple[int, int]]:
    """Event and record of each presence, were it for one half-day."""
    columns = HalfDay.event_id, Attendance.person_id
    return [(event, person) for event, person in db.session.execute(_presences(dates, zone, *columns).distinct())]


def attendees(dates: Dates, zone: ZoneInfo = clock.PARIS) -> dict[int, Attendee]:
    """The records of the people of these presences, with their practice sites."""
    present = _presences(dates, zone, Attendance.person_id)
    sites: dict[int, list[Site]] = defaultdict(list)
    for person_id, commune_id, starts_on, ends_on in db.session.execute(
        sa.select(PracticeSite.person_id, PracticeSite.commune_id, PracticeSite.starts_on, PracticeSite.ends_on).where(
            PracticeSite.person_id.in_(present)
        )
    ):
        sites[person_id].append(Site(commune_id, starts_on, ends_on))
    rows = db.session.execute(sa.select(*_IDENTITY).where(Person.id.in_(present)))
    return {row.id: Attendee(row.id, _key(row), row.profession_code, tuple(sites[row.id])) for row in rows}


_IDENTITY = (
    Person.id,
    Person.rpps,
    Person.account_id,
    Person.email,
    Person.anonymised_at,
    Person.counted_as,
    Person.profession_code,
)


def _key(row: Any) -> str | None:
    return person_key(
        number=row.rpps,
        account_id=row.account_id,
        address=row.email,
        erased=row.anonymised_at is not None,
        counted_as=row.counted_as,
    )


def first_key_event() -> datetime | None:
    """When the first key event began that ever counted."""
    statement = sa.select(sa.func.min(Event.starts_at)).where(Event.key_event, Event.status == "published")
    return db.session.scalar(statement)


def people_seen_before(dates: Dates, zone: ZoneInfo = clock.PARIS) -> set[str]:
    """Keys of everybody seen at any event, key event or not, before the period."""
    seen = (
        sa.select(Attendance.person_id)
        .join(HalfDay, HalfDay.id == Attendance.half_day_id)
        .join(Event, Event.id == HalfDay.event_id)
        .where(Event.starts_at < clock.start_of_day(dates.start, zone))
        .where(sa.func.coalesce(Attendance.state, "") == "present")
    )
    rows = db.session.execute(sa.select(*_IDENTITY).where(Person.id.in_(seen)))
    return {key for key in map(_key, rows) if key}


def communes_of(territory_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """For each commune (and each territory itself), which of ``territory_ids`` hold it."""
    holders: dict[int, set[int]] = defaultdict(set)
    for ancestor, descendant in db.session.execute(
        sa.select(TerritoryPart.ancestor_id, TerritoryPart.descendant_id).where(
            TerritoryPart.ancestor_id.in_(territory_ids)
        )
    ):
        holders[descendant].add(ancestor)
    return {commune: frozenset(ancestors) for commune, ancestors in holders.items()}
