"""The journal of changes: whatever goes through the session can be taken back, and what was touched since stays."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import changes, changes_journal, clock
from cop.core.changes_journal import RowChange
from cop.core.db import db, insert_if_absent, insert_new
from cop.core.unit_of_work import unit_of_work
from cop.people.models import Acceptance, Person, PracticeSite
from cop.territories.models import Profession, TerritoryKind
from tests.people_of_the_tests import People, person, territory


def everything() -> dict[str, list[Any]]:
    """All that is in the tables a block of these tests may touch."""
    db.session.rollback()
    tables = [model.__table__ for model in (Person, PracticeSite, Acceptance, Profession)]
    return {table.name: [tuple(row) for row in db.session.execute(sa.select(table).order_by(*table.primary_key))]
            for table in tables}  # fmt: skip


def undo(origin: str = "import:1") -> changes.Undone:
    with unit_of_work():
        return changes.undo(origin)


def journal() -> int:
    return db.session.scalars(sa.select(sa.func.count()).select_from(RowChange)).one()


def test_objects_made_changed_and_deleted_are_put_back(people: People) -> None:
    with unit_of_work():
        émile = person("Émile", "Égaré", email="emile@cabinet.example")
        émile_id = émile.id
    before = everything()
    with unit_of_work(), changes.recorded("import:1"):
        made = person("Noé", "Nouveau", email="noe@cabinet.example")
        made.phone = "+33199000000"
        diane = people.diane
        diane.given_name, diane.profession_code, diane.created_at = "Dianne", None, clock.now() - timedelta(days=3)
        diane.sites.append(PracticeSite(commune_id=territory("commune", "49328").id, starts_on=date(2026, 1, 5)))
        db.session.delete(db.session.get_one(Person, émile_id))
    assert everything() != before
    undone = undo()
    assert undone.left == []
    assert undone.restored
    assert everything() == before
    assert journal() == 0


def test_what_is_outside_of_the_block_is_not_noted(people: People) -> None:
    with unit_of_work():
        people.diane.given_name = "Avant"
        with changes.recorded("import:1"):
            pass
        people.diane.given_name = "Après"
    assert journal() == 0


def test_a_change_of_a_row_the_session_does_not_know(people: People) -> None:
    with unit_of_work(), changes.recorded("import:1"):
        diane = people.diane
        db.session.expire(diane)
        diane.given_name = "Dianne"  # set without having been read
    undo()
    assert people.diane.given_name == "Diane"


def test_statements_are_noted_as_objects_are(people: People) -> None:
    with unit_of_work():
        for number in range(3):
            person("Anne", f"Aubin-{number}", email=f"anne-{number}@cabinet.example")
    before = everything()
    with unit_of_work(), changes.recorded("merge:1"):
        assert changes.update(Person, Person.family_name.like("Aubin%"), {"given_name": "Annie"}) == 3
        changes.update(Person.__table__, Person.__table__.c.given_name == "Annie", {"email_key": None})
        changes.delete(PracticeSite, PracticeSite.person_id == people.diane_id)
        db.session.execute(sa.delete(Person).where(Person.family_name == "Aubin-1"))
    assert everything() != before
    assert undo("merge:1").left == []
    assert everything() == before


def test_insertions_by_statement_are_noted(people: People) -> None:
    before = everything()
    moment = clock.now()
    values = {"person_id": people.diane_id, "document": "charter:member", "version": 1, "accepted_at": moment}
    who = {"given_name": "Léo", "family_name": "Lys", "search_name": "leo lys", "language": "fr", "created_at": moment}
    site = {"person_id": people.diane_id, "source": "declared"}
    with unit_of_work(), changes.recorded("import:1"):
        assert insert_if_absent(Acceptance, values, key=["person_id", "document", "version"])
        assert not insert_if_absent(Acceptance, values, key=["person_id", "document", "version"])
        assert insert_new(Person, {**who, "email_key": "leo@cabinet.example"}, key=["email_key"])
        rows = [{**site, "commune_id": territory("commune", code).id} for code in ("49328", "49353")]
        db.session.execute(sa.insert(PracticeSite.__table__), rows)
        db.session.execute(sa.insert(PracticeSite).values(commune_id=territory("commune", "44109").id, **site))
    assert journal() == 5
    assert undo().left == []
    assert everything() == before


def test_what_the_database_deletes_by_itself_comes_back(people: People) -> None:
    with unit_of_work():
        db.session.add(Acceptance(person_id=people.diane_id, document="notice", version=2, accepted_at=clock.now()))
    before = everything()
    with unit_of_work(), changes.recorded("merge:1"):
        changes.delete(Person, Person.id == people.diane_id)
    assert not everything()["acceptance"]
    assert undo("merge:1").left == []
    assert everything() == before


def test_what_somebody_changed_since_stays_and_is_told(people: People) -> None:
    with unit_of_work(), changes.recorded("import:1"):
        people.diane.given_name = "Dianne"
        made = person("Noé", "Nouveau", email="noe@cabinet.example")
        other = person("Ève", "Essai", email="eve@cabinet.example")
        made_id, other_id = made.id, other.id
    with unit_of_work():
        people.diane.given_name = "Diana"
        db.session.get_one(Person, made_id).phone = "+33199000000"
    undone = undo()
    assert people.diane.given_name == "Diana"
    assert db.session.get(Person, other_id) is None
    noé = db.session.get_one(Person, made_id)
    assert len(noé.sites) == 1, "what is about a person stays with that person"
    assert {(left.table, left.key) for left in undone.left} >= {("person", (people.diane_id,)), ("person", (made_id,))}
    assert {str(left.why) for left in undone.left if left.table == "person"} == {"modifié depuis"}


def test_another_column_changed_since_does_not_hold_a_change_back(people: People) -> None:
    with unit_of_work(), changes.recorded("import:1"):
        people.diane.given_name = "Dianne"
    with unit_of_work():
        people.diane.phone = "+33199000000"
    assert undo().left == []
    assert (people.diane.given_name, people.diane.phone) == ("Diane", "+33199000000")


def test_a_row_others_point_to_now_stays(people: People) -> None:
    with unit_of_work(), changes.recorded("import:1"):
        made_id = person("Noé", "Nouveau").id
    with unit_of_work():
        db.session.add(Acceptance(person_id=made_id, document="notice", version=1, accepted_at=clock.now()))
    undone = undo()
    assert {left.table for left in undone.left} == {"person", "practice_site"}
    assert db.session.get_one(Person, made_id).sites
    with unit_of_work():
        changes.delete(Acceptance, Acceptance.person_id == made_id)
    assert undo().left == [], "tried again, once nothing points to it"
    assert db.session.get(Person, made_id) is None


def test_a_place_taken_since_is_told(people: People) -> None:
    with unit_of_work():
        first = person("Anne", "Aubin")
        first.email_key = "anne@cabinet.example"
        first_id = first.id
    with unit_of_work(), changes.recorded("import:1"):
        changes.update(Person, Person.id.in_([first_id, people.diane_id]), {"email_key": None, "language": "en"})
    with unit_of_work():
        people.diane.email_key = "anne@cabinet.example"
    undone = undo()
    assert [(left.key, str(left.why)) for left in undone.left] == [
        ((first_id,), "sa place a été prise depuis, ou ce à quoi il appartenait n’existe plus")
    ]
    assert people.diane.language == "fr"
    assert people.diane.email_key == "anne@cabinet.example"


def test_two_blocks_one_upon_the_other(people: People) -> None:
    for origin, name in (("import:1", "Dianne"), ("import:2", "Diana")):
        with unit_of_work(), changes.recorded(origin):
            people.diane.given_name = name
    assert [str(left.why) for left in undo("import:1").left] == ["modifié depuis"]
    assert undo("import:2").left == []
    assert people.diane.given_name == "Dianne"
    assert undo("import:1").left == []
    assert people.diane.given_name == "Diane"


def test_a_row_changed_twice_goes_back_to_where_it_was(people: People) -> None:
    with unit_of_work(), changes.recorded("import:1"):
        for name in ("Dianne", "Diana", "Dina"):
            people.diane.given_name = name
            db.session.flush()
    assert undo().left == []
    assert people.diane.given_name == "Diane"


def test_a_block_that_fails_leaves_no_journal(people: People) -> None:
    def fail() -> None:
        with unit_of_work(), changes.recorded("import:1"):
            people.diane.given_name = "Dianne"
            db.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert journal() == 0
    with unit_of_work():
        people.diane.given_name = "Dina"
    assert journal() == 0, "nothing is noted after the block"


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        12,
        1.5,
        True,
        date(2026, 2, 28),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        Decimal("12.50"),
        b"\x00\xff",
        {"a": [1, {"$date": "x"}]},
        [],
    ],
)
def test_every_type_survives(value: Any) -> None:
    column: sa.Column[Any] = sa.Column("any", sa.JSON)
    assert changes_journal.unpack(changes_journal.pack(value), column) == value


def test_an_enumeration_survives() -> None:
    column: sa.Column[Any] = sa.Column("kind", sa.Enum(TerritoryKind))
    assert changes_journal.unpack(changes_journal.pack(TerritoryKind.EPCI), column) == "epci"


def test_a_person_who_asks_is_forgotten_by_the_journal_too(people: People) -> None:
    with unit_of_work(), changes.recorded("import:1"):
        made_id = person("Noé", "Nouveau").id
        people.diane.given_name = "Dianne"
    with unit_of_work():
        changes.forget("person", made_id)
    kept = db.session.scalars(sa.select(RowChange)).all()
    assert [(entry.table_name, entry.row_key) for entry in kept] == [("person", f"[{people.diane_id}]")]


def test_a_row_whose_number_was_given_again_comes_back_with_what_pointed_to_it(people: People) -> None:
    with unit_of_work():
        gone = person("Émile", "Égaré", email="emile@cabinet.example")
        gone.sites.append(PracticeSite(commune_id=territory("commune", "49328").id, starts_on=date(2026, 1, 5)))
        db.session.flush()
        number = gone.id
    with unit_of_work(), changes.recorded("import:1"):
        db.session.delete(db.session.get_one(Person, number))
    with unit_of_work():
        db.session.add(
            Person(id=number, given_name="Noé", family_name="Nouveau", search_name="", created_at=clock.now())
        )
    assert undo().left == []
    back = db.session.scalars(sa.select(Person).filter_by(email="emile@cabinet.example")).one()
    assert back.id != number
    assert {site.starts_on for site in back.sites} == {None, date(2026, 1, 5)}
    assert db.session.get_one(Person, number).sites == []
    assert journal() == 0
