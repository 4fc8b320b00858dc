"""Programs fetch the public feeds day and night: who has one already costs a look, and no change escapes the look."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.activity.service import COMMAND
from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.events import queries, service, service_half_days, service_life
from cop.events.models import Event
from cop.events.rules import Span
from cop.territories.models import Territory
from tests.conftest import Queries
from tests.people_of_the_tests import People, event

FEEDS = ("/agenda.ics", "/agenda.atom", "/agenda.rss", "/agenda.json")
FILTERS = ("", "?territoire=49", "?mode=onsite", "?q=ecrire", "?quand=month", "?lang=en")


@pytest.fixture
def shown(people: People) -> int:
    """A meeting of two half-days, within the month."""
    with unit_of_work():
        made = event(people, starts_at=clocks.now() + timedelta(days=20))
        later = made.starts_at + timedelta(days=7)
        written(made, half_days=(*queries.description_of(made).half_days, Span(later, later + timedelta(hours=3))))
        return made.id


def written(made: Event, **changes: Any) -> None:
    """Through the form of those who run it."""
    after = replace(queries.description_of(made), **changes)
    service.edit(made, after, version=made.version, actor=COMMAND, now=clocks.now())


def kept(client: FlaskClient, address: str) -> dict[str, str]:
    return {"If-None-Match": client.get(address).headers["ETag"]}


def later(made: Event) -> None:
    spans = queries.description_of(made).half_days
    first = replace(spans[0], starts_at=spans[0].starts_at + timedelta(minutes=15))
    written(made, half_days=(first, *spans[1:]))


def hidden(made: Event) -> None:
    written(made, audience="members")


def elsewhere(made: Event) -> None:
    commune = db.session.scalars(sa.select(Territory).filter_by(kind="commune", code="49328")).one()
    written(made, commune_id=commune.id)


def off(made: Event) -> None:
    service_half_days.call_off(made.half_days[0], "Grippe", actor=COMMAND, now=clocks.now())


CHANGES: dict[str, Callable[[Event], Any]] = {
    "title": lambda made: written(made, title="Écrire autrement"),
    "summary": lambda made: written(made, summary="Autre présentation"),
    "venue": lambda made: written(made, venue_name="Salle du bas"),
    "commune": elsewhere,
    "hour": later,
    "half-day off": lambda made: service_half_days.call_off(
        made.half_days[0], "Grippe", actor=COMMAND, now=clocks.now()
    ),
    "cancelled": lambda made: service.cancel(made, "Grippe", actor=COMMAND, now=clocks.now()),
    "postponed": lambda made: service_life.postpone(made, "Grippe", actor=COMMAND, now=clocks.now()),
    "for members alone": hidden,
}


@pytest.mark.parametrize("asked", FILTERS)
@pytest.mark.parametrize("path", FEEDS)
def test_who_has_the_feed_costs_no_event(
    client: FlaskClient, people: People, shown: int, queries: Queries, path: str, asked: str
) -> None:
    def cost() -> int:
        known = kept(client, path + asked)
        with queries:
            assert client.get(path + asked, headers=known).status_code == 304
        words = [one for one in queries.statements if "event.summary" in one or "FROM half_day" in one]
        assert not words, "the state alone is read"
        return len(queries)

    few = cost()
    with unit_of_work():
        for number in range(20):
            event(people, f"Écrire {number}", starts_at=clocks.now() + timedelta(days=9))
    assert cost() == few


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("path", FEEDS)
def test_a_change_is_fetched(client: FlaskClient, shown: int, clock: Any, path: str, what: str) -> None:
    addresses = [path + asked for asked in FILTERS]
    before = {address: kept(client, address) for address in addresses}
    same = {address: client.get(address, headers=known).status_code for address, known in before.items()}
    assert set(same.values()) == {304}
    clock.advance(seconds=1)
    with unit_of_work():
        CHANGES[what](db.session.get_one(Event, shown))
    changed = {address: client.get(address, headers=known).status_code for address, known in before.items()}
    assert set(changed.values()) == {200}, changed


@pytest.mark.parametrize("path", FEEDS)
def test_what_comes_in_and_what_goes_out_is_fetched(client: FlaskClient, people: People, clock: Any, path: str) -> None:
    """One published, one over: as many as before, and another feed."""
    with unit_of_work():
        event(people, "Bientôt finie", starts_at=clocks.now() + timedelta(days=1))
    known = kept(client, path)
    clock.advance(days=40)
    gone = client.get(path, headers=known)
    assert gone.status_code == 200, "it left the window, changed by nobody"
    known = kept(client, path)
    with unit_of_work():
        draft = event(people, "Nouvelle", starts_at=clocks.now() + timedelta(days=9), status="draft", published_at=None)
    assert client.get(path, headers=known).status_code == 304
    with unit_of_work():
        service.publish(db.session.get_one(Event, draft.id), actor=COMMAND, now=clocks.now())
    assert "Nouvelle" in client.get(path, headers=known).text


def test_another_organiser_is_fetched(app: Application, client: FlaskClient, shown: int, monkeypatch: Any) -> None:
    """Each entry says who to answer."""
    known = kept(client, "/agenda.ics")
    settings = replace(app.extensions["cop.settings"], mail_from="Le réseau <autre@reseau.example>")
    monkeypatch.setitem(app.extensions, "cop.settings", settings)
    again = client.get("/agenda.ics", headers=known)
    assert again.status_code == 200
    assert "autre@reseau.example" in again.text
