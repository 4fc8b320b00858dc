"""Bringing a database to the present schema. Alembic is imported here only: web workers never need it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from cop.core.db import db


def config(folder: Path) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(folder).replace("%", "%%"))
    configuration.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s")
    return configuration


def upgrade(folder: Path, revision: str = "head") -> None:
    """Migrate the current application's database; a no-op when it is up to date."""
    command.upgrade(config(folder), revision)


def upgrade_with_copy(folder: Path) -> Path | None:
    """Migrate; an SQLite file that holds data and is about to change is copied beside itself first.

    SQLite cannot undo a change of schema (Alembic: "non-transactional DDL"): a migration that fails leaves half
    of itself. On PostgreSQL it leaves nothing. Returns the copy.
    """
    before = current()
    copy = None
    if before and [before] != heads(folder) and db.engine.dialect.name == "sqlite" and db.engine.url.database:
        copy = _copied(Path(db.engine.url.database), before)
    upgrade(folder)
    return copy


def _copied(path: Path, revision: str) -> Path:
    copy = path.with_name(f"{path.name}.before-{revision}")
    # Through SQLite, not the file system: what is still in the write-ahead log belongs to the copy.
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def downgrade(folder: Path, revision: str) -> None:
    command.downgrade(config(folder), revision)


def heads(folder: Path) -> list[str]:
    return list(ScriptDirectory.from_config(config(folder)).get_heads())


def current() -> str | None:
    """The revision the database stands at; ``None`` when it is empty."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def differences() -> list[object]:
    """What the models say and the database does not, or the reverse."""
    with db.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), db.metadata))


def write_revision(folder: Path, message: str) -> None:
    """For developers: a new migration from the difference between models and database."""
    command.revision(config(folder), message, autogenerate=True)
