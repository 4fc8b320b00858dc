"""The feeds of the public agenda: what one chose, nothing of what is not for all, and 304 for who has it."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import feedparser
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.core import clock as core_clock
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event, Theme
from cop.events.models_team import EventMember
from cop.invitations import service
from tests import people_of_the_tests as build
from tests.invitations import reading
from tests.people_of_the_tests import People, territory

NEWS = ("/agenda.atom", "/agenda.rss", "/agenda.json")
ALL = ("/agenda.ics", *NEWS)


@pytest.fixture
def season(people: People) -> None:
    now = core_clock.now()
    nantes = {"commune_id": territory("commune", "44109").id, "territory_id": territory("department", "44").id}
    with unit_of_work():
        theme = Theme(code="writing", name_fr="Écriture", name_en="Writing")
        build.event(people, "En Anjou", themes=[theme], online_url="https://visio.example/secret", mode="hybrid")
        build.event(people, "À Nantes", **nantes, summary="Un <b>mot</b> & \x0bl’autre]]>")
        build.event(people, "Samedi", starts_at=core_clock.at_local(now.date() + timedelta(days=8), now.time()))
        build.event(people, "Brouillon", status="draft")
        build.event(people, "Sur invitation", audience="invited")
        build.event(people, "Annulée", status="cancelled", cancelled_at=now, cancellation_reason="Grippe")
        build.event(people, "Reportée", status="postponed", calendar_sequence=1)
        build.event(people, "Ailleurs", outside_url="https://ailleurs.example/inscription")


def slug_of(title: str) -> str:
    return db.session.scalars(sa.select(Event.slug).filter_by(title=title)).one()


def titles(client: FlaskClient, address: str) -> list[str]:
    """As read by who reads such things."""
    response = client.get(address)
    assert response.status_code == 200
    if urlsplit(address).path.endswith(".ics"):
        return [event["summary"] for event in reading.by_ical_js(response.data)["events"]]
    if urlsplit(address).path.endswith(".json"):
        return [item["title"] for item in response.json["items"]]
    found = feedparser.parse(response.data)
    assert not found.bozo, found.get("bozo_exception")
    return [entry.title for entry in found.entries]


@pytest.mark.parametrize("path", ALL)
def test_each_feed_holds_what_the_agenda_shows(client: FlaskClient, season: None, path: str) -> None:
    cancelled = "Annulée" if path.endswith(".ics") else "Annulé\u00a0: Annulée"
    everything = {"En Anjou", "À Nantes", "Samedi", cancelled, "Reporté\u00a0: Reportée", "Ailleurs"}
    assert set(titles(client, path)) == everything
    assert titles(client, f"{path}?territoire=44") == ["À Nantes"]
    assert titles(client, f"{path}?theme=writing") == ["En Anjou"]
    assert titles(client, f"{path}?q=nantes+MOT") == ["À Nantes"]
    assert titles(client, f"{path}?quand=evening_weekend") == ["Samedi"]
    assert titles(client, f"{path}?type=unknown&mode=%00&q=%00{'x' * 3000}") == []
    assert "visio.example" not in client.get(path).text
    assert "visio.example" not in client.get(f"{path}?lang=en").text


def test_calendars_read_what_takes_no_place_as_such(client: FlaskClient, season: None) -> None:
    events = {event["summary"]: event for event in reading.by_ical_js(client.get("/agenda.ics").data)["events"]}
    postponed = events["Reporté\u00a0: Reportée"]
    assert (postponed["status"], postponed["sequence"]) == ("CANCELLED", 1)
    assert events["Annulée"]["status"] == "CANCELLED"
    assert {"X-PUBLISHED-TTL:PT1H", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"} <= set(
        client.get("/agenda.ics").text.splitlines()
    )


@pytest.mark.parametrize("path", ALL)
def test_who_has_it_is_told_so(client: FlaskClient, season: None, clock: Any, path: str) -> None:
    first = client.get(path)
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in first.headers
    clock.advance(hours=2)
    for known in ({"If-None-Match": tag}, {"If-Modified-Since": date}):
        again = client.get(path, headers=known)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
    with unit_of_work():
        hidden = db.session.scalars(sa.select(Event).filter_by(title="En Anjou")).one()
        hidden.audience, hidden.changed_at, hidden.version = "members", core_clock.now(), 2
    for known in ({"If-None-Match": tag}, {"If-Modified-Since": date}):
        changed = client.get(path, headers=known)
        assert changed.status_code == 200, "what is public no more leaves the copies"
        assert "En Anjou" not in changed.text


@pytest.mark.parametrize("path", ALL)
def test_what_comes_near_enters_the_feed_of_a_week(client: FlaskClient, people: People, clock: Any, path: str) -> None:
    with unit_of_work():
        build.event(people, "Bientôt")
    asked = f"{path}?quand=week"
    before = client.get(asked)
    assert "Bientôt" not in before.text
    clock.set("2027-01-10 09:00")
    known = {"If-Modified-Since": before.headers.get("Last-Modified", before.headers["Date"])}
    assert "Bientôt" in client.get(asked, headers=known).text


@pytest.mark.parametrize("path", ALL)
def test_what_leaves_a_feed_changes_its_date(client: FlaskClient, people: People, clock: Any, path: str) -> None:
    with unit_of_work():
        build.event(people, "Bientôt finie")
    date = client.get(path).headers["Last-Modified"]
    clock.set("2027-02-12 09:00")
    after = client.get(path, headers={"If-Modified-Since": date})
    assert after.status_code == 200
    assert titles(client, path) == []


def test_a_reader_of_news_finds_dates_and_addresses(client: FlaskClient, season: None) -> None:
    for path, kind in (("/agenda.atom", "atom10"), ("/agenda.rss", "rss20")):
        found = feedparser.parse(client.get(f"{path}?territoire=44").data)
        [entry] = found.entries
        assert found.version == kind
        assert found.feed.title == "Cokillaje"
        assert entry.id.startswith("tag:localhost,2026:event-")
        assert entry.link.startswith("http://localhost/evenements/")
        assert entry.summary.startswith("jeudi 14 janvier 2027, de 9\u00a0h à 12\u00a0h\u00a030")
        assert entry.published_parsed
    root = ET.fromstring(client.get("/agenda.atom").data)  # noqa: S314 - our own
    names = {child.tag.rpartition("}")[2] for child in root}
    assert {"id", "title", "updated", "author", "link", "entry"} <= names, "what RFC 4287 asks for"
    english = feedparser.parse(client.get("/agenda.rss?lang=en").data)
    assert english.feed.subtitle == "Public meetings to come."


def test_the_json_tells_hours_places_and_where_one_registers(client: FlaskClient, season: None) -> None:
    response = client.get("/agenda.json")
    feed = json.loads(response.data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert response.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    meetings = {item["title"]: item["_meeting"] for item in feed["items"]}
    anjou = meetings["En Anjou"]
    assert anjou["starts_at"] == "2027-01-14T09:00+01:00"
    assert anjou["place"]["commune"] == "Angers"
    assert (anjou["place"]["department"], anjou["themes"], anjou["mode"]) == ("49", ["writing"], "hybrid")
    assert meetings["Ailleurs"]["outside_registration"] == "https://ailleurs.example/inscription"


def test_feeds_cost_the_same_with_many_events(client: FlaskClient, people: People, queries: Any) -> None:
    now = core_clock.now()

    def cost(path: str) -> int:
        with queries:
            assert client.get(path).status_code == 200
        return len(queries)

    def add(count: int, mark: str) -> None:
        with unit_of_work():
            for n in range(count):
                build.event(people, f"{mark} {n}", starts_at=now + timedelta(days=9 + n))

    add(5, "Premier")
    few = {path: cost(f"{path}?q=premier&quand=evening_weekend&territoire=49") for path in ALL}
    add(45, "Second")
    assert {path: cost(f"{path}?q=premier&quand=evening_weekend&territoire=49") for path in ALL} == few
    assert max(few.values()) <= 12


def test_the_file_of_an_event_is_its_entry_in_the_feed(client: FlaskClient, season: None) -> None:
    slug = slug_of("En Anjou")
    response = client.get(f"/evenements/{slug}.ics")
    reading.well_formed(response.data)
    [alone] = reading.by_ical_js(response.data)["events"]
    [fed] = reading.by_ical_js(client.get("/agenda.ics?theme=writing").data)["events"]
    assert {name: alone[name] for name in ("uid", "sequence", "start", "end", "summary", "location")} == {
        name: fed[name] for name in ("uid", "sequence", "start", "end", "summary", "location")
    }
    assert response.headers["Content-Disposition"] == f'attachment; filename="{slug}.ics"'
    for title in ("Brouillon", "Sur invitation"):
        hidden = slug_of(title)
        assert client.get(f"/evenements/{hidden}.ics").status_code == 404


def test_a_trainer_has_what_they_run_and_what_others_hold(client: FlaskClient, people: People) -> None:
    """The national days of others, in Paris, beside the seminars one runs: one address for all of them."""
    with unit_of_work():
        own = build.event(people, "Séminaire que je mène", audience="invited", online_url="https://visio.example/salle")
        outside = build.event(
            people,
            "Journées nationales",
            audience="members",
            outside_url="https://autre.example/",
            organiser_id=None,
        )
        other = build.event(people, "Celui d’un autre", slug="autre")
        for event in (own, outside):
            event_member(event, people)
        service.invite(own, people.diane, core_clock.now(), tell=False)
        path = service.open_feed(people.diane, core_clock.now()).removeprefix("http://localhost")
        other_title = other.title
    feed = reading.by_ical_js(client.get(path).data)
    assert sorted(event["summary"] for event in feed["events"]) == ["Journées nationales", "Séminaire que je mène"]
    assert len({event["uid"] for event in feed["events"]}) == 2
    assert other_title not in client.get(path).text
    tag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def event_member(event: Event, people: People) -> None:
    member = EventMember(event_id=event.id, role="trainer", person_id=people.diane_id, created_at=core_clock.now())
    db.session.add(member)
