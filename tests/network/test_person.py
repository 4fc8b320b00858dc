"""A person's page, and writing a record: through the front door."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.core import clock as now
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.mail.models import MailMessage
from cop.mandates.models import MandateKind
from cop.people.models import Person
from cop.registrations.models import Registration
from tests.conftest import Queries
from tests.network.conftest import mandate, member
from tests.people_of_the_tests import People, event, person, territory
from tests.statistics.conftest import key_event, present

NANTES = "44109"


@pytest.fixture
def zoe(people: People) -> int:
    with unit_of_work():
        made = person("Zoé", "Abel", email="zoe@cabinet.example")
        made.rpps = "99760930661"
        present(key_event(people, territory("department", "49"), date(2026, 3, 10)), made)
        member(made, date(2026, 1, 1), date(2026, 12, 31))
        mandate(made, "board", date(2026, 1, 1), date(2027, 6, 30))
        return made.id


@pytest.fixture
def alice(people: People, client: FlaskClient, sign_in: Any) -> FlaskClient:
    browser: FlaskClient = sign_in(people.alice)
    return browser


def registered(at: Event, person_id: int) -> None:
    values = {"status": "confirmed", "created_at": now.now(), "queued_at": now.now()}
    db.session.add(Registration(event_id=at.id, person_id=person_id, **values))


def test_what_she_is_and_what_happened(alice: FlaskClient, people: People, zoe: int) -> None:
    with unit_of_work():
        registered(event(people, "Rencontre à venir"), zoe)
    page = alice.get(f"/personnes/{zoe}").text
    for words in (
        "CA ou bureau",
        "Angers",
        "zoe@cabinet.example",
        "Adhésion jusqu’au 31/12/2026",
        "Dernier jour de l’adhésion",
        "Dernier jour du mandat",
        "Présence à «\u00a0Matinée",
        "Inscription à «\u00a0Rencontre à venir\u00a0»",
        "jeudi 14 janvier 2027",
    ):
        assert words in page


def test_one_kind_of_moments_at_a_time(alice: FlaskClient, people: People, zoe: int) -> None:
    with unit_of_work():
        registered(event(people, "Rencontre à venir"), zoe)
    page = alice.get(f"/personnes/{zoe}?quoi=attendance").text
    assert "Présence à" in page
    assert "Inscription à" not in page
    assert alice.get(f"/personnes/{zoe}?quoi=nothing&page=99").status_code == 200


def test_the_story_costs_the_same_however_long(alice: FlaskClient, people: People, zoe: int, queries: Queries) -> None:
    def cost(more: int) -> int:
        with unit_of_work():
            who = db.session.get_one(Person, zoe)
            for _ in range(more):
                present(key_event(people, territory("department", "49"), date(2026, 5, 5)), who)
        alice.get(f"/personnes/{zoe}")
        with queries:
            alice.get(f"/personnes/{zoe}")
        return len(queries)

    few = cost(2)
    assert cost(30) == few


def test_the_neighbour_does_not_exist(people: People, client: FlaskClient, sign_in: Any, zoe: int) -> None:
    sign_in(people.charlie)
    for path in (f"/personnes/{zoe}", f"/personnes/{zoe}/modifier"):
        assert client.get(path).status_code == 404


def test_names_on_other_pages_lead_to_the_person(people: People, client: FlaskClient, sign_in: Any, zoe: int) -> None:
    """On the list of an event, to those of one's own territories."""
    with unit_of_work():
        coming = event(people, "Rencontre à venir")
        elsewhere = person("Yves", "Nantais", commune=NANTES).id
        for number in (zoe, elsewhere):
            registered(coming, number)
        address = f"/animation/evenements/{coming.id}/inscriptions"
    sign_in(people.bob)
    page = client.get(address).text
    assert f'<a href="/personnes/{zoe}">Zoé Abel</a>' in page
    assert "Yves Nantais" in page
    assert f"/personnes/{elsewhere}" not in page


def record(**changes: Any) -> dict[str, Any]:
    return {
        "given_name": "Zoé",
        "family_name": "Abel",
        "email": "zoe@cabinet.example",
        "phone": "02 41 00 00 00",
        "profession": "91",
        "rpps": "",
        "language": "fr",
        "sites-0-commune": "Angers (49000)",
        **changes,
    }


def test_a_record_is_changed_places_and_dates_included(alice: FlaskClient, zoe: int) -> None:
    said = record(
        given_name="Zoé-Marie",
        email="zoe.abel@maison.example",
        **{
            "sites-0-ends_on": "2026-12-31",
            "sites-1-commune": "Nantes (44000)",
            "sites-1-starts_on": "2027-01-01",
            "sites-2-commune": "",
        },
    )
    answer = alice.post(f"/personnes/{zoe}/modifier", data=said)
    assert answer.status_code == 303, answer.text
    db.session.rollback()
    found = db.session.get_one(Person, zoe)
    assert (found.full_name, found.email, found.email_key) == (
        "Zoé-Marie Abel",
        "zoe.abel@maison.example",
        "zoe.abel@maison.example",
    )
    assert (found.search_name, found.phone, found.rpps) == ("zoemarie abel", "+33241000000", None)
    assert [(site.commune.name, site.starts_on, site.ends_on) for site in found.sites] == [
        ("Angers", None, date(2026, 12, 31)),
        ("Nantes", date(2027, 1, 1), None),
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"family_name": " "}, "nom"),
        ({"email": "zoe@"}, "adresse"),
        ({"phone": "12"}, "téléphone"),
        ({"rpps": "99760930662"}, "RPPS"),
        ({"sites-0-starts_on": "2027-01-02", "sites-0-ends_on": "2027-01-01"}, "finit avant d’avoir commencé"),
        ({"sites-0-commune": "Nulle-Part"}, "commune"),
    ],
)
def test_what_is_wrong_comes_back_with_what_was_typed(
    alice: FlaskClient, zoe: int, changes: dict[str, str], words: str
) -> None:
    answer = alice.post(f"/personnes/{zoe}/modifier", data=record(given_name="Zoé-Marie", **changes))
    assert answer.status_code == 422
    assert words in answer.text
    assert "Zoé-Marie" in answer.text
    db.session.rollback()
    assert db.session.get_one(Person, zoe).given_name == "Zoé"


def test_somebody_else_s_number_is_set_aside(alice: FlaskClient, zoe: int) -> None:
    with unit_of_work():
        other = person("Yves", "Autre").id
    said = record(given_name="Yves", family_name="Autre", email="", rpps="9976 0930 661")
    page = alice.post(f"/personnes/{other}/modifier", data=said, follow_redirects=True).text
    assert "figure sur une autre fiche" in page
    db.session.rollback()
    found = db.session.get_one(Person, other)
    assert (found.rpps, found.rpps_claimed) == (None, "99760930661")


def test_bob_may_not_write_somebody_out_of_his_sight(
    people: People, client: FlaskClient, sign_in: Any, zoe: int
) -> None:
    sign_in(people.bob)
    for path in (f"/personnes/{zoe}/modifier", "/personnes/nouveau"):
        answer = client.post(path, data=record(**{"sites-0-commune": "Nantes (44000)"}))
        assert answer.status_code == 422
        assert "Un lieu au moins doit être dans vos territoires" in answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"given_name": "zoe", "family_name": "ABEL", "email": ""},
        {"given_name": "Abel", "family_name": "Zoé", "email": ""},
        {"given_name": "Zoée", "family_name": "Abel", "email": ""},
        {"given_name": "Autre", "family_name": "Nom"},
        {"given_name": "Autre", "family_name": "Nom", "email": "", "rpps": "99760930661"},
    ],
)
def test_nobody_is_typed_twice(alice: FlaskClient, zoe: int, changes: dict[str, str]) -> None:
    before = db.session.scalar(sa.select(sa.func.count(Person.id)))
    answer = alice.post("/personnes/nouveau", data=record(**changes))
    assert answer.status_code == 422
    assert f'href="/personnes/{zoe}"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Person.id))) == before
    made = alice.post("/personnes/nouveau", data=record(**changes, anyway="1"))
    assert made.status_code == 303
    assert db.session.scalar(sa.select(sa.func.count(Person.id))) == (before or 0) + 1


def test_who_resembles_elsewhere_is_not_named(people: People, client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        person("Zoé", "Abel", email="zoe@cabinet.example", commune=NANTES)
    sign_in(people.bob)
    answer = client.post("/personnes/nouveau", data=record(given_name="Autre", family_name="Nom"))
    assert answer.status_code == 422
    assert "Une personne qui exerce hors de vos territoires" in answer.text
    assert "Nantes" not in answer.text


def test_a_new_record_is_recognised_by_its_address(alice: FlaskClient) -> None:
    answer = alice.post("/personnes/nouveau", data=record(email="Neuve@Cabinet.example"))
    assert answer.status_code == 303
    assert "Zoé Abel" in alice.get(answer.location).text
    db.session.rollback()
    found = db.session.scalars(sa.select(Person).filter_by(email_key="neuve@cabinet.example")).one()
    assert db.session.scalar(sa.select(sa.func.count(MailMessage.id))) == 0, "writing a record mails nobody"
    assert found.created_at == now.now()


def test_nobody_makes_somebody_else_s_record_their_own(people: People, client: FlaskClient, sign_in: Any) -> None:
    """Under one's own address one may erase a record, which takes another right than writing it."""
    form = {"family_name": "Dumas", "email": "bob@cokillaje.example", "language": "fr"}
    browser = sign_in(people.bob)
    answer = browser.post(f"/personnes/{people.diane_id}/modifier", data={**form, "sites-0-commune": "Angers (49000)"})
    assert answer.status_code == 422
    assert "vous connecte" in answer.text
    assert people.diane.email == "diane@cabinet.example"


def test_who_may_not_give_a_mandate_does_not_choose_the_address_its_rights_go_to(
    people: People, client: FlaskClient, sign_in: Any, zoe: int
) -> None:
    with unit_of_work():
        db.session.scalars(sa.select(MandateKind)).one().role = "reader"
    said = {"family_name": "Abel", "email": "bob.elsewhere@mail.example", "language": "fr"}
    form = {**said, "sites-0-commune": "Angers (49000)"}
    answer = sign_in(people.bob).post(f"/personnes/{zoe}/modifier", data=form)
    assert answer.status_code == 422
    assert "mandat" in answer.text
    assert db.session.get_one(Person, zoe).email == "zoe@cabinet.example"
    assert sign_in(people.alice).post(f"/personnes/{zoe}/modifier", data=form).status_code == 303
