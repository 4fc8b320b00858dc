"""One record per person, whoever types their name and however often."""

import pytest
import sqlalchemy as sa

from cop.activity.models import ActivityEntry
from cop.activity.service import Actor
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.people import queries as people_queries
from cop.people import service
from cop.people.models import Person
from tests.people_of_the_tests import People, territory

NUMBER, OTHER_NUMBER = "10001234565", "10009876540"
STAFF = Actor("account", 1)


def find(given: str = "Diane", family: str = "Dumas", email: str | None = None, **said: object) -> int:
    with unit_of_work():
        return service.find_or_create(given, family, email, **said).id  # type: ignore[arg-type]


def read(number: int) -> Person:
    return db.session.get_one(Person, number)


def conflicts() -> list[int]:
    rows = db.session.scalars(sa.select(ActivityEntry).filter_by(action="person.rpps_conflict"))
    return [row.subject_id for row in rows]


def test_a_new_person_is_kept_as_said(people: People) -> None:
    angers = territory("commune", "49007").id
    number = find(
        " Anne-Lise ", "Le  Goff", "Anne@Cabinet.example ", profession_code="91", commune_id=angers, rpps=NUMBER
    )
    anne = read(number)
    assert (anne.given_name, anne.family_name, anne.email) == ("Anne-Lise", "Le Goff", "anne@cabinet.example")
    assert (anne.profession_code, anne.rpps, [site.commune_id for site in anne.sites]) == ("91", NUMBER, [angers])
    assert anne.search_name == "annelise le goff"


def test_an_address_is_one_person_whatever_its_case(people: People) -> None:
    assert find(email="Diane@Cabinet.EXAMPLE") == people.diane_id
    assert find(email="new@cabinet.example") == find(email=" NEW@cabinet.example")


def test_what_is_on_record_is_completed_never_overwritten(people: People) -> None:
    nantes = territory("commune", "44109").id
    assert (
        find("Quelqu’un", "D’autre", "diane@cabinet.example", profession_code="70", commune_id=nantes)
        == people.diane_id
    )
    diane = read(people.diane_id)
    assert (diane.given_name, diane.family_name, diane.profession_code) == ("Diane", "Dumas", "91")
    assert [site.commune.code for site in diane.sites] == ["49007"]

    assert find(email="diane@cabinet.example", rpps=NUMBER, notice_version=3) == people.diane_id
    assert (read(people.diane_id).rpps, read(people.diane_id).notice_version) == (NUMBER, 3)


def test_two_numbers_behind_one_mailbox_are_two_people(people: People) -> None:
    first = find("Paul", "Moreau", "contact@cabinet.example", rpps=NUMBER)
    second = find("Anne", "Moreau", "contact@cabinet.example", rpps=OTHER_NUMBER)
    assert first != second
    assert find("Anne", "Moreau", "contact@cabinet.example", rpps=OTHER_NUMBER) == second
    assert find("Paul", "Moreau", "contact@cabinet.example") == first, "without number: who was known first"


def test_a_stranger_with_a_known_number_touches_nobody_and_learns_nothing(people: People) -> None:
    known = find(email="diane@cabinet.example", rpps=NUMBER)
    stranger = find("Diane", "Dumas", "elsewhere@mail.example", rpps=NUMBER)
    assert stranger != known
    assert (read(known).email, read(known).rpps) == ("diane@cabinet.example", NUMBER)
    assert read(stranger).rpps is None
    assert conflicts() == [stranger]


def test_a_public_number_is_not_enough_to_put_one_s_address_on_a_record_without_any(people: People) -> None:
    known = find("Paule", "Moreau", rpps=NUMBER, actor=STAFF)  # from an imported list; perhaps on the board
    stranger = find("Paule", "Moreau", "stranger@mail.example", rpps=NUMBER, proven=True)
    assert stranger != known
    assert (read(known).email, read(stranger).rpps, read(stranger).rpps_claimed) == (None, None, NUMBER)
    assert find("Paule", "Moreau", "paule@cabinet.example", rpps=NUMBER, actor=STAFF) == known


def test_the_staff_recognises_a_person_by_number_alone(people: People) -> None:
    known = find(email="diane@cabinet.example", rpps=NUMBER)
    assert find("Diane", "Dumas", "elsewhere@mail.example", rpps=NUMBER, actor=STAFF) == known
    assert read(known).email == "diane@cabinet.example"


def test_a_second_number_for_one_person_is_left_to_the_staff(people: People) -> None:
    known = find(email="diane@cabinet.example", rpps=NUMBER)
    other = find("Zoé", "Zola", "zoe@cabinet.example")
    assert find("Zoé", "Zola", "zoe@cabinet.example", rpps=NUMBER) == other
    assert (read(known).rpps, read(other).rpps, conflicts()) == (NUMBER, None, [other])


def test_a_number_may_be_typed_with_blanks(people: People) -> None:
    assert read(find(email="diane@cabinet.example", rpps="1000 1234 565")).rpps == NUMBER


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"email": "diane@"}, "email"),
        ({"email": "diane@orange.fr\nBcc: x@orange.fr"}, "email"),
        ({"rpps": "10001234564"}, "rpps"),
        ({"rpps": "123"}, "rpps"),
        ({"given": " ", "family": ""}, "family_name"),
    ],
)
def test_what_cannot_be_right_is_refused_on_its_field(people: People, said: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        find(**said)
    assert refused.value.field == field


def test_people_without_address_are_told_apart_by_number_only(people: People) -> None:
    first = find("Jean", "Petit", actor=STAFF)
    assert find("Jean", "Petit", actor=STAFF) != first
    assert find("Jean", "Petit", rpps=NUMBER, actor=STAFF) == find("Jean", "Petit", rpps=NUMBER, actor=STAFF)


def test_search_stays_within_the_viewers_territories(people: People) -> None:
    assert [p.id for p in people_queries.search("dum dia", people.bob)] == [people.diane_id]
    assert [p.id for p in people_queries.search("DIANE@cabinet.example", people.alice)] == [people.diane_id]
    assert people_queries.search("dumas", people.charlie) == []
    assert people_queries.search("dumas", people.diane_account) == []
    assert people_queries.search("   ", people.alice) == []
    assert people_queries.search("%", people.alice) == []
