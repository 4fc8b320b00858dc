"""Saved lists: kept, opened, shared, changed, deleted, and each of it taken back."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.network import queries
from cop.network.models import Segment
from cop.people.models import Person
from tests.network.conftest import rows
from tests.people_of_the_tests import People, person


@pytest.fixture
def bob(people: People, client: FlaskClient, sign_in: Any) -> FlaskClient:
    with unit_of_work():
        db.session.execute(sa.delete(Person))
        person("Élodie", "Évrard", profession="70")
        person("Zoé", "Abel", profession="91")
        person("Yves", "Nantais", profession="70", commune="44109")
    browser: FlaskClient = sign_in(people.bob)
    return browser


def keep(client: FlaskClient, name: str = "Kinés", *, shared: bool = False, question: str = "profession=70") -> Segment:
    data = {"name": name, "question": question} | ({"shared": "y"} if shared else {})
    answer = client.post("/personnes/listes", data=data)
    assert answer.status_code == 303
    db.session.rollback()
    return db.session.scalars(sa.select(Segment).order_by(Segment.id.desc())).first()  # type: ignore[return-value]


def test_opening_one_is_the_list_with_its_columns(bob: FlaskClient) -> None:
    kept = keep(bob, question="q=&tri=nom&colonnes=email,vu&profession=70&inconnu=1")
    assert kept.query == "profession=70&colonnes=email%2Cvu"
    answer = bob.post("/personnes/listes", data={"name": "Autre", "question": kept.query}, follow_redirects=True)
    assert rows(answer.text) == ["Évrard Élodie"]
    assert "<h1>Autre</h1>" in answer.text


def test_a_segment_is_worked_out_anew_and_within_the_reader_s_sight(bob: FlaskClient, people: People) -> None:
    kept = keep(bob, shared=True)
    with unit_of_work():
        person("Anna", "Nouvelle", profession="70")
    again = db.session.get_one(Segment, kept.id)
    counts = {
        name: len(db.session.execute(queries.segment_people(again, viewer)).all())
        for name, viewer in (("bob", people.bob), ("charlie", people.charlie), ("alice", people.alice))
    }
    assert counts == {"bob": 2, "charlie": 1, "alice": 3}


def test_one_s_own_is_nobody_else_s(bob: FlaskClient, people: People, sign_in: Any) -> None:
    mine, shared = keep(bob, "À moi"), keep(bob, "À tous", shared=True)
    sign_in(people.alice)
    page = bob.get("/personnes/listes").text
    assert "À moi" not in page
    assert "À tous" in page
    assert "Bob Bonnet" in page
    for number in (mine.id, shared.id):
        assert bob.get(f"/personnes/listes/{number}").status_code == 404
        assert bob.post(f"/personnes/listes/{number}/supprimer").status_code == 404


def test_a_change_is_taken_back(bob: FlaskClient) -> None:
    kept = keep(bob)
    changed = {"name": "Autrement", "question": "profession=91", "shared": "y"}
    answer = bob.post(f"/personnes/listes/{kept.id}", data=changed, follow_redirects=True)
    assert "Annuler" in answer.text
    assert _state(kept.id) == ("Autrement", "profession=91", True)
    bob.post(f"/personnes/listes/{kept.id}/defaire")
    assert _state(kept.id) == ("Kinés", "profession=70", False)


def _state(number: int) -> tuple[str, str, bool]:
    db.session.rollback()
    found = db.session.get_one(Segment, number)
    return found.name, found.query, found.shared


def test_a_deletion_is_taken_back(bob: FlaskClient) -> None:
    kept = keep(bob)
    page = bob.post(f"/personnes/listes/{kept.id}/supprimer", follow_redirects=True).text
    assert "est supprimée" in page
    assert "Aucune liste n’est encore enregistrée." in page
    bob.post(f"/personnes/listes/{kept.id}/defaire")
    assert "Kinés" in bob.get("/personnes").text


@pytest.mark.parametrize(
    ("name", "words"), [("", "Donnez un nom"), ("kinés", "porte déjà ce nom"), ("x" * 121, "Trop long")]
)
def test_a_bad_name_comes_back_with_its_sentence(bob: FlaskClient, name: str, words: str) -> None:
    keep(bob)
    answer = bob.post("/personnes/listes", data={"name": name, "question": "profession=91"})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="profession=91"' in answer.text, "the question is kept"


def test_nothing_to_take_back(bob: FlaskClient) -> None:
    kept = keep(bob)
    page = bob.post(f"/personnes/listes/{kept.id}/defaire", follow_redirects=True).text
    assert "Rien n’avait été modifié." in page
