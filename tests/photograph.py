"""Emptying the database after a test, and putting the four people back before the next: what every test pays for."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cop.core.db import db
from tests.people_of_the_tests import People, populate
from tests.reference import TABLES, reference


def empty() -> None:
    """Delete every row, but for reference data that nothing touched. Only tables that hold rows are written to."""
    kept = TABLES if reference.there else frozenset()
    with db.engine.begin() as connection:
        filled = _filled(connection, kept)
        if connection.dialect.name == "postgresql":
            _empty_postgresql(connection, filled, kept)
            return
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # checked at the end only
        for name in filled:
            connection.exec_driver_sql(f'DELETE FROM "{name}"')
        apart = ", ".join(f"'{name}'" for name in kept)
        connection.exec_driver_sql(f"DELETE FROM sqlite_sequence WHERE name NOT IN ({apart})")


def _filled(connection: sa.Connection, kept: Collection[str]) -> list[str]:
    names = [name for name in db.metadata.tables if name not in kept]
    looks = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)
    return [name for (name,) in connection.exec_driver_sql(looks)]


def _empty_postgresql(connection: sa.Connection, filled: Sequence[str], kept: Collection[str]) -> None:
    """TRUNCATE makes each table's files anew, which takes longer than most tests: rows are deleted, without
    looking at foreign keys meanwhile, which only a superuser may ask for."""
    if connection.scalar(sa.text("SELECT current_setting('is_superuser')")) != "on":
        quoted = ", ".join(f'"{name}"' for name in db.metadata.tables if name not in kept)
        connection.execute(sa.text(f"TRUNCATE {quoted} RESTART IDENTITY"))
        return
    deletes = "; ".join(["SET LOCAL session_replication_role = replica", *(f'DELETE FROM "{name}"' for name in filled)])
    connection.exec_driver_sql(deletes)
    begin_again = sa.text(
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences"
        " WHERE last_value IS NOT NULL AND NOT sequencename = ANY(:kept)"
    )
    connection.execute(begin_again, {"kept": [f"{name}_id_seq" for name in kept]})


Rows = list[tuple[sa.Table, list[dict[str, Any]]]]


def take() -> Rows:
    """Every row there is, but the reference data."""
    with db.engine.begin() as connection:
        filled = set(_filled(connection, TABLES))
        tables = [table for table in db.metadata.sorted_tables if table.name in filled]
        return [(table, [dict(row._mapping) for row in connection.execute(sa.select(table))]) for table in tables]


def put_back(rows: Rows) -> None:
    """As they were, with their numbers. Raises ``IntegrityError`` when others are there."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table, values in rows:
            connection.execute(table.insert(), values)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(_next_numbers(rows))


def _next_numbers(rows: Rows) -> str:
    numbered = [(table.name, max(row["id"] for row in values)) for table, values in rows if "id" in table.c]
    sets = ", ".join(f"setval(pg_get_serial_sequence('\"{name}\"', 'id'), {last})" for name, last in numbered)
    return f"SELECT {sets}"


class Photograph:
    """The rows of the four people as they were first made: put back as they are, they cost a tenth of being made."""

    def __init__(self) -> None:
        self._people: People | None = None
        self._rows: Rows = []

    def people(self) -> People:
        if reference.there and self._people and self._put_back():
            return self._people
        with db.engine.begin() as connection:
            alone = not _filled(connection, TABLES)
        made = populate(seed=not reference.there)
        reference.there = True
        if alone:
            self._people, self._rows = made, take()
        return made

    def _put_back(self) -> bool:
        """False when somebody was there before: then the four are made, with the numbers that are left."""
        try:
            put_back(self._rows)
        except IntegrityError:
            return False
        return True


photograph: Final = Photograph()
