"""The reference data once loaded: what contains what, merged communes, what is not wholly here."""

import pytest
import sqlalchemy as sa

from cop.core.db import db
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.territories import service
from cop.territories.models import CommuneCode, CommunePostalCode, Profession, Territory, TerritoryPart
from cop.territories.rules import OTHER_PROFESSION
from tests.people_of_the_tests import territory

TABLES = (Territory, TerritoryPart, CommuneCode, CommunePostalCode, Profession)


@pytest.fixture
def seeded(app: Application) -> None:
    with unit_of_work():
        service.seed_reference_data(root=("region", "52"))


def contains(outer: tuple[str, str], inner: tuple[str, str]) -> bool:
    key = territory(*outer).id, territory(*inner).id
    return db.session.get(TerritoryPart, key) is not None


def counts() -> list[int]:
    return [db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in TABLES]


def test_ten_departments_and_their_communes(seeded: None) -> None:
    kinds = dict(db.session.execute(sa.select(Territory.kind, sa.func.count()).group_by(Territory.kind)).all())
    assert kinds == {"region": 3, "hemi_region": 2, "department": 10, "epci": 146, "commune": 2792, "custom": 1}


@pytest.mark.parametrize(
    ("outer", "inner", "inside"),
    [
        (("region", "52"), ("hemi_region", "52-est"), True),
        (("hemi_region", "52-est"), ("department", "49"), True),
        (("hemi_region", "52-est"), ("department", "44"), False),
        (("region", "52"), ("region", "52"), True),
        (("department", "44"), ("epci", "200000438"), True),
        (("epci", "200000438"), ("commune", "44129"), True),
        (("epci", "200000438"), ("commune", "44013"), False),
        # Redon Agglomération spans three départements and two regions, the Pays d'Ancenis two départements.
        (("department", "35"), ("epci", "243500741"), False),
        (("region", "53"), ("epci", "243500741"), False),
        (("department", "44"), ("epci", "244400552"), False),
        (("region", "52"), ("epci", "244400552"), True),
        (("epci", "200068781"), ("custom", "haute-herbasse"), True),
        (("custom", "haute-herbasse"), ("commune", "26210"), True),
        (("custom", "haute-herbasse"), ("commune", "26194"), False),
        (("department", "44"), ("commune", "44180"), True),
        (("department", "49"), ("commune", "44180"), False),
    ],
)
def test_what_contains_what(seeded: None, outer: tuple[str, str], inner: tuple[str, str], inside: bool) -> None:
    assert contains(outer, inner) is inside


@pytest.mark.parametrize(
    ("code", "commune"),
    [("26184", "26210"), ("26297", "26210"), ("26210", "26210"), ("49144", "44180"), ("79224", "49099")],
)
def test_absorbed_codes_lead_to_the_commune_of_today(seeded: None, code: str, commune: str) -> None:
    assert db.session.get_one(CommuneCode, code).commune_id == territory("commune", commune).id


def test_a_perimeter_partly_elsewhere_is_marked(seeded: None) -> None:
    assert not territory("region", "84").is_complete
    assert not territory("epci", "200072676").is_complete  # Maine Saosnois reaches into Orne
    assert territory("region", "52").is_complete
    assert territory("epci", "243500741").is_complete


def test_loading_again_adds_nothing_and_keeps_the_choices(seeded: None) -> None:
    before = counts()
    with unit_of_work():
        service.choose_counted({"70", "91"})
        db.session.get_one(Profession, "70").label_fr = "Kinésithérapeute"
    with unit_of_work():
        service.seed_reference_data(root=("epci", "200000438"))
    assert counts() == before
    counted = db.session.scalars(sa.select(Profession.code).where(Profession.counted).order_by(Profession.code)).all()
    assert counted == ["70", "91"]
    assert db.session.get_one(Profession, "70").label_fr == "Kinésithérapeute"
    assert [t.code for t in db.session.scalars(sa.select(Territory).where(Territory.is_root))] == ["200000438"]


def test_names_are_brought_up_to_date(seeded: None) -> None:
    with unit_of_work():
        territory("commune", "44129").name = "Ancien nom"
    with unit_of_work():
        service.seed_reference_data(root=("region", "52"))
    assert territory("commune", "44129").name == "Pontchâteau"


def test_fewer_departments_may_be_loaded(app: Application) -> None:
    with unit_of_work():
        service.seed_reference_data(root=("custom", "haute-herbasse"), departments=["26"])
    assert [t.code for t in db.session.scalars(sa.select(Territory).where(Territory.kind == "department"))] == ["26"]
    assert db.session.scalar(sa.select(sa.func.count()).where(Territory.kind == "commune")) == 362
    # The rest of the region may come later, and then makes it no more complete than it is.
    with unit_of_work():
        service.seed_reference_data(root=("region", "52"))
    assert counts()[0] == 2954


def test_professions_of_the_register_and_one_for_everybody_else(seeded: None) -> None:
    rows = {row.code: row for row in db.session.scalars(sa.select(Profession))}
    assert {code for code, row in rows.items() if row.rehab} == {"70", "80", "91", "92", "94", "95", "96"}
    assert rows["93"].counted is False
    assert rows["60"].counted is True
    assert not rows["35"].active
    assert rows[OTHER_PROFESSION].label_en.startswith("Other")
    assert max(rows.values(), key=lambda row: row.position).code == OTHER_PROFESSION


def test_an_unknown_root_or_profession_is_refused(seeded: None) -> None:
    with pytest.raises(Refused, match="99"), unit_of_work():
        service.choose_root(("region", "99"))
    with pytest.raises(Refused, match="ZZ"), unit_of_work():
        service.choose_counted({"70", "ZZ"})
