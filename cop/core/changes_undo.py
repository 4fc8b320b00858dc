"""Taking back what was noted under an origin: what must stay, and why; the rest as it was, last things first."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cop.core import personal
from cop.core.changes_journal import (
    Key,
    Row,
    RowChange,
    chunks,
    keys_in,
    packed,
    pointing_to,
    rows_by_key,
    unpacked,
)
from cop.core.db import change, db
from cop.core.i18n import _l

CHANGED: Final = _l("changed since")
NEEDED: Final = _l("something else needs it now")
TAKEN: Final = _l("its place was taken since, or what it belonged to is gone")
Place = tuple[str, Key]
Moved = dict[Place, Key]  # rows that came back under another number than theirs
_TOGETHER: Final = 200


@dataclass(frozen=True, slots=True)
class Left:
    """A row that could not be put back. ``why`` is said in the reader's language; ``values``: what is known of it."""

    table: str
    key: Key
    why: Any
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Undone:
    restored: int
    left: list[Left]


@dataclass(frozen=True, slots=True)
class _Entry:
    number: int
    table: sa.Table
    key: Key
    before: Row | None
    after: Row | None

    @property
    def place(self) -> Place:
        return self.table.name, self.key

    @property
    def is_gone(self) -> bool:
        """A row that was deleted: undoing makes it again."""
        return self.after is None


def undo(origin: str) -> Undone:
    """Take back what was noted under ``origin``, last things first; what stays keeps its entry, to try again."""
    db.session.flush()
    entries = _entries(origin)
    left = _Staying(entries).left
    done: list[int] = []
    moved: Moved = {}
    for run in _runs(entry for entry in entries if entry.place not in left):
        done += _put_back(run, left, moved)
    for some in chunks(done):
        change(sa.delete(RowChange).where(RowChange.id.in_(some)))
    db.session.expire_all()
    known = {entry.place: entry.after or entry.before or {} for entry in entries}
    return Undone(len(done), [Left(table, key, why, known[table, key]) for (table, key), why in left.items()])


def _entries(origin: str) -> list[_Entry]:
    """Newest first. A table that is no more has nothing to be put back."""
    rows = db.session.execute(
        sa.select(RowChange.id, RowChange.table_name, RowChange.row_key, RowChange.before, RowChange.after)
        .where(RowChange.origin == origin)
        .order_by(RowChange.id.desc())
    )
    return [entry for row in rows if (entry := _entry(*row))]


def _entry(number: int, name: str, key: str, before: Row | None, after: Row | None) -> _Entry | None:
    table = db.metadata.tables.get(name)
    if table is None:
        return None
    parts = zip(table.primary_key, json.loads(key), strict=True)
    return _Entry(
        number,
        table,
        tuple(unpacked(table, {column.name: part})[column.name] for column, part in parts),
        None if before is None else unpacked(table, before),
        None if after is None else unpacked(table, after),
    )


class _Staying:
    """Which rows must stay as they are, and why."""

    def __init__(self, entries: Sequence[_Entry]) -> None:
        self.left: dict[Place, Any] = {}
        self._made = {entry.place: entry for entry in entries if entry.before is None}
        self._about: dict[Place, list[_Entry]] = defaultdict(list)
        for entry in self._made.values():
            for person in _whom(entry):
                self._about[person].append(entry)
        # Where the row pointed before the first change: what it is put back to point to.
        self._first = {entry.place: entry for entry in entries}
        self._changed_since(entries)
        self._pointed_at()

    def _changed_since(self, entries: Iterable[_Entry]) -> None:
        last: dict[Place, _Entry] = {}
        for entry in entries:
            last.setdefault(entry.place, entry)
        by_table: dict[sa.Table, list[_Entry]] = defaultdict(list)
        for entry in last.values():
            by_table[entry.table].append(entry)
        for table, those in by_table.items():
            now = rows_by_key(db.session.connection(), table, [entry.key for entry in those])
            for entry in those:
                if not _as_left(entry, now.get(entry.key)) and not (entry.is_gone and _numbers_itself(table)):
                    self._stay(entry, CHANGED)

    def _stay(self, entry: _Entry, why: Any) -> None:
        """The row stays, with what it points to; what is about a person stays with that person."""
        if entry.place in self.left:
            return
        self.left[entry.place] = why
        if entry.before is not None or entry.after is None:
            return
        for column in entry.table.columns:
            for foreign in column.foreign_keys:
                target = (foreign.column.table.name, (entry.after.get(column.name),))
                if target in self._made:
                    self._stay_alone(self._made[target])
        for other in self._about.get(entry.place, ()):
            self._stay(other, why)

    def _stay_alone(self, entry: _Entry) -> None:
        self.left.setdefault(entry.place, NEEDED)

    def _pointed_at(self) -> None:
        by_table: dict[sa.Table, list[Key]] = defaultdict(list)
        for entry in self._made.values():
            by_table[entry.table].append(entry.key)
        for table in reversed(db.metadata.sorted_tables):
            for column, _foreign in pointing_to(table) if table in by_table else ():
                for some in chunks([key[0] for key in by_table[table]]):
                    self._hold(table, column, some)

    def _hold(self, table: sa.Table, column: sa.Column[Any], numbers: Sequence[Any]) -> None:
        if column.table.info.get("unrecorded"):
            return
        keys = list(column.table.primary_key)
        for *key, number in db.session.execute(sa.select(*keys, column).where(column.in_(numbers))):
            place = (column.table.name, tuple(key))
            if place in self.left or not self._goes_away(place, column.name, number):
                self._stay(self._made[table.name, (number,)], NEEDED)

    def _goes_away(self, place: Place, name: str, number: Any) -> bool:
        """Whether the pointing row is itself undone: made in the block, or put back to point elsewhere."""
        if place in self._made:
            return True
        first = self._first.get(place)
        return bool(first and first.before and first.before.get(name, number) != number)


def _as_left(entry: _Entry, now: Row | None) -> bool:
    if entry.after is None or now is None:
        return entry.after is None and now is None
    return all(packed({name: now.get(name)}) == packed({name: value}) for name, value in entry.after.items())


def _whom(entry: _Entry) -> Iterator[Place]:
    """The people, or accounts, a row is about."""
    for column in entry.table.columns:
        if personal.KEY in column.info and entry.after is not None:
            for foreign in column.foreign_keys:
                yield foreign.column.table.name, (entry.after.get(column.name),)


def _runs(entries: Iterable[_Entry]) -> Iterator[list[_Entry]]:
    """Neighbours of the same table and kind, each row once: put back together."""
    run: dict[Key, _Entry] = {}
    kind: tuple[Any, ...] = ()
    for entry in entries:
        if run and (kind != _kind(entry) or entry.key in run or len(run) == _TOGETHER):
            yield [*run.values()]
            run = {}
        run[entry.key] = entry
        kind = _kind(entry)
    if run:
        yield [*run.values()]


def _kind(entry: _Entry) -> tuple[Any, ...]:
    return entry.table, entry.before is None, entry.after is None


def _put_back(run: list[_Entry], left: dict[Place, Any], moved: Moved) -> list[int]:
    """All of them at once, or one by one to find the one that does not fit."""
    try:
        with db.session.begin_nested():
            _restore(run, moved)
    except IntegrityError:
        if len(run) > 1:
            return [number for entry in run for number in _put_back([entry], left, moved)]
        if not _renumbered(run[0], moved):
            left[run[0].place] = TAKEN
            return []
    return [entry.number for entry in run]


def _restore(run: list[_Entry], moved: Moved) -> None:
    table = run[0].table
    if run[0].before is None:
        db.session.execute(sa.delete(table).where(keys_in(table, [moved.get(one.place, one.key) for one in run])))
        return
    for entry in run:
        if entry.is_gone:
            db.session.execute(sa.insert(table).values(_values(entry, moved)))
        else:
            here = keys_in(table, [moved.get(entry.place, entry.key)])
            db.session.execute(sa.update(table).where(here).values(_values(entry, moved)))


def _values(entry: _Entry, moved: Moved) -> Row:
    """The row as it was, pointing to where the others are now."""
    values = {name: sa.null() if value is None else value for name, value in (entry.before or {}).items()}
    for name in values:
        for foreign in entry.table.c[name].foreign_keys if moved else ():
            there = moved.get((foreign.column.table.name, (values[name],)))
            if there and foreign.column.primary_key:
                (values[name],) = there
    return values


def _renumbered(entry: _Entry, moved: Moved) -> bool:
    """Make the row again under a new number: SQLite gives the number of its last row anew once it is deleted."""
    if not (entry.is_gone and _numbers_itself(entry.table)):
        return False
    keys = [column.name for column in entry.table.primary_key]
    values = {name: value for name, value in _values(entry, moved).items() if name not in keys}
    try:
        with db.session.begin_nested():
            made: Any = db.session.execute(sa.insert(entry.table).values(values))
    except IntegrityError:
        return False
    moved[entry.place] = tuple(made.inserted_primary_key)
    return True


def _numbers_itself(table: sa.Table) -> bool:
    return table.autoincrement_column is not None
