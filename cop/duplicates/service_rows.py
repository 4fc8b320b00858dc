"""What follows a record into another: every row of every table that points to people."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from cop.core import personal
from cop.core.db import change, db
from cop.core.personal import Link
from cop.duplicates.models import Merge, Pair
from cop.people.models import PracticeSite
from cop.registrations import service as registrations
from cop.registrations import service_seats as seats
from cop.registrations.models import Registration

# The pairs are dealt with apart; who was merged into whom is history; a site is compared with its dates.
_APART = frozenset({Pair.__tablename__, Merge.__tablename__, "person"})


@dataclass
class Outcome:
    """Rows that followed, and rows that both records had, by table."""

    moved: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    dropped: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    event_ids: set[int] = field(default_factory=set)


def follow(from_id: int, to_id: int) -> Outcome:
    """Point every row of one record to another. Of two rows that cannot both stay, the more engaged one does."""
    outcome = Outcome(event_ids=events_of(from_id) | events_of(to_id))
    for column, link in personal.links(db.metadata).items():
        if link is None or column.table.name in _APART:
            continue
        table = column.table
        for number in _clashing(column, link, from_id, to_id):
            change(sa.delete(table).where(next(iter(table.primary_key)) == number))
            outcome.dropped[table.name] += 1
        moved = change(sa.update(table).where(column == from_id).values({column.name: to_id}))
        if moved:
            outcome.moved[table.name] += moved
    db.session.expire_all()
    return outcome


def _clashing(column: sa.Column[Any], link: Link, from_id: int, to_id: int) -> list[int]:
    """The rows that have to go: those of the other record, or of the kept one when the other's is more engaged."""
    if column.table.name == PracticeSite.__tablename__:
        return [
            theirs["id"] for _mine, theirs in _twins(column, ("commune_id", "starts_on", "ends_on"), from_id, to_id)
        ]
    if link.unique_with is None:
        return []
    losers = []
    for mine, theirs in _twins(column, link.unique_with, from_id, to_id):
        losers.append(mine["id"] if _rank(theirs, link) < _rank(mine, link) else theirs["id"])
    return losers


def _twins(
    column: sa.Column[Any], same: Collection[str], from_id: int, to_id: int
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs of rows, the kept record's and the other's, that are equal in these columns."""
    table = column.table
    statement = sa.select(table).where(column.in_([from_id, to_id]))
    condition = _only_where(column, same)
    if condition is not None:
        statement = statement.where(condition)
    by_key: dict[tuple[Any, ...], dict[int, dict[str, Any]]] = defaultdict(dict)
    for row in db.session.execute(statement).mappings():
        by_key[tuple(row[name] for name in same)][row[column.name]] = dict(row)
    for rows in by_key.values():
        if len(rows) == 2:
            yield rows[to_id], rows[from_id]


def _only_where(column: sa.Column[Any], same: Collection[str]) -> Any:
    """The condition of a partial unique index: an entry taken out of a calendar may stand beside the one in it."""
    wanted = {column.name, *same}
    for index in column.table.indexes:
        if index.unique and {one.name for one in index.columns} == wanted:
            return index.dialect_options["postgresql"].get("where")
    return None


def _rank(row: dict[str, Any], link: Link) -> int:
    if not link.prefers:
        return 0
    name, *order = link.prefers
    return order.index(row[name]) if row[name] in order else len(order)


def events_of(person_id: int) -> set[int]:
    return set(db.session.scalars(sa.select(Registration.event_id).filter_by(person_id=person_id)))


def recount(event_ids: Collection[int]) -> None:
    """Seats are counted again from the registrations, the event's row first, as whoever registers does.

    A registration that comes back to an event that has filled up meanwhile waits in line.
    """
    for number in sorted(event_ids):
        seats.recount(registrations.lock(number))
