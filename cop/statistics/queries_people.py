"""The people behind a figure, by name. Only for those who may read people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import joinedload, selectinload

from cop.core.db import db
from cop.core.errors import NotFound
from cop.people import rules as names
from cop.people.models import Person, PracticeSite
from cop.statistics.queries_ground import Ground
from cop.statistics.registry import all_measures
from cop.statistics.rules_crowd import By, Reason

OTHERS: Final = "autres-participants"
NAMELESS: Final = "sans-adresse"
PER_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    person: Person
    events: int
    last_day: date
    reason: Reason | None = None


class Page(Pagination):
    """A page of a list that is already known by its numbers."""

    def _query_items(self) -> list[int]:
        ids: list[int] = self._query_args["ids"]
        return ids[self._query_offset : self._query_offset + self.per_page]

    def _query_count(self) -> int:
        return len(self._query_args["ids"])


def people(ground: Ground, which: str, page: int) -> tuple[Page, list[Row]]:
    """One page of the list behind a figure (its code), or of those who are not counted."""
    seen, reasons = _seen(ground, which)
    listed = Page(page=page, per_page=PER_PAGE, error_out=False, ids=_by_name(list(seen)))
    days = {event.id: event.day for event in ground.events.values()}
    rows = [
        Row(person, len(seen[person.id]), max(days[event] for event in seen[person.id]), reasons.get(person.id))
        for person in _in_order(listed.items)
    ]
    return listed, rows


def _seen(ground: Ground, which: str) -> tuple[Mapping[int, set[int]], Mapping[int, Reason]]:
    """The events of each person of the list, by the number of a record, and why they do not count."""
    crowd = ground.crowd
    if which == NAMELESS:
        return crowd.nameless, {}
    if which == OTHERS:
        reasons = {crowd.records[key]: reason for key, reason in crowd.others.items()}
        return {crowd.records[key]: events for key, events in crowd.others_seen.items()}, reasons
    measure = all_measures().get(which)
    if measure is None:
        raise NotFound
    found = measure.who(ground, By.TOTAL).get(None, {})
    return {crowd.records[key]: events for key, events in found.items()}, {}


def _by_name(person_ids: Sequence[int]) -> list[int]:
    """In the order of a list of names, accents and case aside; asked for in portions, as statements have limits."""
    rows: list[tuple[str, int]] = []
    for start in range(0, len(person_ids), 5000):
        portion = person_ids[start : start + 5000]
        found = db.session.execute(
            sa.select(Person.id, Person.family_name, Person.given_name).where(Person.id.in_(portion))
        )
        rows += [(names.search_name(family, given), number) for number, family, given in found]
    return [number for _, number in sorted(rows)]


def _in_order(person_ids: Sequence[int]) -> list[Person]:
    statement = (
        sa.select(Person)
        .where(Person.id.in_(person_ids))
        .options(joinedload(Person.profession), selectinload(Person.sites).joinedload(PracticeSite.commune))
    )
    found = {person.id: person for person in db.session.scalars(statement)}
    return [found[number] for number in person_ids]
