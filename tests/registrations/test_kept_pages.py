"""The event page is kept ready for all who have not signed in: nothing of one reader may reach another, and what
changes shows at once."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from cop.core import page_cache
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.events.models import Event
from tests.conftest import Queries
from tests.people_of_the_tests import People, event
from tests.registrations.conftest import FORM


@pytest.fixture
def _csrf(app: Application) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


def tokens_of(page: str) -> set[str]:
    return set(re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page))


def change(slug: str, **values: Any) -> None:
    with unit_of_work():
        found = db.session.query(Event).filter_by(slug=slug).one()
        for name, value in values.items():
            setattr(found, name, value)


def test_a_kept_page_costs_one_look_at_the_event(client: Any, slug: str, queries: Queries) -> None:
    first = client.get(f"/evenements/{slug}")
    with queries:
        second = client.get(f"/evenements/{slug}")
    assert [statement.split()[0] for statement in queries.statements if statement != "BEGIN"] == ["SELECT"]
    without_tokens = [re.sub(r'value="[^"]{40,}"', "", page.text) for page in (first, second)]
    assert without_tokens[0] == without_tokens[1]
    assert {name: first.headers[name] for name in ("Cache-Control", "Vary", "Content-Security-Policy")} == {
        name: second.headers[name] for name in ("Cache-Control", "Vary", "Content-Security-Policy")
    }


@pytest.mark.usefixtures("_csrf")
def test_each_visitor_has_a_csrf_token_of_their_own_and_it_works(app: Application, slug: str) -> None:
    readers = [app.test_client() for _ in range(3)]
    pages = [reader.get(f"/evenements/{slug}").text for reader in readers]
    own = [tokens_of(page) for page in pages]
    assert all(len(tokens) == 1 for tokens in own), "the form's and the one of the language are the same"
    assert len(set().union(*own)) == 3
    for reader, tokens in zip(readers, own, strict=True):
        with reader.session_transaction() as session:
            assert "csrf_token" in session
        sent = reader.post(
            f"/evenements/{slug}/inscription", data={**FORM, "csrf_token": next(iter(tokens))}, follow_redirects=True
        )
        assert sent.status_code == 200
    stranger = app.test_client().post(
        f"/evenements/{slug}/inscription", data={**FORM, "csrf_token": next(iter(own[0]))}
    )
    assert stranger.status_code == 422, "somebody else's token opens nothing"


def test_a_seat_taken_shows_at_once(client: Any, slug: str, send: Any) -> None:
    def seats() -> str:
        page = unescape(client.get(f"/evenements/{slug}").text)
        beside_the_heading = page.split('<h2 id="register">')[1].split("</p>")[0]
        return " ".join(re.sub("<[^>]+>", "", beside_the_heading).split())

    assert seats() == "S’inscrire 2 places sur 2"
    send()
    assert seats() == "S’inscrire 1 place sur 2"
    send(email="luc@cabinet.example", family_name="Luc")
    assert seats() == "Rejoindre la liste d’attente Vous seriez n° 1."
    send(email="zoe@cabinet.example", family_name="Zoé")
    assert seats() == "Rejoindre la liste d’attente Vous seriez n° 2."


def test_what_is_changed_shows_at_once(client: Any, slug: str) -> None:
    assert "Nouveau titre" not in client.get(f"/evenements/{slug}").text
    change(slug, title="Nouveau titre", version=2)
    assert "Nouveau titre" in client.get(f"/evenements/{slug}").text
    change(slug, status="cancelled", cancellation_reason="Grève des trains")
    assert "Grève des trains" in client.get(f"/evenements/{slug}").text
    change(slug, status="draft")
    assert client.get(f"/evenements/{slug}").status_code == 404


def test_an_event_that_begins_closes_its_door(client: Any, slug: str, clock: Any) -> None:
    clock.set("2027-01-14 08:59")
    assert 'name="family_name"' in client.get(f"/evenements/{slug}").text
    clock.advance(seconds=59)
    assert 'name="family_name"' in client.get(f"/evenements/{slug}").text
    clock.advance(seconds=1)
    assert 'name="family_name"' not in client.get(f"/evenements/{slug}").text


def test_languages_are_apart(app: Application, slug: str) -> None:
    french, english = app.test_client(), app.test_client()
    english.post("/langue", data={"language": "en"})
    for _ in range(2):
        assert '<html lang="fr">' in french.get(f"/evenements/{slug}").text
        page = english.get(f"/evenements/{slug}").text
        assert '<html lang="en">' in page
        assert "2 seats" in page


def test_who_has_signed_in_is_served_apart(
    app: Application, client: Any, people: People, slug: str, sign_in: Any
) -> None:
    before = client.get(f"/evenements/{slug}").text
    sign_in(people.bob)
    own = client.get(f"/evenements/{slug}").text
    assert "Bob Bonnet" not in before
    assert "Bob Bonnet" in own
    after = app.test_client().get(f"/evenements/{slug}").text
    assert "Bob Bonnet" not in after
    assert "/animation/" not in after


def test_what_waits_to_be_told_is_told_once_to_whom_it_concerns(app: Application, client: Any, slug: str) -> None:
    client.get(f"/evenements/{slug}")
    with client.session_transaction() as session:
        session["_flashes"] = [("done", "Un mot pour vous seul")]
    assert "Un mot pour vous seul" in client.get(f"/evenements/{slug}").text
    assert "Un mot pour vous seul" not in client.get(f"/evenements/{slug}").text
    assert "Un mot pour vous seul" not in app.test_client().get(f"/evenements/{slug}").text


def test_a_form_that_came_back_is_nobody_elses(app: Application, client: Any, slug: str, send: Any) -> None:
    answer = send(given_name="Prénom-à-moi", email="")
    assert answer.status_code == 422
    assert "Prénom-à-moi" in answer.text
    for reader in (client, app.test_client()):
        page = reader.get(f"/evenements/{slug}").text
        assert "Prénom-à-moi" not in page
        assert "error-summary" not in page


def test_the_thanks_name_the_address_of_who_registered_only(app: Application, slug: str) -> None:
    for name in ("eve", "zoe"):
        reader = app.test_client()
        reader.post(f"/evenements/{slug}/inscription", data={**FORM, "email": f"{name}@cabinet.example"})
        page = reader.get(f"/evenements/{slug}/inscription/merci").text
        assert re.findall(r"\w+@cabinet\.example", page) == [f"{name}@cabinet.example"]


def test_the_address_in_the_thanks_is_text(client: Any, slug: str) -> None:
    with client.session_transaction() as session:
        session["registered"] = {"event": slug, "email": "<b>x", "shown": "seat"}
    assert "&lt;b&gt;x" in client.get(f"/evenements/{slug}/inscription/merci").text


def test_a_title_cannot_hold_a_slot(client: Any, people: People) -> None:
    with unit_of_work():
        slug = event(people, title="slot-csrf_token- {{ csrf_token() }}", slug="piege").slug
    for _ in range(2):
        assert "slot-csrf_token- {{ csrf_token() }}" in client.get(f"/evenements/{slug}").text


def test_no_mark_is_left_open(client: Any, slug: str, send: Any) -> None:
    send()
    for address in (f"/evenements/{slug}", f"/evenements/{slug}/inscription/merci"):
        for _ in range(2):
            assert page_cache._MARK not in client.get(address).text


def test_a_page_lives_a_minute(client: Any, slug: str, clock: Any, queries: Queries) -> None:
    client.get(f"/evenements/{slug}")
    clock.advance(seconds=60)
    with queries:
        client.get(f"/evenements/{slug}")
    assert len(queries.statements) > 3


def test_the_address_one_reader_used_is_in_nobodys_page(app: Application, slug: str) -> None:
    page = app.test_client().get(f"/evenements/{slug}?x=mal", headers={"Host": "mal.example"})
    assert page.status_code == 200
    after = app.test_client().get(f"/evenements/{slug}").text
    assert "mal.example" not in page.text + after
    assert "x=mal" not in after
