"""Alembic's environment: the application's own database, in batch mode on SQLite, one upgrade at a time."""

import sqlalchemy as sa
from alembic import context

from cop.core.db import db

# Two upgrades started at once would step on each other: the second waits. Any constant will do.
LOCK = 7_236_519


def run() -> None:
    engine = db.engine
    with engine.connect() as connection:
        postgresql = connection.dialect.name == "postgresql"
        if postgresql:
            # Of the transaction, not of the session: a pooled connection would keep it from the next upgrade for ever.
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        else:
            # SQLite changes a table by making it anew and dropping the old one, which would take with it, by
            # ON DELETE CASCADE, every row that points there. The PRAGMA is heard outside a transaction only.
            foreign_keys(connection, on=False)
            given = last_numbers(connection)
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=not postgresql,
            compare_type=True,
            transaction_per_migration=False,
        )
        try:
            with context.begin_transaction():
                context.run_migrations()
                if not postgresql:
                    refuse_orphans(connection)
                    give_none_again(connection, given)
            connection.commit()
        finally:
            if not postgresql:
                connection.rollback()
                foreign_keys(connection, on=True)


def foreign_keys(connection: sa.Connection, *, on: bool) -> None:
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("no connection")
    driver.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")


def last_numbers(connection: sa.Connection) -> list[tuple[str, int]]:
    """The last number each table of SQLite gave to a row; a table made anew forgets those of deleted rows."""
    known = "SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'"
    if connection.exec_driver_sql(known).scalar() is None:
        return []
    return [(name, last) for name, last in connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")]


def give_none_again(connection: sa.Connection, given: list[tuple[str, int]]) -> None:
    for name, last in given:
        statement = "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?"
        if not connection.exec_driver_sql(statement, (last, name)).rowcount:
            connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, last))


def refuse_orphans(connection: sa.Connection) -> None:
    """What SQLite did not check meanwhile."""
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        raise RuntimeError(f"rows that point nowhere after the migration: {orphans[:5]}")


run()
