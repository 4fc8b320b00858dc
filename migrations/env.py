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
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=not postgresql,
            compare_type=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
