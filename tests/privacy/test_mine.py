"""« Mes données »: what is held, a copy of it, what is refused, and erasing it all oneself."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.accounts.models import Account
from cop.activity.models import ActivityEntry
from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.mail.models import Opposition
from cop.people.models import Person
from cop.privacy.models import PrivacyRequest, Refusal
from cop.registrations import service as registrations
from tests.people_of_the_tests import People, event, person
from tests.signing_in import put_in


@pytest.fixture
def diane(client: FlaskClient, people: People) -> FlaskClient:
    """Diane's browser; she is registered for a meeting."""
    with unit_of_work():
        people.diane.given_name = "=Diane"
        registrations.register(event(people), people.diane, now=clocks.now())
    return put_in(client, people.diane_account)


def words(page: str) -> str:
    return " ".join(page.replace("\u00a0", " ").replace("\u202f", " ").split())


def test_the_page_says_what_is_held_and_until_when(diane: FlaskClient) -> None:
    page = words(diane.get("/moi/donnees").text)
    for title in ("Votre fiche", "Vos inscriptions", "Courriels que nous vous avons envoyés"):
        assert title in page
    assert "jusqu’au mardi 20 novembre 2029, sauf nouvelles de votre part" in page
    assert "12 mois après la rencontre quand vous n’êtes pas venu·e" in page


def test_looking_writes_nothing(diane: FlaskClient) -> None:
    before = db.session.scalar(sa.select(sa.func.count()).select_from(ActivityEntry))
    diane.get("/moi/donnees")
    diane.get("/moi/donnees/effacer")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ActivityEntry)) == before


def test_the_copy_for_a_program(diane: FlaskClient, people: People) -> None:
    answer = diane.post("/moi/donnees/copie", data={"kind": "json"})
    assert (answer.mimetype, answer.status_code) == ("application/json", 200)
    copy = json.loads(answer.data)
    tables = {section["table"]: section["rows"] for section in copy["sections"]}
    assert tables["person"][0]["email"] == "diane@cabinet.example"
    assert tables["registration"][0]["event"] == "Écrire sans se faire mal"
    assert "uid" not in tables["invitation"][0]
    assert "Diane" in tables["mail_body"][0]["text"]
    assert not {"password_hash", "token_hash", "email_key", "search_name"} & set(json.dumps(tables).split('"'))
    act = db.session.scalars(sa.select(ActivityEntry).filter_by(action="person.data_taken")).one()
    assert (act.subject_id, act.data) == (people.diane_id, {"kind": "json"})


def test_the_copy_for_a_spreadsheet_cannot_act(diane: FlaskClient) -> None:
    answer = diane.post("/moi/donnees/copie", data={"kind": "csv"})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        table = archive.read(names[0]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table), delimiter=";"))
    assert names[0] == "01-person.csv"
    assert rows[2][rows[1].index("given_name")] == "'=Diane"


def test_a_copy_of_a_kind_nobody_makes_is_missing(diane: FlaskClient) -> None:
    assert diane.post("/moi/donnees/copie", data={"kind": "exe"}).status_code == 404


def test_what_is_refused_holds_and_can_be_wanted_again(diane: FlaskClient, people: People) -> None:
    diane.post("/moi/donnees/oppositions", data={"community": "y", "phone": "y"})
    assert [row.category for row in db.session.scalars(sa.select(Opposition))] == ["community"]
    assert [row.channel for row in db.session.scalars(sa.select(Refusal))] == ["phone"]
    page = diane.get("/moi/donnees").text
    assert page.count("checked") == 2
    diane.post("/moi/donnees/oppositions", data={})
    assert db.session.scalars(sa.select(Opposition)).all() == []
    assert db.session.scalars(sa.select(Refusal)).all() == []
    kinds = db.session.scalars(sa.select(PrivacyRequest.kind).where(PrivacyRequest.answered_on.is_not(None))).all()
    assert set(kinds) == {"opposition"}


def test_erasing_oneself(diane: FlaskClient, people: People) -> None:
    assert "Effacez-moi pour de bon" in diane.get("/moi/donnees/effacer").text
    unticked = diane.post("/moi/donnees/effacer", data={})
    assert unticked.status_code == 422
    assert "il n’y a pas de retour" in words(unticked.text)
    done = diane.post("/moi/donnees/effacer", data={"understood": "y"})
    assert (done.status_code, done.location) == (303, "/")
    assert people.diane.anonymised_at is not None
    assert db.session.get(Account, people.diane_account_id) is None
    assert diane.get("/moi/donnees").location.startswith("/connexion")


def test_a_browser_left_open_erases_nobody(client: FlaskClient, people: People, clock: Any, outbox: Any) -> None:
    long_ago = clocks.now()
    clock.advance(hours=2)
    put_in(client, people.diane_account, proved_at=long_ago, created_at=long_ago)
    page = client.get("/moi/donnees/effacer").text
    assert "Effacez-moi pour de bon" not in page
    assert client.post("/moi/donnees/effacer", data={"understood": "y"}).status_code == 422
    assert people.diane.anonymised_at is None
    client.post("/moi/donnees/effacer/lien")
    assert outbox()[-1].recipient == "diane@cabinet.example"
    assert "%2Fmoi%2Fdonnees%2Feffacer" in outbox()[-1].text or "/moi/donnees/effacer" in outbox()[-1].text


def test_of_two_records_under_one_address_those_that_are_ticked_go(diane: FlaskClient, people: People) -> None:
    with unit_of_work():
        colleague = person("Denis", "Durand", email="diane@cabinet.example").id
    assert "Denis Durand" in diane.get("/moi/donnees/effacer").text
    assert diane.post("/moi/donnees/effacer", data={"understood": "y"}).status_code == 422
    diane.post("/moi/donnees/effacer", data={"understood": "y", "record": str(people.diane_id)})
    assert people.diane.anonymised_at is not None
    assert db.session.get_one(Person, colleague).anonymised_at is None


def test_somebody_else_s_record_cannot_be_ticked(diane: FlaskClient, people: People) -> None:
    with unit_of_work():
        colleague = person("Denis", "Durand", email="diane@cabinet.example").id
        stranger = person("Zoé", "Zola", email="zoe@cabinet.example").id
    diane.post("/moi/donnees/effacer", data={"understood": "y", "record": [str(stranger), str(colleague)]})
    assert db.session.get_one(Person, stranger).anonymised_at is None


class TestWithoutAccount:
    """Whoever registered without an account reaches their data by a mailed link."""

    def test_the_same_answer_for_everybody(self, client: FlaskClient, people: People, outbox: Any) -> None:
        with unit_of_work():
            person("Zoé", "Zola", email="zoe@cabinet.example")
        known = client.post("/mes-donnees", data={"email": " Zoe@cabinet.example"})
        unknown = client.post("/mes-donnees", data={"email": "nobody@cabinet.example"})
        assert (
            (known.status_code, known.location)
            == (unknown.status_code, unknown.location)
            == (303, "/mes-donnees/envoye")
        )
        assert client.get("/mes-donnees/envoye").status_code == 200
        assert [mail.recipient for mail in outbox()] == ["zoe@cabinet.example"]
        assert db.session.scalar(sa.select(Person.account_id).filter_by(email="zoe@cabinet.example")) is not None

    def test_the_link_leads_to_the_data(self, client: FlaskClient, people: People, outbox: Any) -> None:
        with unit_of_work():
            person("Zoé", "Zola", email="zoe@cabinet.example")
        client.post("/mes-donnees", data={"email": "zoe@cabinet.example"})
        text = outbox()[0].text
        path = text[text.index("/connexion/lien/") :].split(">")[0].split()[0]
        answer = client.post(path)
        assert answer.location == "/moi/donnees"
        assert "Votre fiche" in client.get("/moi/donnees").text

    def test_a_wrong_address_is_said(self, client: FlaskClient, people: People) -> None:
        answer = client.post("/mes-donnees", data={"email": "zoe@"})
        assert answer.status_code == 422
        assert 'value="zoe@"' in answer.text

    def test_it_is_limited(self, client: FlaskClient, people: People) -> None:
        answers = [client.post("/mes-donnees", data={"email": "zoe@cabinet.example"}).status_code for _ in range(5)]
        assert answers == [303, 303, 303, 429, 429]
