"""Who is asked to an event, and the personal link they come by."""

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.core import clock as now_of
from cop.core import tokens
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.events.models import Event
from cop.invitations import queries_guests, service_guests
from cop.invitations.models_guests import Guest
from cop.people.models import Person
from tests.people_of_the_tests import People, event, person


@pytest.fixture
def asked(people: People) -> tuple[int, int]:
    """Diane is a guest of a study morning."""
    with unit_of_work():
        held: Event = event(people)
        service_guests.add(held.id, [people.diane_id], "staff", now_of.now())
        return held.id, people.diane_id


def guest() -> Guest:
    db.session.rollback()
    return db.session.scalars(sa.select(Guest)).one()


def test_being_a_guest(app: Application, people: People, asked: tuple[int, int]) -> None:
    held, diane = asked
    with unit_of_work():
        other = person("Zoé", "Zimmer").id
        assert service_guests.add(held, [diane, other], "campaign", now_of.now()) == 1
    assert queries_guests.is_guest(held, diane)
    assert queries_guests.is_guest(held, other)
    assert not queries_guests.is_guest(held + 1, diane)
    assert [row.source for row in db.session.scalars(sa.select(Guest).order_by(Guest.id))] == ["staff", "campaign"]


def test_the_link_leads_to_the_page_and_notes_the_first_opening(
    app: Application, client: FlaskClient, people: People, asked: tuple[int, int]
) -> None:
    path = queries_guests.guest_link(*asked).removeprefix("http://localhost")
    assert path.startswith("/invite/")
    assert client.head(path).status_code == 303
    assert guest().opened_at is None, "a program that only looks whether the link leads somewhere is nobody"
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.location == f"/evenements/ecrire-sans-se-faire-mal?invite={path.removeprefix('/invite/')}"
    first = guest().opened_at
    assert first == now_of.now()
    now_of.clock.advance(hours=1)
    client.get(path)
    assert guest().opened_at == first


def test_links_that_open_nothing(app: Application, client: FlaskClient, asked: tuple[int, int]) -> None:
    held, diane = asked
    strangers = tokens.sign("guest", f"{held}:999999")
    other_purpose = tokens.sign("registration", f"{held}:{diane}")
    for token in ("x", strangers, other_purpose, tokens.sign("guest", "a:b")):
        assert client.get(f"/invite/{token}").status_code == 404
    for _ in range(60):
        answer = client.get("/invite/x")
    assert answer.status_code == 429


def test_a_merged_record_answers_by_the_one_it_is_in(app: Application, people: People, asked: tuple[int, int]) -> None:
    held, diane = asked
    with unit_of_work():
        old = person("Diane", "Dumas-Leroy", email=None).id
        db.session.get_one(Person, old).merged_into_id = diane
    assert queries_guests.by_token(queries_guests.token_of(held, old)).person_id == diane
