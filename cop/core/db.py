"""The database: declarative base, names of constraints, aware times, and what SQLite needs to be safe."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, make_transient_to_detached, mapped_column

NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(sa.TypeDecorator[datetime]):
    """An aware moment, kept in UTC.

    SQLite drops the offset of an aware datetime without a word (18:30+01:00 comes back as a naive
    18:30), so naive values are refused on the way in and made aware on the way out.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: use cop.core.clock")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMES)


db: Final = SQLAlchemy(model_class=Base)


class Model(db.Model):  # type: ignore[name-defined, misc]
    """A table with a plain integer key."""

    __abstract__ = True


class Numbered(Model):
    """A table whose key is a number of its own (all but link tables)."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)


M = TypeVar("M", bound=Numbered)


def change(statement: sa.Update | sa.Delete | sa.Insert) -> int:
    """Run a statement that changes rows; how many it changed. A conditional update tells here who won."""
    result = db.session.execute(statement)
    return int(cast("sa.CursorResult[Any]", result).rowcount)


def look(statement: sa.Select[Any], values: Mapping[str, Any]) -> Any:
    """The one row that answers, or ``None``, read beside the session: for pages that need nothing else of the
    database, where opening a session would cost more than the look."""
    with db.engine.connect() as connection:
        return connection.execute(statement, values).one_or_none()


def insert_if_absent(model: type[Any], values: Mapping[str, Any], key: Sequence[str]) -> bool:
    """Insert the row unless one with the same ``key`` columns exists; true when this call inserted it.

    The way a double press, two workers or a replay are absorbed: the unique key decides, without a lock.
    """
    return _insert(model, values, key, None) is not None


def insert_new(
    model: type[M], values: Mapping[str, Any], key: Sequence[str], where: sa.TextClause | None = None
) -> M | None:
    """The same, answering the row as an object of the session, or ``None`` when there was one already.

    It is not read back: what ``values`` says is what was written. ``where``: the condition of a partial unique index.
    """
    number = _insert(model, values, key, where)
    if number is None:
        return None
    made = model(**values, id=number)
    make_transient_to_detached(made)
    # A number just given may be in the session already: SQLite gives again those of a transaction that was rolled
    # back, whose objects may still be held (by the traceback that is being logged).
    stale: Any = db.session.identity_map.get(sa.inspect(made).key)
    if stale is not None:
        db.session.expunge(stale)
    db.session.add(made)
    return made


def insert_all_absent(model: type[Any], rows: Sequence[Mapping[str, Any]], key: Sequence[str]) -> None:
    """Insert each row unless one with the same ``key`` columns exists: hundreds of them in one exchange."""
    if rows:
        insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
        statement = insert(model.__table__).on_conflict_do_nothing(index_elements=list(key))
        db.session.execute(statement, list(rows))


def _insert(model: Any, values: Mapping[str, Any], key: Sequence[str], where: sa.TextClause | None) -> Any:
    statement, columns = _insertion(model, tuple(key), where, db.session.get_bind().dialect.name)
    return db.session.execute(statement, {columns[name]: value for name, value in values.items()}).scalar()


@cache
def _insertion(
    model: Any, key: tuple[str, ...], where: sa.TextClause | None, dialect: str
) -> tuple[Any, dict[str, str]]:
    """The statement, built once: that costs several times what the database needs for it."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    columns = {attribute.key: attribute.columns[0].name for attribute in sa.inspect(model).column_attrs}
    # psycopg gives no count of rows for an INSERT that returns its key: the row itself is asked for.
    answer = model.__table__.c.id if "id" in columns else sa.literal(1)
    statement = insert(model.__table__).on_conflict_do_nothing(index_elements=list(key), index_where=where)
    return statement.returning(answer), columns


# --- SQLite -------------------------------------------------------------------------------------

_writing: ContextVar[bool] = ContextVar("writing", default=True)


def expect_writes(value: bool) -> Any:
    """Say whether the transactions begun from now on in this context write; returns the token to reset."""
    return _writing.set(value)


def reset_expectation(token: Any) -> None:
    _writing.reset(token)


@event.listens_for(sa.Table, "after_parent_attach")
def _never_the_same_number_twice(table: sa.Table, _metadata: sa.MetaData) -> None:
    """SQLite gives the number of the last row again once it was deleted, unless told otherwise; PostgreSQL never does.

    The link in an old mail would open what belongs to the next person; and their own mail, named by the same number,
    would be taken for one that left already. Migrations make their tables by this rule too.
    """
    if table.primary_key.columns.keys() == ["id"]:
        table.dialect_options["sqlite"]["autoincrement"] = True


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # The driver must not begin transactions by itself, or BEGIN IMMEDIATE below comes too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # Waiting writers look again from time to time, without a queue: a hundred at once on a busy machine need patience.
    cursor.execute("PRAGMA busy_timeout = 30000")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start of a unit of work that writes.

    With the deferred BEGIN two units that read, then write, either lose updates or fail at once with
    "database is locked", whatever the timeout. Readers keep the deferred form, or they would queue.
    """
    if connection.dialect.name != "sqlite":
        return
    if _writing.get():
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # waits for nobody and cannot fail: at every page, straight to the driver
        cast("sqlite3.Connection", connection.connection.driver_connection).execute("BEGIN")
