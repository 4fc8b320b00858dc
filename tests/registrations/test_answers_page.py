"""Answers that raise a question: shown to those who run the event, decided by them."""

from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import clock as time
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.invitations.models import Invitation
from cop.mail.models_inbox import InboxMail
from cop.registrations import service
from tests.mail import answers_of_programs as programs
from tests.people_of_the_tests import People, event
from tests.registrations.test_answers import DIANE, arrives, status_of, work


@pytest.fixture
def invited(people: People) -> Invitation:
    with unit_of_work():
        service.register(event(people), people.diane, now=time.now())
    return db.session.scalars(sa.select(Invitation)).one()


def put_aside(invited: Invitation, raw: bytes) -> str:
    mail = arrives(raw)
    work()
    return f"/animation/evenements/{invited.event_id}/reponses/{mail.id}"


def page(client: Any, address: str) -> str:
    return str(client.get(address.rpartition("/")[0]).text)


def test_an_answer_from_another_address_is_vouched_for(sign_in: Any, people: People, invited: Invitation) -> None:
    raw = programs.gmail(invited.uid, DIANE, "DECLINED", time.now(), sender="diane.perso@ailleurs.example")
    address = put_aside(invited, raw)
    client = sign_in(people.bob)
    shown = page(client, address)
    assert "Diane Dumas" in shown
    assert "diane.perso@ailleurs.example" in shown
    assert status_of(people.diane_id) == "confirmed"
    assert client.post(f"{address}/prendre").status_code == 303
    work()
    assert status_of(people.diane_id) == "cancelled"
    again = client.post(f"{address}/prendre", follow_redirects=True)
    assert "ne peut plus être prise en compte" in again.text


def test_a_proposal_is_answered_and_changes_nothing(
    sign_in: Any, people: People, invited: Invitation, outbox: Any
) -> None:
    address = put_aside(invited, programs.counter(invited.uid, DIANE, time.now()))
    client = sign_in(people.bob)
    assert "Horaire proposé" in page(client, address)
    assert f'href="/animation/evenements/{invited.event_id}/modifier"' in page(client, address)
    desk = client.get("/animation").text
    assert "Réponses d’agenda à regarder" in desk
    assert address.rpartition("/")[0] in desk
    client.post(f"{address}/garder-la-date")
    client.post(f"{address}/garder-la-date")
    told = [mail for mail in outbox() if mail.kind == "invitations.counter_declined"]
    assert len(told) == 1
    assert told[0].calendar_method == "DECLINECOUNTER"
    assert "METHOD:DECLINECOUNTER" in (told[0].calendar or "")
    assert "répondu" in page(client, address)


def test_put_away_and_brought_back(sign_in: Any, people: People, invited: Invitation) -> None:
    address = put_aside(invited, programs.gmail(invited.uid, "x@ailleurs.example", "ACCEPTED", time.now()))
    client = sign_in(people.bob)
    client.post(f"{address}/classer")
    assert "Rien à regarder" in page(client, address)
    client.post(f"{address}/reprendre")
    assert "Rien à regarder" not in page(client, address)


def test_it_is_nobody_else_s(sign_in: Any, people: People, invited: Invitation) -> None:
    address = put_aside(invited, programs.counter(invited.uid, DIANE, time.now()))
    client = sign_in(people.charlie)
    for act in ("prendre", "garder-la-date", "classer", "reprendre"):
        assert client.post(f"{address}/{act}").status_code == 404
    assert db.session.scalars(sa.select(InboxMail.state)).one() == "aside"


def test_the_list_says_who_answered(sign_in: Any, people: People, invited: Invitation) -> None:
    client = sign_in(people.bob)
    listed = f"/animation/evenements/{invited.event_id}/inscriptions"
    assert "Dans l’agenda" not in client.get(listed).text
    arrives(programs.apple(invited.uid, DIANE, "TENTATIVE", time.now()))
    work()
    assert "peut-être" in client.get(listed).text
    answers = f"/animation/evenements/{invited.event_id}/reponses"
    assert "dit peut-être" in client.get(answers).text, "what was answered, and not only that it was"
    assert answers not in client.get("/animation").text, "nothing to look at"
