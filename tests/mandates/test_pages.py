"""The pages that change something: refusals with their sentence, what was typed kept, presses undone."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.core.db import db
from cop.mandates import queries
from cop.mandates.models import Candidate, Decision, Mandate, MandateKind, Project
from tests.mandates.conftest import mandate
from tests.people_of_the_tests import People, territory


@pytest.fixture
def alice(people: People, sign_in: Any) -> FlaskClient:
    client: FlaskClient = sign_in(people.alice)
    return client


def new(people: People, code: str) -> str:
    return f"/personnes/{people.diane_id}/mandats/nouveau?fonction={code}"


def test_an_end_before_the_start_is_refused_and_what_was_typed_stays(people: People, alice: FlaskClient) -> None:
    sent = {"starts_on": "2026-11-20", "ends_on": "2026-11-19", "title": "trésorière adjointe"}
    answer = alice.post(new(people, "treasurer"), data=sent)
    assert answer.status_code == 422
    assert "finirait avant de commencer" in answer.text
    assert "trésorière adjointe" in answer.text
    assert queries.of_person(people.diane_id) == []


def test_a_date_written_the_french_way_and_one_that_does_not_exist(people: People, alice: FlaskClient) -> None:
    assert alice.post(new(people, "treasurer"), data={"starts_on": "31/02/2026"}).status_code == 422
    assert alice.post(new(people, "treasurer"), data={"starts_on": "01/12/2026"}).status_code == 303
    assert queries.of_person(people.diane_id)[0].starts_on == date(2026, 12, 1)


def test_the_same_function_twice_at_once_is_refused(
    people: People, give: Any, alice: FlaskClient, decision_id: int
) -> None:
    give(people.diane_id, "treasurer", date(2026, 1, 1), date(2026, 12, 31), decision_id=decision_id)
    again = alice.post(new(people, "treasurer"), data={"starts_on": "2026-12-31"})
    assert again.status_code == 422
    assert "se chevauchent" in again.text
    assert alice.post(new(people, "treasurer"), data={"starts_on": "2027-01-01"}).status_code == 303


def test_two_territories_at_once_are_no_overlap(
    people: People, give: Any, alice: FlaskClient, decision_id: int
) -> None:
    give(people.diane_id, "animator", date(2026, 1, 1), departments=("49",), decision_id=decision_id)
    sent = {"starts_on": "2026-11-20", "territory_ids": [territory("department", "72").id]}
    assert alice.post(new(people, "animator"), data=sent).status_code == 303


@pytest.mark.parametrize(("code", "words"), [("animator", "au moins un territoire"), ("relay", "Choisissez le projet")])
def test_where_is_needed(people: People, alice: FlaskClient, code: str, words: str) -> None:
    answer = alice.post(new(people, code), data={"starts_on": "2026-11-20"})
    assert answer.status_code == 422
    assert words in answer.text


def test_the_decision_is_written_by_the_same_press(people: People, alice: FlaskClient) -> None:
    sent = {"starts_on": "2026-11-20", "new_body": "Bureau", "new_on": "2026-11-18", "new_wording": "Mission confiée"}
    assert alice.post(new(people, "treasurer"), data={**sent, "new_body": ""}).status_code == 422
    assert alice.post(new(people, "treasurer"), data={**sent, "new_on": "2026-11-21"}).status_code == 422, "not yet"
    assert db.session.scalars(sa.select(Decision)).all() == []
    assert alice.post(new(people, "treasurer"), data=sent).status_code == 303
    held = queries.of_person(people.diane_id)[0]
    assert held.decision is not None
    assert held.decision.wording == "Mission confiée"
    assert "Mission confiée" in alice.get("/coordination/decisions").text


def test_ended_early_then_undone_taken_off_then_put_back(
    people: People, give: Any, alice: FlaskClient, decision_id: int
) -> None:
    number = give(people.diane_id, "treasurer", date(2026, 11, 1), date(2026, 12, 31), decision_id=decision_id)
    base = f"/personnes/{people.diane_id}/mandats/{number}"
    for day in ("2026-10-31", "2027-01-01", ""):
        assert alice.post(f"{base}/fin", data={"ended_on": day, "end_reason": "resigned"}).status_code == 422
    assert alice.post(f"{base}/fin", data={"ended_on": "2026-11-20", "end_reason": "resigned"}).status_code == 303
    assert "démission" in alice.get(f"/personnes/{people.diane_id}/mandats").text
    assert mandate(number).last_day == date(2026, 11, 20)
    alice.post(f"{base}/reprendre")
    assert mandate(number).last_day == date(2026, 12, 31)
    alice.post(f"{base}/retirer")
    assert "Remettre" in alice.get(f"/personnes/{people.diane_id}/mandats").text
    assert db.session.scalars(queries.holders(("bureau",), date(2026, 11, 20))).all() == []
    alice.post(f"{base}/remettre")
    assert db.session.scalars(queries.holders(("bureau",), date(2026, 11, 20))).all() == [people.diane_id]


def test_an_animator_reads_and_does_not_give(
    people: People, give: Any, sign_in: Any, client: FlaskClient, decision_id: int
) -> None:
    give(people.diane_id, "animator", date(2026, 1, 1), departments=("49",), decision_id=decision_id)
    sign_in(people.bob)
    page = client.get(f"/personnes/{people.diane_id}/mandats")
    assert page.status_code == 200
    assert "Modifier" not in page.text
    assert client.post(new(people, "treasurer"), data={"starts_on": "2026-11-20"}).status_code == 403


def test_who_to_entrust_is_searched_for(people: People, alice: FlaskClient) -> None:
    assert "Diane Dumas" in alice.get("/coordination/mandats/donner?q=dumas&fonction=treasurer").text
    assert "Personne ne répond" in alice.get("/coordination/mandats/donner?q=zzz").text
    assert "Présidence" in alice.get(f"/personnes/{people.diane_id}/mandats/nouveau").text


def test_a_candidate_is_followed_to_election(people: People, alice: FlaskClient, decision_id: int) -> None:
    kind = queries.kind_by_code("board_member")
    seat = f"/coordination/candidatures/{kind.id}"
    assert "3 places vacantes" in alice.get("/coordination/candidatures").text
    assert "Diane Dumas" in alice.get(f"{seat}?q=dumas").text
    for _press in range(2):
        alice.post(f"{seat}/{people.diane_id}")
    (number,) = db.session.scalars(sa.select(Candidate.id)).all()
    step = f"/coordination/candidature/{number}"
    sent = {f"c{number}-state": "interested", f"c{number}-next_step": "call", f"c{number}-next_on": "2026-12-01"}
    assert alice.post(step, data={**sent, f"c{number}-state": "elected"}).status_code == 422
    assert alice.post(step, data={**sent, f"c{number}-next_on": "32/13/2026"}).status_code == 422
    assert alice.post(step, data=sent).status_code == 303
    assert "Appeler" in alice.get(seat).text
    refused = alice.post(f"{step}/election", data={"starts_on": "2026-11-20"})
    assert refused.status_code == 422
    assert "quelle décision a élu" in refused.text
    assert queries.of_person(people.diane_id) == []
    done = alice.post(f"{step}/election", data={"starts_on": "2026-11-20", "decision_id": str(decision_id)})
    assert done.status_code == 303
    (held,) = queries.of_person(people.diane_id)
    assert held.kind.code == "board_member"
    assert [one.state for one in db.session.get_one(Candidate, number).steps] == ["approached", "interested", "elected"]
    assert "2 places vacantes" in alice.get(seat).text


def test_projects_and_functions_are_kept_on_screen(people: People, alice: FlaskClient) -> None:
    sent = {"name": "Écriture", "territory_id": territory("department", "49").id, "starts_on": "2026-11-20"}
    assert alice.post("/coordination/projets/nouveau", data={**sent, "ends_on": "2026-11-01"}).status_code == 422
    assert alice.post("/coordination/projets/nouveau", data=sent).status_code == 303
    project = db.session.scalars(sa.select(Project)).one()
    assert alice.get(f"/coordination/projets/{project.id}").status_code == 200
    assert "Écriture" in alice.get("/coordination/projets").text
    kind = {"name_fr": "Référence numérique", "body": "team", "reach": "organisation", "role": "", "alert_days": "30"}
    assert alice.post("/coordination/mandats/fonctions/nouvelle", data={**kind, "role": "administrator"}).status_code == 422  # fmt: skip # noqa: E501
    assert alice.post("/coordination/mandats/fonctions/nouvelle", data={**kind, "seats": "0"}).status_code == 422
    assert alice.post("/coordination/mandats/fonctions/nouvelle", data=kind).status_code == 303
    assert alice.post("/coordination/mandats/fonctions/nouvelle", data=kind).status_code == 422, "the name is taken"
    made = queries.kind_by_code("referencenumerique")
    page = f"/coordination/mandats/fonctions/{made.id}"
    assert alice.post(page, data={**kind, "seats": "2"}).status_code == 303
    alice.post(f"{page}/archiver", data={"archived": "1"})
    assert db.session.get_one(MandateKind, made.id).archived
    assert "Référence numérique" not in alice.get(f"/personnes/{people.diane_id}/mandats/nouveau").text


def test_where_a_held_function_is_given_stays(people: People, give: Any, alice: FlaskClient, decision_id: int) -> None:
    give(people.diane_id, "animator", date(2026, 1, 1), departments=("49",), decision_id=decision_id)
    kind = queries.kind_by_code("animator")
    sent = {"name_fr": "Animation", "body": "team", "reach": "organisation", "role": "reader", "alert_days": "30"}
    answer = alice.post(f"/coordination/mandats/fonctions/{kind.id}", data=sent)
    assert answer.status_code == 422
    assert "Des personnes tiennent cette fonction" in answer.text


def test_a_decision_is_put_right(people: People, alice: FlaskClient, decision_id: int) -> None:
    page = f"/coordination/decisions/{decision_id}"
    sent = {"body": "Bureau", "decided_on": "2026-01-15", "wording": "Missions", "link": "javascript:alert(1)"}
    assert alice.post(page, data=sent).status_code == 422
    assert alice.post(page, data={**sent, "link": "https://docs.example/cr"}).status_code == 303
    assert db.session.get_one(Decision, decision_id).link == "https://docs.example/cr"
    assert alice.post("/coordination/decisions/nouvelle", data={"body": ""}).status_code == 422
    assert db.session.scalars(sa.select(Mandate)).all() == []
