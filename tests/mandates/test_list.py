"""Who holds what on a day: exact, printable, as a file, in a constant number of statements."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.activity.models import ActivityEntry
from cop.activity.service import COMMAND
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.mandates import queries, queries_list, queries_timeline, service
from cop.people.models import Person
from tests.mandates.conftest import mandate
from tests.people_of_the_tests import People, event, person, territory

PAGE = "/coordination/mandats"


def somebody(given: str, family: str, **values: Any) -> int:
    with unit_of_work():
        return person(given, family, **values).id


def names(page: Any, *wanted: str) -> list[bool]:
    return [name in page.text for name in wanted]


def test_the_bureau_is_exact_on_any_date(
    people: People, give: Any, decision_id: int, sign_in: Any, client: FlaskClient
) -> None:
    old, new = somebody("Odile", "Ortiz"), somebody("Nadia", "Noël")
    give(old, "president", date(2024, 6, 1), date(2026, 5, 31), decision_id=decision_id)
    give(new, "president", date(2026, 6, 1), date(2028, 5, 31), decision_id=decision_id)
    sign_in(people.alice)
    for day, seen in (
        ("2024-05-31", [False, False]),
        ("2024-06-01", [True, False]),
        ("2026-05-31", [True, False]),
        ("2026-06-01", [False, True]),
        ("2028-06-01", [False, False]),
        ("pas une date", [False, True]),
    ):
        assert names(client.get(f"{PAGE}?le={day}"), "Odile Ortiz", "Nadia Noël") == seen, day


def test_two_presidents_at_once_and_no_warning(
    people: People, give: Any, decision_id: int, sign_in: Any, client: FlaskClient
) -> None:
    for given in ("Odile", "Nadia"):
        give(somebody(given, "Prési"), "president", date(2026, 1, 1), title="co-présidente", decision_id=decision_id)
    sign_in(people.alice)
    page = client.get(PAGE)
    assert page.text.count("co-présidente") == 2
    assert "plus de personnes que de places" not in page.text


def test_more_holders_than_seats_are_told_not_refused(
    people: People, give: Any, decision_id: int, sign_in: Any, client: FlaskClient
) -> None:
    give(somebody("Odile", "Ortiz"), "treasurer", date(2026, 1, 1), decision_id=decision_id)
    sign_in(people.alice)
    sent = {"starts_on": "2026-11-20", "decision_id": str(decision_id)}
    answer = client.post(
        f"/personnes/{people.diane_id}/mandats/nouveau?fonction=treasurer", data=sent, follow_redirects=True
    )
    assert "2 personnes tiennent cette fonction pour 1 place" in answer.text
    assert "plus de personnes que de places" in client.get(PAGE).text


def test_vacant_seats_and_those_awaiting(
    people: People, give: Any, decision_id: int, sign_in: Any, client: FlaskClient
) -> None:
    give(people.diane_id, "board_member", date(2026, 1, 1), decision_id=decision_id)
    give(somebody("Odile", "Ortiz"), "board_member", date(2026, 1, 1))
    sign_in(people.alice)
    page = client.get(PAGE).text
    assert "2 places vacantes" in page
    assert "En attente d’une décision" in page
    held = queries_list.day(people.alice, date(2026, 11, 20)).lines
    assert [one.person.given_name for one in held] == ["Diane"], "no mandate without its decision"


def test_an_end_that_comes_near_is_listed(
    people: People, give: Any, decision_id: int, sign_in: Any, client: FlaskClient
) -> None:
    give(people.diane_id, "board_member", date(2026, 1, 1), date(2027, 1, 19), decision_id=decision_id)
    sign_in(people.alice)
    assert "Bientôt terminés" in client.get(PAGE).text
    assert "Bientôt terminés" not in client.get(f"{PAGE}?le=2026-11-19").text, "sixty days before, not sixty-one"


def test_an_animator_sees_the_bodies_and_the_missions_around(
    people: People, give: Any, decision_id: int, sign_in: Any, client: FlaskClient
) -> None:
    give(somebody("Odile", "Ortiz"), "president", date(2026, 1, 1), decision_id=decision_id)
    for given, codes in (("Anne", ("49", "72")), ("Loïc", ("44",))):
        give(somebody(given, "Voisin"), "animator", date(2026, 1, 1), departments=codes, decision_id=decision_id)
    sign_in(people.bob)
    page = client.get(PAGE)
    assert names(page, "Odile Ortiz", "Anne Voisin", "Loïc Voisin") == [True, True, False]
    assert f'href="/personnes/{people.diane_id}' not in page.text
    assert client.get("/coordination/mandats/fonctions").status_code == 404


def test_the_file_names_those_in_force_and_leaves_a_trace(
    people: People, give: Any, decision_id: int, sign_in: Any, client: FlaskClient
) -> None:
    give(somebody("=Odile", "Ortiz"), "treasurer", date(2026, 1, 1), decision_id=decision_id)
    sign_in(people.alice)
    answer = client.post(f"{PAGE}/export", data={"le": "2026-11-20"})
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert answer.mimetype == "text/csv"
    assert any(line.startswith("Bureau;Trésorerie;;Ortiz;'=Odile;;01/01/2026") for line in lines)
    assert any("place vacante" in line for line in lines)
    assert "mandate.exported" in db.session.scalars(sa.select(ActivityEntry.action)).all()


def test_the_number_of_statements_does_not_grow(
    people: People, give: Any, decision_id: int, sign_in: Any, client: FlaskClient, request: Any
) -> None:
    counter = request.getfixturevalue("queries")

    def cost() -> int:
        with counter:
            assert client.get(PAGE).status_code == 200
        return len(counter)

    def more(count: int, family: str) -> None:
        values = {"departments": ("49", "72"), "decision_id": decision_id}
        for number in range(count):
            give(somebody("Ana", f"{family}-{number}"), "animator", date(2026, 1, 1), **values)

    sign_in(people.alice)
    more(5, "Un")
    few = cost()
    more(15, "Deux")
    assert cost() <= few


def test_holding_and_home_territories(people: People, give: Any, decision_id: int) -> None:
    """What the list of people asks."""
    give(people.diane_id, "president", date(2026, 1, 1), decision_id=decision_id)
    other = somebody("Anne", "Voisin", email="anne@cabinet.example")
    give(other, "animator", date(2026, 1, 1), departments=("49", "53", "72"), decision_id=decision_id)
    held = sa.select(Person.id).where(queries.holding(("bureau", "board"), date(2026, 11, 20)))
    assert db.session.scalars(held).all() == [people.diane_id]
    anne = db.session.get_one(Person, other).account
    assert anne is not None
    assert [place.code for place in queries.home_territories(anne)] == ["49", "53", "72"]
    assert queries.home_territories(people.alice) == [], "the whole region is nobody's corner"


def test_her_story(people: People, give: Any, decision_id: int) -> None:
    number = give(people.diane_id, "animator", date(2026, 1, 1), departments=("49",), decision_id=decision_id)
    give(people.diane_id, "board_member", date(2026, 1, 1))
    with unit_of_work():
        service.end_early(mandate(number), date(2026, 11, 1), "resigned", COMMAND)
    told = queries_timeline.moments(people.diane_id)
    assert [(moment.at, moment.kind) for moment in told] == [
        (date(2026, 1, 1), "mandate"),
        (date(2026, 11, 1), "mandate"),
    ]
    assert "Maine-et-Loire" in str(told[0].text)
    assert len(queries.of_person(people.diane_id)) == 2


def test_who_sees_all_and_works_in_a_part_begins_with_that_part(
    people: People, give: Any, decision_id: int, sign_in: Any, client: FlaskClient
) -> None:
    with unit_of_work():
        event(people, "Rencontre angevine")
        event(people, "Rencontre nantaise", territory_id=territory("department", "44").id)
        anne = person("Anne", "Voisin", email="alice@cokillaje.example", account=people.alice).id
    sign_in(people.alice)
    assert names(client.get("/animation"), "Rencontre angevine", "Rencontre nantaise") == [True, True]
    give(anne, "animator", date(2026, 1, 1), departments=("49", "53", "72"), decision_id=decision_id)
    page = client.get("/animation")
    assert names(page, "Rencontre angevine", "Rencontre nantaise", "Mayenne") == [True, False, True]
    assert "Rencontre nantaise" in client.get("/animation?territoire=tous").text
