"""Undoing: every row changed in a block is noted, and the block can be taken back as long as nobody changed it since.

    with changes.recorded("import:12"):
        …                                   # objects, statements: whatever goes through the session
    undone = changes.undo("import:12")      # undone.restored, undone.left

What somebody changed since stays as it is, and is told. A row that was made stays when others point to it now.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cop.core import personal
from cop.core.changes_journal import (
    KEPT,
    ORIGIN,
    UNRECORDED,
    Key,
    Row,
    RowChange,
    chunks,
    key_text,
    keys_in,
    packed,
    pointing_to,
    rows_by_key,
    unpacked,
)
from cop.core.db import change, db
from cop.core.i18n import _l

__all__ = ["KEPT", "UNRECORDED", "Left", "Undone", "delete", "forget", "forget_old", "recorded", "undo", "update"]

CHANGED: Final = _l("changed since")
NEEDED: Final = _l("something else needs it now")
TAKEN: Final = _l("its place was taken since, or what it belonged to is gone")
Place = tuple[str, Key]
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


@contextmanager
def recorded(origin: str) -> Iterator[None]:
    """Note every change of the block under ``origin``; within another block, that one's origin holds again after."""
    session = db.session()
    session.flush()  # what was done before is not of this block
    outer = session.info.get(ORIGIN)
    session.info[ORIGIN] = origin
    try:
        yield
        session.flush()
    finally:
        session.info.pop(ORIGIN, None)
        if outer is not None:
            session.info[ORIGIN] = outer


def update(target: Any, where: Any, values: Mapping[str, Any]) -> int:
    """Change rows by a condition; how many."""
    return change(sa.update(target).where(where).values(values))


def delete(target: Any, where: Any) -> int:
    return change(sa.delete(target).where(where))


def forget(table: str, key: int | Sequence[Any]) -> None:
    """Drop what the journal holds of a row and of those that point to it: the person asked to be forgotten."""
    number = (key,) if isinstance(key, int) else tuple(key)
    wanted = [sa.and_(RowChange.table_name == table, RowChange.row_key == key_text(number))]
    if len(number) == 1:
        for column, _foreign in pointing_to(db.metadata.tables[table]):
            held = [kept[column.name].as_integer() == number[0] for kept in (RowChange.before, RowChange.after)]
            wanted.append(sa.and_(RowChange.table_name == column.table.name, sa.or_(*held)))
    change(sa.delete(RowChange).where(sa.or_(*wanted)))


def forget_old(now: datetime) -> int:
    return change(sa.delete(RowChange).where(RowChange.at < now - KEPT))


# --- Undoing --------------------------------------------------------------------------------------


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


def undo(origin: str) -> Undone:
    """Take back what was noted under ``origin``, last things first; what stays keeps its entry, to try again."""
    db.session.flush()
    entries = _entries(origin)
    left = _Staying(entries).left
    done: list[int] = []
    for run in _runs(entry for entry in entries if entry.place not in left):
        done += _put_back(run, left)
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
                if not _as_left(entry, now.get(entry.key)):
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


def _put_back(run: list[_Entry], left: dict[Place, Any]) -> list[int]:
    """All of them at once, or one by one to find the one that does not fit."""
    try:
        with db.session.begin_nested():
            _restore(run)
    except IntegrityError:
        if len(run) == 1:
            left[run[0].place] = TAKEN
            return []
        return [number for entry in run for number in _put_back([entry], left)]
    return [entry.number for entry in run]


def _restore(run: list[_Entry]) -> None:
    table = run[0].table
    if run[0].before is None:
        db.session.execute(sa.delete(table).where(keys_in(table, [entry.key for entry in run])))
        return
    for entry in run:
        values = {name: sa.null() if value is None else value for name, value in (entry.before or {}).items()}
        if entry.after is None:
            db.session.execute(sa.insert(table).values(values))
        else:
            db.session.execute(sa.update(table).where(keys_in(table, [entry.key])).values(values))
