"""Migrations: one head, equal to the models, and the last step goes down and up."""

from cop.app import data_folder
from cop.core import migrations
from cop.core.web import Application

FOLDER = data_folder("migrations")


def test_one_head_and_the_database_stands_at_it(app: Application) -> None:
    assert migrations.heads(FOLDER) == [migrations.current()]


def test_the_database_equals_the_models(app: Application) -> None:
    assert migrations.differences() == []


def test_the_last_step_goes_down_and_up(app: Application) -> None:
    migrations.downgrade(FOLDER, "-1")
    migrations.upgrade(FOLDER)
    assert migrations.differences() == []
