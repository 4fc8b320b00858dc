"""Every table that points to a person, or to an account, says what becomes of its rows; and what it says is done.

The rows are made from the metadata, so that a table added tomorrow is exported, erased and merged by these tests.
"""

from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import personal
from cop.core.db import db
from cop.core.web import Application


def declared(target: str = "person") -> dict[str, tuple[sa.Column[Any], personal.Link]]:
    found = personal.links(db.metadata, target)
    return {f"{column.table.name}.{column.name}": (column, link) for column, link in found.items() if link}


def unique_sets(table: sa.Table) -> list[set[str]]:
    """What must be unique in the table, as sets of names of columns."""
    constraints = [c for c in table.constraints if isinstance(c, sa.UniqueConstraint | sa.PrimaryKeyConstraint)]
    indexes = [index for index in table.indexes if index.unique]
    single = [{column.name} for column in table.columns if column.unique]
    return [{column.name for column in one.columns} for one in (*constraints, *indexes)] + single


@pytest.mark.parametrize("target", ["person", "account"])
def test_every_link_declares_what_becomes_of_its_row(app: Application, target: str) -> None:
    silent = [str(column) for column, link in personal.links(db.metadata, target).items() if link is None]
    assert not silent, "say it by info=personal.link(...) (cop/core/personal.py)"


@pytest.mark.parametrize("target", ["person", "account"])
def test_what_is_declared_exists(app: Application, target: str) -> None:
    for name, (column, link) in declared(target).items():
        named = {*link.blank, *link.hidden, *(link.unique_with or ()), *link.prefers[:1], *(link.contact or ())}
        assert named <= set(column.table.columns.keys()), name
        if link.on_erasure is personal.OnErasure.UNLINK:
            assert column.nullable, f"{name}: what cannot be empty cannot forget who"


def test_what_must_be_unique_is_declared_and_the_other_way_round(app: Application) -> None:
    for name, (column, link) in declared().items():
        held = [columns for columns in unique_sets(column.table) if column.name in columns]
        if link.unique_with is None:
            assert not held, f"{name}: two records that are merged would clash; say unique_with"
        else:
            assert {column.name, *link.unique_with} in held, name
