"""Migrations: one head, equal to the models, and the last step goes down and up."""

import sqlalchemy as sa

from cop.app import data_folder
from cop.core import migrations
from cop.core.db import db
from cop.core.web import Application
from tests.house.world import things
from tests.people_of_the_tests import People

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
