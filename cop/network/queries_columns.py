"""What the chosen columns say of the people of one page: one statement a column, however many people."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.core.db import db
from cop.core.i18n import label
from cop.mandates import queries as mandates
from cop.mandates.models import Mandate, MandateKind
from cop.memberships import queries as memberships
from cop.memberships.models import Membership
from cop.network import queries_steps
from cop.network.queries import last_seen
from cop.network.rules import STEPS, UNKNOWN_RANK, Step
from cop.organisations import queries as organisations
from cop.organisations.models import Affiliation, Organisation
from cop.people.models import Person

PORTION: Final = 5000  # databases take so many values in a statement


@dataclass(frozen=True, slots=True)
class Seen:
    at: datetime
    events: int


@dataclass(frozen=True, slots=True)
class Cells:
    """By column, then by person."""

    steps: Mapping[int, Step]
    seen: Mapping[int, Seen]
    members: Mapping[int, date]
    mandates: Mapping[int, list[str]]
    organisations: Mapping[int, list[str]]


def cells(people: Sequence[Person], columns: Sequence[str], on: date) -> Cells:
    """Only what the columns need is asked for."""
    numbers = [person.id for person in people]

    def of(found: Callable[[Sequence[int], date], dict[int, Any]], *names: str) -> dict[int, Any]:
        return _in_portions(found, numbers, on) if set(names) & set(columns) else {}

    return Cells(
        steps=of(steps, "etape"),
        seen=of(_seen, "vu", "venues"),
        members=of(_members, "adhesion"),
        mandates=of(_mandates, "mandats"),
        organisations=of(_organisations, "structures"),
    )


def _in_portions(
    found: Callable[[Sequence[int], date], dict[int, Any]], numbers: Sequence[int], on: date
) -> dict[int, Any]:
    answer: dict[int, Any] = {}
    for start in range(0, len(numbers), PORTION):
        answer |= found(numbers[start : start + PORTION], on)
    return answer


def steps(numbers: Sequence[int], on: date) -> dict[int, Step]:
    rows = db.session.execute(sa.select(Person.id, queries_steps.step_on(on)).where(Person.id.in_(numbers)))
    return {number: STEPS[rank] for number, rank in rows if rank > UNKNOWN_RANK}


def _seen(numbers: Sequence[int], _on: date) -> dict[int, Seen]:
    return {number: Seen(at, events) for number, at, events in db.session.execute(last_seen(numbers))}


def _members(numbers: Sequence[int], on: date) -> dict[int, date]:
    """Until when, for those whose membership holds that day."""
    statement = (
        sa.select(Membership.person_id, sa.func.max(memberships.last_day).label("until"))
        .where(Membership.person_id.in_(memberships.member_on(on).where(Membership.person_id.in_(numbers))))
        .where(Membership.starts_on <= on, Membership.organisation_id.is_(None))
        .group_by(Membership.person_id)
    )
    return {row.person_id: row.until for row in db.session.execute(statement)}


def _mandates(numbers: Sequence[int], on: date) -> dict[int, list[str]]:
    statement = (
        sa.select(Mandate)
        .join(Mandate.kind)
        .where(Mandate.person_id.in_(numbers), mandates.in_force(on))
        .order_by(MandateKind.position, Mandate.id)
        .options(joinedload(Mandate.kind))
    )
    found: dict[int, list[str]] = defaultdict(list)
    for mandate in db.session.scalars(statement):
        words = mandate.title or label(mandate.kind)
        if words not in found[mandate.person_id]:
            found[mandate.person_id].append(words)
    return found


def _organisations(numbers: Sequence[int], on: date) -> dict[int, list[str]]:
    statement = (
        sa.select(Affiliation.person_id, Organisation.name)
        .join(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(Affiliation.person_id.in_(numbers), Organisation.archived_at.is_(None), organisations.in_force(on))
        .order_by(Organisation.search_name, Affiliation.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for number, name in db.session.execute(statement):
        found[number].append(name)
    return found
