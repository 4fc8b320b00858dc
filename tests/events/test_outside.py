"""Meetings held by others: in the agenda so that people know, in the calendar of who goes, and registered for there."""

import re
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.invitations import service as invitations
from tests.people_of_the_tests import People, event

THERE = "https://ailleurs.example/inscription?jour=14"


def published() -> Event:
    return db.session.scalars(sa.select(Event)).one()


def test_it_is_published_by_one_more_field(sign_in: Any, people: People, form: dict[str, str]) -> None:
    bob = sign_in(people.bob)
    answer = bob.post("/animation/evenements/nouveau?kind=study_morning", data={**form, "outside_url": THERE})
    assert answer.status_code == 303, unescape(answer.text)
    held = published()
    assert (held.status, held.outside_url) == ("published", THERE)
    bob.post("/connexion/fermer")
    page = unescape(bob.application.test_client().get(f"/evenements/{held.slug}").text)
    assert f'href="{THERE}"' in page
    assert "Inscription chez l’organisateur" in page
    assert 'name="family_name"' not in page
    agenda = unescape(bob.application.test_client().get("/agenda").text)
    assert "Inscription ailleurs" in agenda
    assert "40 places" not in agenda


@pytest.mark.parametrize(
    "address", ["ailleurs", "javascript:alert(1)", "https://ailleurs.example/\r\nX:1", "https://a b.example"]
)
def test_a_bad_address_is_refused_on_its_field(
    sign_in: Any, people: People, form: dict[str, str], address: str
) -> None:
    bob = sign_in(people.bob)
    answer = bob.post("/animation/evenements/nouveau?kind=study_morning", data={**form, "outside_url": address})
    assert answer.status_code == 422
    assert re.search(r'id="outside_url"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="outside_url"', answer.text)
    assert db.session.scalar(sa.select(sa.func.count(Event.id))) == 0


def test_whoever_goes_has_it_in_their_calendar(client: Any, sign_in: Any, people: People) -> None:
    """Those who go are noted by the team: their calendar has the meeting, their feed too."""
    with unit_of_work():
        number = event(people, "Journées nationales", outside_url=THERE).id
    sent = {"given_name": "Diane", "family_name": "Dumas", "email": "diane@cabinet.example", "profession": "91"}
    answer = sign_in(people.bob).post(f"/animation/evenements/{number}/inscriptions", data=sent)
    assert answer.status_code == 303, unescape(answer.text)
    with unit_of_work():
        path = invitations.open_feed(people.diane, clocks.now()).removeprefix("http://localhost")
    assert "SUMMARY:Journées nationales" in client.get(path).text
