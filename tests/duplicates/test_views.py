"""« Doublons »: who sees which pairs, the choice field by field, and the way back."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.accounts.models import Grant
from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.duplicates import service
from cop.duplicates.models import Merge, Pair
from cop.mandates.models import Mandate, MandateKind
from cop.people.models import Person
from tests.people_of_the_tests import People, account, person, territory
from tests.signing_in import put_in


@pytest.fixture
def pair_id(people: People) -> int:
    with unit_of_work():
        person("Diane", "Dumas", email="diane@maison.example", commune="49007")
        service.find(clocks.now())
        return db.session.scalars(sa.select(Pair.id)).one()


@pytest.fixture
def alice(client: FlaskClient, people: People) -> FlaskClient:
    return put_in(client, people.alice)


def test_the_list_says_why(alice: FlaskClient, pair_id: int) -> None:
    page = alice.get("/personnes/doublons").text
    assert "le même nom, la même commune, la même profession" in page
    assert f'href="/personnes/doublons/{pair_id}"' in page


def test_an_empty_list_says_what_it_is_for(alice: FlaskClient) -> None:
    assert "Aucune fiche ne ressemble à une autre." in alice.get("/personnes/doublons").text
    alice.post("/personnes/doublons/chercher")
    assert "Aucune nouvelle paire" in alice.get("/personnes/doublons").text


def test_side_by_side_merged_and_undone(alice: FlaskClient, people: People, pair_id: int) -> None:
    other = db.session.get_one(Pair, pair_id).other_id
    page = alice.get(f"/personnes/doublons/{pair_id}").text
    assert "diane@cabinet.example" in page
    assert "diane@maison.example" in page
    done = alice.post(f"/personnes/doublons/{pair_id}/fusionner", data={"email": str(other)})
    number = db.session.scalars(sa.select(Merge.id)).one()
    assert done.location == f"/personnes/fusions/{number}"
    assert people.diane.email == "diane@maison.example"
    assert "Défaire" in alice.get(done.location).text
    assert alice.get(f"/personnes/doublons/{pair_id}").status_code == 404
    alice.post(f"/personnes/fusions/{number}/annuler")
    assert (people.diane.email, db.session.get_one(Person, other).email) == (
        "diane@cabinet.example",
        "diane@maison.example",
    )
    assert "Défaite le" in alice.get(done.location).text


def test_told_apart_they_are_not_asked_about_again(alice: FlaskClient, pair_id: int) -> None:
    alice.post(f"/personnes/doublons/{pair_id}/deux-personnes")
    alice.post("/personnes/doublons/chercher")
    assert f"/personnes/doublons/{pair_id}" not in alice.get("/personnes/doublons").text
    alice.post(f"/personnes/doublons/{pair_id}/reprendre")
    assert f"/personnes/doublons/{pair_id}" in alice.get("/personnes/doublons").text


def test_a_value_that_is_neither_s_is_nobody_s(alice: FlaskClient, people: People, pair_id: int) -> None:
    alice.post(f"/personnes/doublons/{pair_id}/fusionner", data={"email": "999999", "family_name": "x"})
    assert people.diane.email == "diane@cabinet.example"


def test_what_cannot_be_merged_is_said_and_nothing_is_lost(alice: FlaskClient, people: People, pair_id: int) -> None:
    with unit_of_work():
        pair = db.session.get_one(Pair, pair_id)
        pair.one.rpps, pair.other.rpps = "10000000017", "10000000025"
    answer = alice.post(f"/personnes/doublons/{pair_id}/fusionner")
    assert answer.status_code == 422
    assert "deux numéros RPPS" in answer.text
    assert db.session.scalars(sa.select(Merge)).all() == []


def test_both_records_have_to_be_within_reach(client: FlaskClient, people: People, pair_id: int) -> None:
    """Somebody who coordinates Loire-Atlantique only does not merge somebody of Angers with somebody of Nantes."""
    with unit_of_work():
        dora = account("Dora", "dora@cokillaje.example", "regional_coordinator", territory("department", "44"))
        person("Diane", "Dumas", email="diane@cabinet.example", commune="44109")
        service.find(clocks.now())
        number = dora.id
    across = db.session.scalars(sa.select(Pair.id).where(Pair.id != pair_id)).all()
    assert across
    put_in(client, db.session.get_one(type(people.bob), number))
    assert db.session.scalars(sa.select(Grant).filter_by(account_id=number)).one()
    for one in (pair_id, *across):
        assert client.get(f"/personnes/doublons/{one}").status_code == 404
        assert client.post(f"/personnes/doublons/{one}/fusionner").status_code == 404
        assert f"/personnes/doublons/{one}" not in client.get("/personnes/doublons").text


def test_a_merge_gives_nobody_the_rights_of_a_mandate_they_could_not_give(
    client: FlaskClient, people: People, pair_id: int
) -> None:
    """Somebody who coordinates Maine-et-Loire would choose the account that gets the president's rights."""
    with unit_of_work():
        dora = account("Dora", "dora@cokillaje.example", "regional_coordinator", territory("department", "49"))
        kind = MandateKind(code="chair", name_fr="Présidence", name_en="Chair", body="bureau", role="reader")
        values = {"starts_on": date(2026, 1, 1), "created_at": clocks.now()}
        db.session.add(Mandate(person_id=people.diane_id, kind=kind, **values))
        number = dora.id
    put_in(client, db.session.get_one(type(people.bob), number))
    answer = client.post(f"/personnes/doublons/{pair_id}/fusionner")
    assert answer.status_code == 422
    assert "mandat" in answer.text
    assert db.session.scalars(sa.select(Merge)).all() == []
    put_in(client, people.alice)
    assert client.post(f"/personnes/doublons/{pair_id}/fusionner").status_code == 303


def test_the_number_of_statements_does_not_grow(alice: FlaskClient, people: People, queries: Any) -> None:
    counts = []
    for many in (5, 25):
        with unit_of_work():
            for n in range(many):
                for side in "ab":
                    person(f"Prénom{many}", f"Nom{n}x{many}", email=f"{side}{many}-{n}@x.example")
            service.find(clocks.now())
        with queries:
            alice.get("/personnes/doublons")
        counts.append(len(queries))
    assert counts[0] == counts[1]
