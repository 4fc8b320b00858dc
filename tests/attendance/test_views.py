"""The attendance list at the door, through the front door."""

import html
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import EventKind, HalfDay
from cop.people.models import Person
from tests.attendance.conftest import Door
from tests.conftest import ClockHand, Queries
from tests.people_of_the_tests import People, account, person, territory


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def line(page: str, person_id: int) -> str:
    found = re.search(rf'<li id="person-{person_id}">.*?</li>', page, re.S)
    return found[0] if found else ""


@pytest.fixture
def bob(people: People, sign_in: Any) -> FlaskClient:
    signed: FlaskClient = sign_in(people.bob)
    return signed


def test_one_press_and_the_count_follows(door: Door, bob: FlaskClient) -> None:
    assert "0 sur 3 personnes attendues" in text(bob.get(door.url).text)
    answer = bob.post(f"{door.url}/{door.half_day_id}/{door.amelie}", data={"present": 1}, follow_redirects=True)
    assert "1 sur 3 personnes attendues" in text(answer.text)
    assert 'aria-pressed="true"' in line(answer.text, door.amelie)
    assert 'value="0"' in line(answer.text, door.amelie)
    for _ in range(2):
        answer = bob.post(f"{door.url}/{door.half_day_id}/{door.amelie}", data={"present": 0}, follow_redirects=True)
    assert "0 sur 3 personnes attendues" in text(answer.text)


def test_the_list_shows_no_address_and_no_number(door: Door, bob: FlaskClient) -> None:
    with unit_of_work():
        db.session.get_one(Person, door.amelie).rpps = "99000000008"
    for address in (door.url, f"{door.url}?papier=1"):
        page = bob.get(address).text
        assert "Abautret" in page
        assert "@cabinet.example" not in page
        assert "99000000008" not in page


def test_a_search_keeps_the_lines_that_answer_whatever_the_accents(door: Door, bob: FlaskClient) -> None:
    page = bob.get(f"{door.url}?q=menard+ANGERS").text
    assert line(page, door.bastien)
    assert not line(page, door.amelie)
    assert f"/{door.bastien}?q=menard+ANGERS" in page


def test_what_is_searched_in_vain_is_ready_to_be_added(door: Door, bob: FlaskClient) -> None:
    page = bob.get(f"{door.url}?q=Fanny+Le+Goff").text
    assert "Personne sur la liste ne répond" in text(page)
    assert re.search(r'name="given_name"[^>]*value="Fanny"', page)
    assert re.search(r'name="family_name"[^>]*value="Le Goff"', page)


def test_somebody_who_came_without_registering_in_one_line(door: Door, bob: FlaskClient) -> None:
    said = {"given_name": "Fanny", "family_name": "Guyot", "profession": "91", "commune": "Angers", "email": ""}
    for _ in range(2):
        answer = bob.post(f"{door.url}/{door.half_day_id}/ajouter", data=said, follow_redirects=True)
    assert answer.status_code == 200
    assert "1 sur 4 personnes attendues" in text(answer.text)
    fanny = db.session.scalars(sa.select(Person).where(Person.family_name == "Guyot")).one()
    assert [site.commune.name for site in fanny.sites] == ["Angers"]
    assert "sans inscription" in line(answer.text, fanny.id)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"family_name": " "}, "Donnez un nom."),
        ({"email": "fanny@"}, "adresse"),
        ({"commune": "Atlantide"}, "commune"),
    ],
)
def test_what_is_wrong_in_the_line_is_said_and_kept(
    door: Door, bob: FlaskClient, change: dict[str, str], words: str
) -> None:
    said = {"given_name": "Fanny", "family_name": "Guyot", "profession": "91", **change}
    answer = bob.post(f"{door.url}/{door.half_day_id}/ajouter", data=said)
    assert answer.status_code == 422
    assert words in text(answer.text)
    assert 'value="Fanny"' in answer.text
    assert door.marks() == {}


def test_closing_says_who_and_when_and_may_be_undone(door: Door, bob: FlaskClient, clock: ClockHand) -> None:
    clock.set("2026-11-20 12:45")
    for _ in range(2):
        answer = bob.post(f"{door.url}/{door.half_day_id}/clore", follow_redirects=True)
    assert "Close par Bob Bonnet, vendredi 20 novembre 2026 à 12 h 45" in text(answer.text)
    assert "disabled" in line(answer.text, door.amelie)
    assert "absent·e" in line(answer.text, door.amelie)
    refused = bob.post(f"{door.url}/{door.half_day_id}/{door.amelie}", data={"present": 1})
    assert refused.status_code == 422
    assert "Rouvrez-la pour la corriger" in text(refused.text)
    reopened = bob.post(f"{door.url}/{door.half_day_id}/rouvrir", follow_redirects=True)
    assert "disabled" not in line(reopened.text, door.amelie)


def test_before_the_day_one_may_only_excuse(door: Door, bob: FlaskClient, clock: ClockHand) -> None:
    clock.set("2026-11-18 10:00")
    page = bob.get(door.url).text
    assert "L’émargement ouvre le jour même, vendredi 20 novembre 2026" in text(page)
    assert "disabled" in line(page, door.claire)
    assert bob.post(f"{door.url}/{door.half_day_id}/{door.claire}", data={"present": 1}).status_code == 422
    answer = bob.post(f"{door.url}/{door.half_day_id}/excuser", data={"person": door.claire}, follow_redirects=True)
    assert "excusé·e" in line(answer.text, door.claire)
    assert door.marks() == {door.claire: ("excused", "list")}


def test_where_nobody_is_named_a_number_is_kept(door: Door, bob: FlaskClient) -> None:
    with unit_of_work():
        db.session.scalars(sa.select(EventKind)).one().attendance = "headcount"
    address = f"{door.url}/{door.half_day_id}/nombre"
    assert "Combien sont venus" in text(bob.get(door.url).text)
    assert bob.post(address, data={"headcount": "beaucoup"}).status_code == 422
    assert bob.post(address, data={"headcount": "-1"}).status_code == 422
    answer = bob.post(address, data={"headcount": "57"}, follow_redirects=True)
    assert "57 personnes présentes" in text(answer.text)
    assert db.session.get_one(HalfDay, door.half_day_id).headcount == 57


def test_the_paper_sheet_has_a_line_to_sign_for_each_expected_person(door: Door, bob: FlaskClient) -> None:
    page = bob.get(f"{door.url}?papier=1").text
    assert page.count('<th scope="row">') == 3
    assert "Signature" in page
    assert "Oury" not in page


def test_a_half_day_of_another_event_is_not_reached_through_this_one(door: Door, bob: FlaskClient) -> None:
    assert bob.get(f"{door.url}?demi_journee=999").status_code == 404
    assert bob.post(f"{door.url}/999/{door.amelie}", data={"present": 1}).status_code == 404
    assert bob.post(f"{door.url}/{door.half_day_id}/999", data={"present": 1}).status_code == 404
    assert bob.post(f"{door.url}/{door.half_day_id}/{door.amelie}", data={"present": "x"}).status_code == 404


def test_the_neighbour_sees_nothing_and_a_volunteer_checks_in_without_closing(
    people: People, door: Door, sign_in: Any
) -> None:
    client = sign_in(people.charlie)
    assert client.get(door.url).status_code == 404
    assert client.post(f"{door.url}/{door.half_day_id}/clore").status_code == 404
    with unit_of_work():
        volunteer = account("Lou Morel", "lou@cokillaje.example", "volunteer", territory("department", "49"))
    client = sign_in(volunteer)
    assert client.post(f"{door.url}/{door.half_day_id}/{door.amelie}", data={"present": 1}).status_code == 303
    assert "Clore la demi-journée" not in client.get(door.url).text
    assert client.post(f"{door.url}/{door.half_day_id}/clore").status_code == 403


def test_the_number_of_statements_does_not_grow(door: Door, bob: FlaskClient, queries: Queries) -> None:
    from tests.attendance.conftest import register

    def cost() -> int:
        with queries:
            assert bob.get(door.url).status_code == 200
        return len(queries)

    few = cost()
    with unit_of_work():
        for number in range(40):
            register(door.event_id, person("Prénom", f"Nom{number}", email=f"p{number}@cabinet.example"))
    assert cost() == few


def test_somebody_added_by_mistake_is_taken_off_the_list(door: Door, bob: FlaskClient) -> None:
    bob.post(
        f"{door.url}/{door.half_day_id}/ajouter", data={"given_name": "Fanny", "family_name": "Guyot", "profession": ""}
    )
    (fanny,) = door.marks()
    assert "Retirer de la liste" not in bob.get(door.url).text
    answer = bob.post(f"{door.url}/{door.half_day_id}/{fanny}", data={"present": 0}, follow_redirects=True)
    assert "Retirer de la liste" in answer.text
    answer = bob.post(f"{door.url}/{door.half_day_id}/{fanny}/retirer", follow_redirects=True)
    assert not line(answer.text, fanny)
    assert door.marks() == {}
