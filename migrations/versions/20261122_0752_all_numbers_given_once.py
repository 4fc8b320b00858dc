"""SQLite never gives a number twice: the tables that were made without AUTOINCREMENT are made anew with it."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KEY = re.compile(r"\bid INTEGER NOT NULL\b")
OLD_KEY = re.compile(r",\s*CONSTRAINT (\w+) PRIMARY KEY \(id\)")


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    tables = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%AUTOINCREMENT%'"
    for name, words in connection.exec_driver_sql(tables).all():
        old = OLD_KEY.search(words)
        if old:
            _make_anew(connection, name, _with_autoincrement(words, old))


def downgrade() -> None:
    """Numbers may go on being given once."""


def _with_autoincrement(words: str, old: re.Match[str]) -> str:
    """The statement that made the table, with its key as SQLAlchemy writes it now."""
    words = words[: old.start()] + words[old.end() :]
    return KEY.sub(f"id INTEGER NOT NULL CONSTRAINT {old[1]} PRIMARY KEY AUTOINCREMENT", words, count=1)


def _make_anew(connection: sa.Connection, name: str, words: str) -> None:
    """In the order SQLite asks for (lang_altertable.html, "Making Other Kinds Of Table Schema Changes"): by its own
    words, so that every check and every condition of an index is kept."""
    beside = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL"
    others = connection.exec_driver_sql(beside, (name,)).scalars().all()
    connection.exec_driver_sql(re.sub(r'^CREATE TABLE "?\w+"?', 'CREATE TABLE "_anew"', words))
    connection.exec_driver_sql(f'INSERT INTO "_anew" SELECT * FROM "{name}"')  # noqa: S608 - a table of our own
    connection.exec_driver_sql(f'DROP TABLE "{name}"')
    connection.exec_driver_sql(f'ALTER TABLE "_anew" RENAME TO "{name}"')
    for statement in others:
        connection.exec_driver_sql(statement)
