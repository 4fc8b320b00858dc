"""Migrations: one head, equal to the models, and the last step goes down and up."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from cop.activity.service import PUBLIC
from cop.app import create_app, data_folder
from cop.core import clock, migrations
from cop.core.db import _never_the_same_number_twice, db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.events.models import Event
from cop.registrations import queries as registered
from cop.registrations import service as registrations
from tests.conftest import settings_for
from tests.house.world import things
from tests.people_of_the_tests import People, event

FOLDER = data_folder("migrations")


def test_one_head_and_the_database_stands_at_it(app: Application) -> None:
    assert migrations.heads(FOLDER) == [migrations.current()]


def test_the_database_equals_the_models(app: Application) -> None:
    assert migrations.differences() == []


def test_the_last_step_goes_down_and_up(app: Application) -> None:
    migrations.downgrade(FOLDER, "-1")
    migrations.upgrade(FOLDER)
    assert migrations.differences() == []


def rows() -> dict[str, int]:
    """How many rows of each table that stood there before people had memberships, mandates and the rest."""
    names = (
        "account", "account_grant", "person", "practice_site", "event", "half_day", "registration", "attendance",
        "invitation", "mail_message", "mail_body", "activity_entry", "event_kind", "territory", "territory_part",
    )  # fmt: skip
    with db.engine.connect() as connection:
        return {name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0 for name in names}


def test_nothing_is_lost_on_the_way(app: Application, people: People) -> None:
    """Changing a table must not take along the rows that point to it."""
    things(people, 1)
    before = rows()
    assert all(before[name] for name in ("registration", "attendance", "invitation"))
    db.session.remove()
    migrations.downgrade(FOLDER, "0006")
    assert rows() == before
    migrations.upgrade(FOLDER)
    assert rows() == before
    assert migrations.differences() == []


def without_autoincrement(engine: sa.Engine) -> list[str]:
    asked = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%AUTOINCREMENT%'"
    with engine.connect() as connection:
        made = set(connection.exec_driver_sql(asked).scalars())
    return sorted(name for name, table in db.metadata.tables.items() if name in made and "id" in table.c)


@pytest.mark.once
def test_no_number_is_given_twice(app: Application, people: People) -> None:
    """The link in an old mail must not open what belongs to somebody else; PostgreSQL never gives one again."""
    assert without_autoincrement(db.engine) == []
    with unit_of_work():
        gone = event(people, "Retirée").id
    with unit_of_work():
        db.session.delete(db.session.get_one(Event, gone))
    db.session.remove()
    migrations.downgrade(FOLDER, "0027")  # makes the table anew
    migrations.upgrade(FOLDER)
    with unit_of_work():
        assert event(people, "La suivante").id == gone + 1


@pytest.mark.once
def test_a_file_whose_numbers_came_back_is_made_anew_with_all_it_holds(
    app: Application, people: People, tmp_path: Path
) -> None:
    things(people, 1)
    db.session.remove()
    migrations.downgrade(FOLDER, "0028")
    filled = Path(str(db.engine.url.database))
    old = create_app(settings_for(tmp_path / "old", COP_DATABASE_URL=""))
    with old.app_context():
        sa.event.remove(sa.Table, "after_parent_attach", _never_the_same_number_twice)
        try:
            migrations.upgrade(FOLDER, "0028")
        finally:
            sa.event.listen(sa.Table, "after_parent_attach", _never_the_same_number_twice)
        assert "event" in without_autoincrement(db.engine)
        _pour(filled, Path(str(db.engine.url.database)))
        before, indexes = rows(), words_of("index")
        db.session.remove()
        migrations.upgrade(FOLDER)
        assert without_autoincrement(db.engine) == []
        assert all(before[name] for name in ("registration", "attendance", "invitation"))
        assert (rows(), words_of("index")) == (before, indexes)
        assert migrations.differences() == []
        with unit_of_work():
            assert things(people, 2).event_id > before["event"]
        db.session.remove()
        db.engine.dispose()
    migrations.upgrade(FOLDER)


def _pour(filled: Path, into: Path) -> None:
    """All that the tables of one file hold, into those of another."""
    with closing(sqlite3.connect(into, isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS filled", (str(filled),))
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (name,) in connection.execute(names).fetchall():
            columns = connection.execute("SELECT name FROM pragma_table_info(?)", (name,))
            named = ", ".join(f'"{column}"' for (column,) in columns)
            connection.execute(f'DELETE FROM main."{name}"')
            connection.execute(f'INSERT INTO main."{name}" ({named}) SELECT {named} FROM filled."{name}"')


def words_of(kind: str) -> list[str]:
    with db.engine.connect() as connection:
        asked = "SELECT sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL ORDER BY sql"
        return list(connection.exec_driver_sql(asked, (kind,)).scalars())


def test_events_that_stood_there_can_still_be_left(app: Application, people: People) -> None:
    """The seats of a meeting on line are counted on line; what nobody was told of stays so in older code."""
    with unit_of_work():
        online = event(people, "En ligne", mode="online")
        registrations.register(online, people.diane, now=clock.now())
        kept = event(people, "Modèle", status="template")
        numbers = online.id, kept.id
    db.session.remove()
    migrations.downgrade(FOLDER, "0018")
    with db.engine.connect() as connection:
        table = sa.table("event", sa.column("id"), sa.column("status"))
        statement = sa.select(table.c.status).where(table.c.id == numbers[1])
        assert connection.scalar(statement) == "draft"
    migrations.upgrade(FOLDER)
    with unit_of_work():
        row = registered.of(numbers[0], people.diane_id)
        registrations.cancel(row, now=clock.now(), actor=PUBLIC, by_person=True)
    assert db.session.get_one(Event, numbers[0]).online_taken == 0
