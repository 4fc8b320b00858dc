"""Feeds: read without a session, fetched again for nothing, and shut for good when revoked."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.core import clock as core_clock
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event, HalfDay
from cop.invitations import ical, service
from cop.invitations.models import CalendarFeed
from cop.invitations.rules import Withdrawal
from tests import people_of_the_tests as build
from tests.invitations import reading
from tests.people_of_the_tests import People

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def event_id(people: People) -> int:
    with unit_of_work():
        return build.event(people, online_url="https://visio.example/secret").id


@pytest.fixture
def uid(people: People, event_id: int) -> str:
    with unit_of_work():
        invitation = service.invite(db.session.get_one(Event, event_id), people.diane, core_clock.now())
        assert invitation
        return invitation.uid


@pytest.fixture
def address(people: People, uid: str) -> str:
    """The path of Diane's feed."""
    with unit_of_work():
        return service.open_feed(people.diane, core_clock.now()).removeprefix("http://localhost")


def change(event_id: int, **values: Any) -> None:
    with unit_of_work():
        event = db.session.get_one(Event, event_id)
        for name, value in values.items():
            setattr(event, name, value)
        event.calendar_sequence += 1
        event.calendar_revision += 1
        event.changed_at = core_clock.now()


def read(client: FlaskClient, path: str) -> dict[str, Any]:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    reading.well_formed(response.data)
    reading.by_icalendar(response.data)
    return reading.by_ical_js(response.data)


def test_the_public_feed_publishes(client: FlaskClient, event_id: int) -> None:
    feed = read(client, "/agenda.ics")
    [event] = feed["events"]
    assert (feed["method"], feed["name"]) == ("PUBLISH", "Cokillaje")
    assert (event["uid"], event["status"], event["attendees"]) == (f"event-{event_id}@localhost", "CONFIRMED", [])
    assert event["start"] == "2027-01-14T08:00:00.000Z"
    assert len(event["organizers"]) == 1
    assert "visio.example" not in client.get("/agenda.ics").text


@pytest.mark.parametrize(("language", "address"), [("fr", "/agenda.ics"), ("en", "/agenda.ics?lang=en")])
def test_the_agenda_is_subscribed_to_and_not_downloaded(
    client: FlaskClient, event_id: int, language: str, address: str
) -> None:
    client.post("/langue", data={"language": language})
    page = client.get("/agenda").text
    assert f'href="webcal://localhost{address}"' in page
    assert f"http://localhost{address}</code>" in page
    assert client.get(address).status_code == 200


def test_the_public_feed_leaves_out_what_is_not_for_all(client: FlaskClient, people: People, clock: Any) -> None:
    with unit_of_work():
        build.event(people, "Brouillon", slug="a", status="draft", published_at=None)
        build.event(people, "Bureau", slug="b", audience="members")
        build.event(
            people, "Jamais publié", slug="c", status="cancelled", published_at=None, cancelled_at=core_clock.now()
        )
        build.event(people, "Annulé", slug="d", status="cancelled", cancelled_at=core_clock.now())
    assert [(event["summary"], event["status"]) for event in read(client, "/agenda.ics")["events"]] == [
        ("Annulé", "CANCELLED")
    ]
    clock.advance(days=29)
    assert read(client, "/agenda.ics")["events"] == []


def test_an_empty_feed_is_a_feed(client: FlaskClient, people: People) -> None:
    assert client.get("/agenda.ics").status_code == 200
    assert read(client, "/agenda.ics")["events"] == []


@pytest.mark.parametrize("personal", [False, True])
def test_a_feed_is_sent_again_only_when_it_changed(
    client: FlaskClient, event_id: int, address: str, personal: bool, clock: Any
) -> None:
    path = address if personal else "/agenda.ics"
    first = client.get(path)
    tag = first.headers["ETag"]
    clock.advance(hours=1)
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(path).data == first.data, "no random identifier, no time of writing"
    change(event_id, title="Autrement")
    changed = client.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert "Autrement" in changed.text
    assert changed.headers["ETag"] != tag


def test_the_personal_feed_has_the_uid_of_the_invitation(client: FlaskClient, address: str, uid: str) -> None:
    feed = read(client, address)
    [event] = feed["events"]
    assert (event["uid"], event["sequence"], event["attendees"]) == (uid, 0, [])
    assert "https://visio.example/secret" in event["description"]
    assert "/inscription/" not in client.get(address).text, "a feed lets nobody cancel"


def test_the_personal_feed_is_ahead_of_the_mails(client: FlaskClient, event_id: int, address: str) -> None:
    change(event_id, venue_name="Ailleurs")
    [event] = read(client, address)["events"]
    assert (event["sequence"], event["location"]) == (1, "Ailleurs, Angers")


def test_what_was_cancelled_is_shown_so_for_some_weeks(
    client: FlaskClient, people: People, event_id: int, address: str, clock: Any
) -> None:
    with unit_of_work():
        service.withdraw(db.session.get_one(Event, event_id), people.diane, Withdrawal.BY_PERSON, core_clock.now())
    [event] = read(client, address)["events"]
    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)
    clock.advance(days=29)
    assert read(client, address)["events"] == []


def test_a_cancelled_event_is_shown_so_before_anybody_is_told(client: FlaskClient, event_id: int, address: str) -> None:
    change(event_id, status="cancelled", cancelled_at=core_clock.now())
    [event] = read(client, address)["events"]
    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)


def test_a_seminar_of_uneven_days_shows_its_half_days(client: FlaskClient, people: People) -> None:
    with unit_of_work():
        event = build.event(people, "Séminaire", starts_at=datetime(2027, 3, 27, 14, 0, tzinfo=PARIS))
        start = datetime(2027, 3, 28, 9, 0, tzinfo=PARIS)
        event.half_days.append(HalfDay(starts_at=start, ends_at=start + timedelta(hours=3)))
        event.ends_at = start + timedelta(hours=3)
        service.invite(event, people.diane, core_clock.now(), tell=False)
        path = service.open_feed(people.diane, core_clock.now()).removeprefix("http://localhost")
    events = read(client, path)["events"]
    assert [(event["start"], event["end"]) for event in events] == [
        ("2027-03-27", "2027-03-29"),
        ("2027-03-27T13:00:00.000Z", "2027-03-27T16:30:00.000Z"),
        ("2027-03-28T07:00:00.000Z", "2027-03-28T10:00:00.000Z"),
    ]
    assert len({event["uid"] for event in events}) == 3


def test_a_wrong_or_revoked_address_is_not_found(client: FlaskClient, people: People, address: str) -> None:
    assert client.get("/calendrier/devine.ics").status_code == 404
    with unit_of_work():
        fresh = service.open_feed(people.diane, core_clock.now()).removeprefix("http://localhost")
    assert client.get(address).status_code == 404
    assert client.get(fresh).status_code == 200
    with unit_of_work():
        assert service.revoke_feed(people.diane, core_clock.now())
        assert not service.revoke_feed(people.diane, core_clock.now())
    assert client.get(fresh).status_code == 404


def test_only_a_digest_of_the_address_is_kept(people: People, address: str) -> None:
    token = address.removeprefix("/calendrier/").removesuffix(".ics")
    feed = db.session.scalars(sa.select(CalendarFeed)).one()
    assert len(token) >= 32
    assert token not in repr(vars(feed))


def test_a_feed_leaves_no_cookie_and_no_trace_in_search_engines(client: FlaskClient, address: str) -> None:
    for path in (address, "/agenda.ics"):
        response = client.get(path)
        assert "Set-Cookie" not in response.headers
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert response.headers["Referrer-Policy"] == "same-origin"
    assert "private" in client.get(address).headers["Cache-Control"]


def test_the_file_of_a_registration_is_the_same_entry(people: People, event_id: int, uid: str) -> None:
    stream = ical.file_for(db.session.get_one(Event, event_id), uid)
    reading.well_formed(stream)
    understood = reading.by_ical_js(stream)
    assert (understood["method"], understood["events"][0]["uid"]) == ("PUBLISH", uid)
    assert understood["events"][0]["attendees"] == []


def test_a_hostile_title_stays_a_title_in_feeds(client: FlaskClient, people: People) -> None:
    title = 'Mardi; "soir", \\n\r\nATTENDEE:mailto:mal@example.org\u2028X'
    with unit_of_work():
        build.event(
            people, title, slug="mardi", summary=title, venue_name=title, online_url="https://x.example/\r\nX:1"
        )
    [event] = read(client, "/agenda.ics")["events"]
    assert event["summary"] == 'Mardi; "soir", \\n ATTENDEE:mailto:mal@example.org X'
    assert event["attendees"] == []


class TestThePage:
    def test_it_makes_shows_once_replaces_and_stops_the_address(
        self, people: People, uid: str, sign_in: Callable[[Any], FlaskClient]
    ) -> None:
        client = sign_in(people.diane_account)
        assert "/calendrier/" not in client.get("/moi/calendrier").text
        made = client.post("/moi/calendrier", data={"action": "open"})
        assert made.status_code == 200
        start = made.text.index("http://localhost/calendrier/")
        path = made.text[start:].partition("<")[0].removeprefix("http://localhost")
        assert client.get(path).status_code == 200
        assert path not in client.get("/moi/calendrier").text
        client.post("/moi/calendrier", data={"action": "revoke"})
        assert client.get(path).status_code == 404

    def test_who_is_unknown_is_told_what_to_do(self, people: People, sign_in: Callable[[Any], FlaskClient]) -> None:
        client = sign_in(people.alice)
        assert client.get("/moi/calendrier").status_code == 200
        assert client.post("/moi/calendrier", data={"action": "open"}).status_code == 404

    def test_it_needs_a_signed_in_person(self, client: FlaskClient, people: People) -> None:
        assert client.get("/moi/calendrier").status_code == 303
        assert client.post("/moi/calendrier").status_code == 303
