"""Every table that points to a person, or to an account, says what becomes of its rows; and what it says is done.

The rows are made from the metadata, so that a table added tomorrow is exported, erased and merged by these tests.
"""

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cop.activity.service import WORKER
from cop.app import create_app
from cop.core import clock as core_clock
from cop.core import personal
from cop.core.db import UTCDateTime, db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.duplicates import service as merging
from cop.people.models import Person
from cop.privacy import queries as privacy
from cop.privacy import service_erasure as erasure
from tests.conftest import settings_for
from tests.people_of_the_tests import People


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


def test_what_hangs_on_somebody_s_rows_has_a_name_people_read(app: Application) -> None:
    """« Ma fiche : détail (volunteer_skill) » says nothing: the page of one's data names every table in words."""
    for column, link in declared().values():
        if link.on_erasure is not personal.OnErasure.UNLINK:
            assert all(section.title for section in privacy._details(column.table, sa.false(), link))


def test_what_must_be_unique_is_declared_and_the_other_way_round(app: Application) -> None:
    for name, (column, link) in declared().items():
        held = [columns for columns in unique_sets(column.table) if column.name in columns]
        if link.unique_with is None:
            assert not held, f"{name}: two records that are merged would clash; say unique_with"
        else:
            assert {column.name, *link.unique_with} in held, name


# --- What is declared is done, table by table ----------------------------------------------------


class Maker:
    """Rows of any table, from its columns: what must be there is there, what must be unique is."""

    def __init__(self) -> None:
        self.number = 0

    def row(self, table: sa.Table, **values: Any) -> dict[str, Any]:
        self.number += 1
        for column in table.columns:
            if column.name in values or (column.primary_key and not column.foreign_keys):
                continue
            if column.foreign_keys and not column.nullable:
                values[column.name] = self.target(column)
            elif not column.nullable:
                values[column.name] = self.value(column)
        inserted = db.session.execute(sa.insert(table).values(**values))
        keys = dict(zip((key.name for key in table.primary_key), inserted.inserted_primary_key, strict=True))
        return {**values, **keys}

    def target(self, column: sa.Column[Any]) -> Any:
        (key,) = column.foreign_keys
        known = db.session.scalar(sa.select(key.column).limit(1)) if key.column.table.name == "territory" else None
        return known or self.row(key.column.table)[key.column.name]

    def value(self, column: sa.Column[Any]) -> Any:
        kind = column.type
        if isinstance(kind, sa.JSON):
            return {}
        if isinstance(kind, sa.LargeBinary):
            return f"b{self.number}".encode()
        if isinstance(kind, UTCDateTime):
            return core_clock.now()
        python = kind.python_type
        if python is str:
            return f"w{self.number}"[: getattr(kind, "length", None) or 20]
        if python is bool:
            return False
        if python is date:
            return core_clock.today()
        return self.number if python is int else python(self.number)


def _linked() -> list[str]:
    """By name, since the tables are known only once the application is there; a record's own links are its own."""
    create_app(settings_for(Path(tempfile.mkdtemp())))
    return sorted(name for name in declared() if not name.startswith(("person.", "duplicate_pair.", "person_merge.")))


LINKED = _linked()


def of_person(made: Any) -> dict[str, Any]:
    return {"given_name": "Diane", "family_name": "Dumas", "search_name": "diane dumas", "email": made}


def rows_of(column: sa.Column[Any], number: int | None) -> list[Any]:
    where = column.is_(None) if number is None else column == number
    return list(db.session.execute(sa.select(column.table).where(where)).mappings())


@pytest.fixture
def pair(people: People) -> tuple[Maker, int, int]:
    """Two empty records."""
    with unit_of_work():
        maker, table = Maker(), db.metadata.tables["person"]
        one, other = (maker.row(table, **of_person(f"diane-{n}@x.example"))["id"] for n in (1, 2))
        return maker, one, other


@pytest.mark.parametrize("name", LINKED)
def test_what_is_linked_is_in_the_copy(pair: tuple[Maker, int, int], name: str) -> None:
    (maker, one, other), (column, link) = pair, declared()[name]
    with unit_of_work():
        row = maker.row(column.table, **{column.name: one})
        sections = [section for section in privacy.held([one], []) if section.table == column.table.name]
        assert any(section.title == str(link.title) for section in sections)
        told = [key for section in sections for line in section.rows for key in line]
        assert not set(link.hidden) & set(told)
        assert row
        assert not [s for s in privacy.held([other], []) if s.table == column.table.name]


@pytest.mark.parametrize("name", LINKED)
def test_what_is_linked_is_erased_as_declared(pair: tuple[Maker, int, int], name: str) -> None:
    (maker, one, _other), (column, link) = pair, declared()[name]
    with unit_of_work():
        maker.row(column.table, **{column.name: one, **{b: maker.value(column.table.c[b]) for b in link.blank}})
        db.session.expire_all()
        _end_what_runs()
        erasure.erase([db.session.get_one(Person, one)], actor=WORKER, now=core_clock.now(), tell=False)
        kept = rows_of(column, one)
        assert bool(kept) is (link.on_erasure is personal.OnErasure.KEEP)
        assert bool(rows_of(column, None)) is (link.on_erasure is personal.OnErasure.UNLINK)
        assert all(row[blank] in (None, "", {}) for row in kept for blank in link.blank)


def _end_what_runs() -> None:
    """What has to end before its person may be forgotten."""
    yesterday = core_clock.today() - timedelta(days=1)
    db.session.execute(sa.update(db.metadata.tables["mandate"]).values(ends_on=yesterday))


@pytest.mark.parametrize("name", LINKED)
def test_what_is_linked_follows_a_merge_and_comes_back(pair: tuple[Maker, int, int], name: str) -> None:
    (maker, one, other), (column, _link) = pair, declared()[name]
    with unit_of_work():
        maker.row(column.table, **{column.name: other})
        before = rows_of(column, other)
        merge = merging.merge(one, other, {}, actor=WORKER, now=core_clock.now())
        assert (len(rows_of(column, one)), rows_of(column, other)) == (1, [])
    with unit_of_work():
        undone = merging.undo(db.session.merge(merge), actor=WORKER, now=core_clock.now())
        assert undone.left == []
        assert (rows_of(column, one), rows_of(column, other)) == ([], before)


@pytest.mark.parametrize("name", LINKED)
def test_what_both_have_is_there_once_after_a_merge(pair: tuple[Maker, int, int], name: str) -> None:
    (maker, one, other), (column, link) = pair, declared()[name]
    if link.unique_with is None:
        return  # nothing stands in the way of two
    with unit_of_work():
        mine = maker.row(column.table, **{column.name: one})
        same = {key: mine[key] for key in link.unique_with if key in mine}
        theirs = maker.row(column.table, **{column.name: other, **same})
        merging.merge(one, other, {}, actor=WORKER, now=core_clock.now())
        assert {row["id"] for row in rows_of(column, one)} in ({mine["id"]}, {mine["id"], theirs["id"]})
        assert rows_of(column, other) == []
