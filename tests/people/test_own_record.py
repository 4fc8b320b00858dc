"""One's own record: put right by oneself, each change in the log. And who is who behind one address."""

from typing import Any

import pytest
import sqlalchemy as sa

from cop.activity.models import ActivityEntry
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.demo_people import Numbers
from cop.people import queries
from cop.people.models import PracticeSite
from cop.people.rules import RppsState, clearly_different, rpps_state
from cop.people.service import find_or_create
from tests.people_of_the_tests import People

FORM = {
    "given_name": "Diane",
    "family_name": "Dumas-Petit",
    "phone": "06 12 34 56 78",
    "profession": "94",
    "rpps": "",
    "sites-0-commune": "Angers (49000)",
    "sites-0-ends_on": "2026-06-30",
    "sites-1-commune": "Saumur",
    "sites-1-starts_on": "2026-07-01",
}


def test_the_person_puts_her_record_right(client: Any, sign_in: Any, people: People) -> None:
    sign_in(people.diane_account)
    page = client.get("/moi/profil").text
    assert 'value="Dumas"' in page
    assert "Angers" in page
    assert client.post("/moi/profil", data=FORM).status_code == 303
    db.session.rollback()
    diane = people.diane
    assert (diane.family_name, diane.phone, diane.profession_code) == ("Dumas-Petit", "+33612345678", "94")
    assert diane.email == "diane@cabinet.example"
    assert diane.search_name == "diane dumaspetit"
    places = [(site.commune.code, str(site.starts_on), str(site.ends_on)) for site in diane.sites]
    assert places == [("49007", "None", "2026-06-30"), ("49328", "2026-07-01", "None")], "the past is kept"
    acts = db.session.scalars(sa.select(ActivityEntry).filter_by(action="person.changed", actor_kind="account"))
    assert [act.subject_id for act in acts] == [diane.id]


def test_a_line_typed_by_mistake_is_emptied(client: Any, sign_in: Any, people: People) -> None:
    sign_in(people.diane_account)
    client.post("/moi/profil", data={**FORM, "sites-0-commune": "", "sites-0-ends_on": ""})
    db.session.rollback()
    assert [site.commune.code for site in db.session.scalars(sa.select(PracticeSite))] == ["49328"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("family_name", "", "Votre nom"),
        ("phone", "12", "téléphone"),
        ("rpps", "81000012345", "chiffre de contrôle"),
        ("sites-1-commune", "nulleville", "Aucune commune"),
        ("sites-1-ends_on", "2026-01-01", "finit avant"),
    ],
)
def test_what_is_wrong_is_said(
    client: Any, sign_in: Any, people: People, field: str, value: str, sentence: str
) -> None:
    answer = sign_in(people.diane_account).post("/moi/profil", data={**FORM, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    db.session.rollback()
    assert people.diane.family_name == "Dumas"


def test_somebody_else_s_number_is_kept_apart_and_said(client: Any, sign_in: Any, people: People) -> None:
    number = Numbers()()
    with unit_of_work():
        find_or_create("Paul", "Autre", "paul@cabinet.example", rpps=number)
    sign_in(people.diane_account).post("/moi/profil", data={**FORM, "rpps": number})
    assert "fiche d’une autre personne" in client.get("/moi/profil").text
    db.session.rollback()
    assert (people.diane.rpps, people.diane.rpps_claimed) == (None, number)
    assert queries.rpps_state(people.diane) is RppsState.CONFLICT


def test_without_a_record_the_page_says_how_one_is_made(client: Any, sign_in: Any, people: People) -> None:
    assert "Rien n’est enregistré" in sign_in(people.charlie).get("/moi/profil").text
    assert client.post("/moi/profil", data=FORM).status_code == 404


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Diane", "Dumas"), ("Diane", "Petit"), False),  # married
        (("Diane", "Dumas"), ("Dumas", "Diane"), False),  # turned round
        (("Diane", "Dumas"), ("Dianne", "Dumass"), False),  # mistyped
        (("Anne Lise", "Le Goff"), ("Anne", "Legoff"), False),
        (("D.", "Dumas"), ("Diane", "Dumas"), False),
        (("Cath", "Dumas"), ("Catherine", "Dumas"), False),
        (("", "Diane Dumas"), ("Diane", "Dumas"), False),
        (("Diane", "Dumas"), ("Hugo", "Marchand"), True),
        (("Diane", "Dumas"), ("Hugo", "Dumas"), True),  # a couple of one practice
        (("Lea", "Roy"), ("Luc", "Rey"), True),
        (("D.", "Dumas"), ("D.", "Marchand"), True),  # an initial says nothing
        (("", "Dumas"), ("", ""), False),
    ],
)
def test_names_that_cannot_be_the_same_person_s(one: Any, other: Any, expected: bool) -> None:
    assert clearly_different(one, other) is expected


@pytest.mark.parametrize(
    ("number", "claimed", "known", "expected"),
    [
        ("", "", None, RppsState.NONE),
        ("1", "", True, RppsState.VERIFIED),
        ("1", "", False, RppsState.UNKNOWN),
        ("1", "", None, RppsState.UNCHECKED),
        ("", "2", None, RppsState.CONFLICT),
        ("1", "2", True, RppsState.CONFLICT),
    ],
)
def test_how_a_number_stands(number: str, claimed: str, known: bool | None, expected: RppsState) -> None:
    assert rpps_state(number, claimed, known) is expected


def test_a_public_form_still_recognises_by_the_address_alone(people: People) -> None:
    with unit_of_work():
        first = find_or_create("Ève", "Éluard", "eve@cabinet.example")
        unproven = find_or_create("Hugo", "Marchand", "eve@cabinet.example")
        proven = find_or_create("Hugo", "Marchand", "eve@cabinet.example", proven=True)
        again = find_or_create("Hugo", "Marchand", "eve@cabinet.example", proven=True)
        assert unproven is first
        assert proven is not first
        assert again is proven
        assert proven.email_key is None
