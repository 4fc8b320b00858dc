"""The journal of what was done to rows, so that it can be undone: what every statement of a block changed.

The session tells each flush and each statement; what the database does by itself when a row goes (``ON DELETE``)
is read beforehand. The rows hold people's data: they are forgotten in time (``host.jobs``), or with the person.
"""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, ORMExecuteState, Session, mapped_column

from cop.core import clock
from cop.core.db import Numbered, UTCDateTime, db

# In the ``info`` of a table that is no data: logs, counters, the journal itself.
UNRECORDED: Final[Mapping[str, Any]] = {"unrecorded": True}
# In the ``info`` of a session: the origin its changes are noted under.
ORIGIN: Final = "cop.changes"
_FLUSH: Final = "cop.changes.flush"
_AT_ONCE: Final = 400  # keys in one question: SQLite takes 999 values on old builds

Row = dict[str, Any]
Key = tuple[Any, ...]
Change = tuple[sa.Table, Key, Row | None, Row | None]  # before, after


class RowChange(Numbered):
    """One row made (no ``before``), changed (the changed columns only) or deleted (no ``after``)."""

    __tablename__ = "row_change"
    __table_args__ = (sa.Index(None, "table_name", "row_key"), {"info": {**UNRECORDED}})

    origin: Mapped[str] = mapped_column(sa.String(80), index=True)  # "import:12", "merge:3"
    table_name: Mapped[str] = mapped_column(sa.String(80))
    row_key: Mapped[str] = mapped_column(sa.String(200))  # JSON list
    before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


def pack(value: Any) -> Any:
    """A value of a column as JSON keeps it; what JSON has no word for is tagged with its type."""
    if isinstance(value, Enum):
        return pack(value.value) if isinstance(value, str | int) else {"$enum": value.name}
    if isinstance(value, datetime | date | time):
        return {f"${type(value).__name__}": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    return {"$json": value} if isinstance(value, dict | list | tuple) else value


def unpack(value: Any, column: sa.Column[Any]) -> Any:
    if not isinstance(value, dict):
        return value
    ((tag, text),) = value.items()
    if tag == "$enum":
        return cast("sa.Enum", column.type).enum_class[text]  # type: ignore[index]
    readers: dict[str, Any] = {
        "$datetime": datetime.fromisoformat,
        "$date": date.fromisoformat,
        "$time": time.fromisoformat,
        "$decimal": Decimal,
        "$bytes": base64.b64decode,
        "$json": lambda kept: kept,
    }
    return readers[tag](text)


def packed(row: Mapping[str, Any]) -> Row:
    return {name: pack(value) for name, value in row.items()}


def unpacked(table: sa.Table, row: Mapping[str, Any]) -> Row:
    """The columns the table still has: a migration may have come between."""
    return {name: unpack(value, table.c[name]) for name, value in row.items() if name in table.c}


def key_text(key: Sequence[Any]) -> str:
    return json.dumps([pack(part) for part in key])


def key_of(table: sa.Table, row: Mapping[str, Any]) -> Key:
    return tuple(row[column.name] for column in table.primary_key)


def rows_where(connection: Connection, table: sa.Table, where: Any, values: Any = None) -> dict[Key, Row]:
    statement = sa.select(table) if where is None else sa.select(table).where(where)
    found = [dict(row) for row in connection.execute(statement, values or {}).mappings()]
    return {key_of(table, row): row for row in found}


def rows_by_key(connection: Connection, table: sa.Table, keys: Iterable[Key]) -> dict[Key, Row]:
    found: dict[Key, Row] = {}
    for some in chunks(list(keys)):
        found.update(rows_where(connection, table, keys_in(table, some)))
    return found


def keys_in(table: sa.Table, keys: Sequence[Key]) -> sa.ColumnElement[bool]:
    columns = list(table.primary_key)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return sa.or_(*(sa.and_(*(column == part for column, part in zip(columns, key, strict=True))) for key in keys))


def chunks(items: Sequence[Any], size: int = _AT_ONCE) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def pointing_to(table: sa.Table) -> Iterator[tuple[sa.Column[Any], sa.ForeignKey]]:
    """The columns anywhere that point to a row of the table by its single key."""
    for other in db.metadata.sorted_tables:
        for column in other.columns:
            for key in column.foreign_keys:
                if key.column.table is table and key.column.primary_key and len(table.primary_key) == 1:
                    yield column, key


def is_recorded(session: Session, table: Any) -> bool:
    return ORIGIN in session.info and isinstance(table, sa.Table) and not table.info.get("unrecorded")


def note(session: Session, changes: Iterable[Change]) -> None:
    at = clock.now()
    entries = [
        {
            "origin": session.info[ORIGIN],
            "table_name": table.name,
            "row_key": key_text(key),
            "before": None if before is None else packed(before),
            "after": None if after is None else packed(after),
            "at": at,
        }
        for table, key, before, after in changes
    ]
    for some in chunks(entries):
        session.connection().execute(sa.insert(RowChange.__table__), some)


def differences(before: Row, after: Row) -> tuple[Row, Row]:
    changed = [name for name, value in after.items() if before[name] != value]
    return {name: before[name] for name in changed}, {name: after[name] for name in changed}


def _gone_with(
    connection: Connection, table: sa.Table, rows: dict[Key, Row], seen: set[tuple[str, Key]]
) -> list[Change]:
    """What deleting the rows does by itself elsewhere, then the rows: in the order that undone backwards is right."""
    rows = {key: row for key, row in rows.items() if (table.name, key) not in seen}
    seen.update((table.name, key) for key in rows)
    noted: list[Change] = []
    for column, foreign in pointing_to(table) if rows else ():
        if foreign.ondelete not in {"CASCADE", "SET NULL"} or column.table.info.get("unrecorded"):
            continue
        for some in chunks([key[0] for key in rows]):
            found = rows_where(connection, column.table, column.in_(some))
            if foreign.ondelete == "CASCADE":
                noted += _gone_with(connection, column.table, found, seen)
            else:
                noted += [
                    (column.table, key, {column.name: row[column.name]}, {column.name: None})
                    for key, row in found.items()
                    if (column.table.name, key) not in seen
                ]
    return [*noted, *((table, key, row, None) for key, row in rows.items())]


def _table(thing: Any) -> sa.Table:
    return cast("sa.Table", sa.inspect(type(thing)).local_table)


@dataclass(slots=True)
class _Flush:
    """What a flush is about to change or delete, as the database has it: the session may not know every column."""

    read: dict[sa.Table, dict[Key, Row]] = field(default_factory=lambda: defaultdict(dict))
    leaving: list[Change] = field(default_factory=list)
    seen: set[tuple[str, Key]] = field(default_factory=set)


@event.listens_for(db.session, "before_flush")
def _look_before(session: Session, *_: Any) -> None:
    if ORIGIN not in session.info:
        return
    flush = session.info[_FLUSH] = _Flush()
    wanted: dict[sa.Table, list[Key]] = defaultdict(list)
    for thing in (*session.dirty, *session.deleted):
        if is_recorded(session, _table(thing)) and (identity := sa.inspect(thing).identity):
            wanted[_table(thing)].append(identity)
    for table, keys in wanted.items():
        flush.read[table] = rows_by_key(session.connection(), table, keys)


def _row_of(connection: Connection, thing: Any) -> tuple[_Flush, sa.Table, Key] | None:
    """The flush in hand, for a thing it found by itself too: orphans, rows moved by a relation of another one."""
    state: Any = sa.inspect(thing)
    table, flush = _table(thing), state.session.info.get(_FLUSH)
    if flush is None or not is_recorded(state.session, table) or state.identity is None:
        return None
    if state.identity not in flush.read[table]:
        flush.read[table].update(rows_by_key(connection, table, [state.identity]))
    return flush, table, state.identity


@event.listens_for(Mapper, "before_update")
def _before_update(_mapper: Any, connection: Connection, thing: Any) -> None:
    _row_of(connection, thing)


@event.listens_for(Mapper, "before_delete")
def _before_delete(_mapper: Any, connection: Connection, thing: Any) -> None:
    if (found := _row_of(connection, thing)) is None:
        return
    flush, table, key = found
    if key in flush.read[table]:
        flush.leaving += _gone_with(connection, table, {key: flush.read[table][key]}, flush.seen)


@event.listens_for(db.session, "after_flush_postexec")
def _look_after(session: Session, *_: Any) -> None:
    session.info.pop(_FLUSH, None)


@event.listens_for(db.session, "after_flush")
def _note_flush(session: Session, *_: Any) -> None:
    if ORIGIN not in session.info:
        return
    flush: _Flush = session.info[_FLUSH]
    made: dict[sa.Table, list[Key]] = {}
    for thing in session.new:
        if is_recorded(session, _table(thing)):
            made.setdefault(_table(thing), []).append(sa.inspect(thing).mapper.primary_key_from_instance(thing))
    noted: list[Change] = []
    for table in db.metadata.sorted_tables:
        keys = [tuple(key) for key in made.get(table, ())]
        found = rows_by_key(session.connection(), table, keys)
        noted += [(table, key, None, found[key]) for key in keys if key in found]
    noted += _changed(session.connection(), flush.read)
    note(session, [*noted, *flush.leaving])


def _changed(connection: Connection, read: Mapping[sa.Table, dict[Key, Row]]) -> Iterator[Change]:
    for table, rows in read.items():
        for key, after in rows_by_key(connection, table, rows).items():
            old, new = differences(rows[key], after)
            if new:
                yield table, key, old, new


@event.listens_for(db.session, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> Any:
    """Statements beside the objects of the session: ``sa.update(…)``, ``sa.delete(…)``, ``sa.insert(…)``."""
    if not (state.is_insert or state.is_update or state.is_delete) or state.is_from_statement:
        return None
    table = cast("Any", state.statement).table
    if not is_recorded(state.session, table):
        return None
    table = db.metadata.tables[table.name]  # an object's statement holds an annotated copy
    if state.is_insert:
        return _note_insert(state, table)
    if isinstance(state.parameters, list):
        raise RuntimeError("changes.recorded(): change many rows by one condition, or object by object")
    connection, where = state.session.connection(), cast("Any", state.statement).whereclause
    before = rows_where(connection, table, where, state.parameters)
    leaving = _gone_with(connection, table, before, set()) if state.is_delete else []
    result = state.invoke_statement()
    note(state.session, leaving or _changed(connection, {table: before}))
    return result


def _note_insert(state: ORMExecuteState, table: sa.Table) -> Any:
    statement: Any = state.statement
    given: Any = state.parameters if isinstance(state.parameters, list) else [state.parameters or {}]
    asked = bool(statement._returning)
    result = state.invoke_statement(statement=None if asked else statement.returning(*table.primary_key))
    kept = result.freeze()
    keys = []
    for number, row in enumerate(kept().all()):
        names = [column.name for column in table.primary_key]
        known = given[number] if number < len(given) else {}
        # ``db.insert_new`` asks for the key, or for a mere 1 where the caller gave it.
        keys.append(tuple(known[name] for name in names) if all(name in known for name in names) else tuple(row))
    found = rows_by_key(state.session.connection(), table, keys)
    note(state.session, ((table, key, None, row) for key, row in found.items()))
    return kept()
