"""Reading shared journeys: those of an event near mine, how many there are, and those to be erased."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.carpool import rules
from cop.carpool.models import Journey, JourneyAnswer
from cop.carpool.rules import Kind, Near, Place
from cop.core.db import db
from cop.core.errors import NotFound
from cop.events.models import Event
from cop.events.rules import CANCELLED
from cop.host import queries_retention as retention
from cop.people.models import Person, PracticeSite
from cop.registrations.models import Registration
from cop.registrations.rules import Status
from cop.territories.models import Territory, TerritoryKind, TerritoryPart


def of(event_id: int, person_id: int) -> Journey | None:
    found: Journey | None = db.session.scalar(
        sa.select(Journey).where(Journey.event_id == event_id, Journey.person_id == person_id)
    )
    return found


def get(event_id: int, journey_id: int) -> Journey:
    """A journey to that event, of somebody who still comes."""
    statement = sa.select(Journey).where(Journey.id == journey_id, Journey.event_id == event_id, _still_comes())
    found: Journey | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def _still_comes() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Registration.event_id == Journey.event_id,
        Registration.person_id == Journey.person_id,
        Registration.status == Status.CONFIRMED,
    )


@dataclass(frozen=True, slots=True)
class Shared:
    """A journey as somebody else of the same meeting sees it. ``written``: they wrote about it already."""

    journey: Journey
    near: Near
    written: bool


def others(event_id: int, person_id: int) -> list[Shared]:
    """The journeys of the others: those that suit mine, then those that begin near, then by hour."""
    statement = (
        sa.select(Journey)
        .join(Journey.person)
        .where(
            Journey.event_id == event_id, Journey.person_id != person_id, Person.anonymised_at.is_(None), _still_comes()
        )
        .options(joinedload(Journey.person), joinedload(Journey.commune))
    )
    journeys = db.session.scalars(statement.order_by(Journey.leaves_at, Journey.id)).all()
    places = _places({journey.commune_id for journey in journeys} | (here := _communes_of(event_id, person_id)))
    mine = [places[number] for number in here]
    written = _written(event_id, person_id)
    found = [
        Shared(journey, rules.nearness(places[journey.commune_id], mine), journey.id in written) for journey in journeys
    ]
    own = of(event_id, person_id)
    return sorted(found, key=lambda one: (own is not None and one.journey.kind == own.kind, one.near))


def _communes_of(event_id: int, person_id: int) -> set[int]:
    """Where this person leaves from; else where they practise."""
    own = of(event_id, person_id)
    if own is not None:
        return {own.commune_id}
    sites = sa.select(PracticeSite.commune_id).where(PracticeSite.person_id == person_id)
    return set(db.session.scalars(sites))


def _places(communes: Collection[int]) -> dict[int, Place]:
    wider = (TerritoryKind.EPCI, TerritoryKind.DEPARTMENT)
    rows = db.session.execute(
        sa.select(TerritoryPart.descendant_id, Territory.kind, Territory.id)
        .join(Territory, Territory.id == TerritoryPart.ancestor_id)
        .where(TerritoryPart.descendant_id.in_(communes), Territory.kind.in_(wider))
    )
    around: dict[tuple[int, str], set[int]] = defaultdict(set)
    for commune_id, kind, number in rows:
        around[commune_id, kind].add(number)
    return {number: Place(number, *(frozenset(around[number, kind]) for kind in wider)) for number in communes}


def _written(event_id: int, person_id: int) -> set[int]:
    statement = (
        sa.select(JourneyAnswer.journey_id)
        .join(JourneyAnswer.journey)
        .where(Journey.event_id == event_id, JourneyAnswer.person_id == person_id)
    )
    return set(db.session.scalars(statement))


@dataclass(frozen=True, slots=True)
class Counts:
    """For those who run the meeting: how many, never who."""

    offers: int
    seats_offered: int
    requests: int
    seats_wanted: int
    written: int


def counts(event_id: int) -> Counts:
    rows = db.session.execute(
        sa.select(Journey.kind, sa.func.count(), sa.func.sum(Journey.seats))
        .where(Journey.event_id == event_id, _still_comes())
        .group_by(Journey.kind)
    )
    found = {kind: (count, int(seats or 0)) for kind, count, seats in rows}
    written = sa.select(sa.func.count()).select_from(JourneyAnswer).join(JourneyAnswer.journey)
    answers = db.session.scalar(written.where(Journey.event_id == event_id)) or 0
    return Counts(*found.get(Kind.OFFER, (0, 0)), *found.get(Kind.REQUEST, (0, 0)), answers)


def to_erase(now: datetime) -> Sequence[int]:
    """Journeys that have served: a day after the meeting, or as soon as it is called off or their author leaves."""
    over = now - timedelta(days=retention.kept("carpool").length)
    served = sa.or_(Event.ends_at <= over, Event.status == CANCELLED, ~Event.carpool, ~_still_comes())
    statement = sa.select(Journey.id).join(Journey.event).where(served)
    return db.session.scalars(statement.order_by(Journey.id)).all()
