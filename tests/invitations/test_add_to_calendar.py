"""Entries filled in at calendars of the web: plain addresses, whose parts are read back."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.core import clock, tokens
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event, HalfDay
from cop.invitations import service
from cop.registrations.models import Registration
from tests import people_of_the_tests as build
from tests.people_of_the_tests import People


def links(client: FlaskClient, slug: str) -> dict[str, dict[str, str]]:
    page = client.get(f"/evenements/{slug}").text
    found = {}
    for address in re.findall(r'href="(https://[^"]+)"', page):
        parts = urlsplit(unescape(address))
        found[parts.hostname or ""] = {name: value[0] for name, value in parse_qs(parts.query).items()}
    return found


def test_an_event_without_registration_offers_all_ways(client: FlaskClient, people: People) -> None:
    with unit_of_work():
        build.event(people, "Portes & fenêtres", slug="ouvert", outside_url="https://ailleurs.example/")
    found = links(client, "ouvert")
    assert found["calendar.google.com"]["dates"] == "20270114T080000Z/20270114T113000Z"
    assert found["calendar.google.com"]["text"] == "Portes & fenêtres"
    assert "Angers" in found["calendar.google.com"]["location"]
    for host in ("outlook.live.com", "outlook.office.com"):
        assert found[host]["startdt"] == "2027-01-14T08:00:00Z"
        assert found[host]["subject"] == "Portes & fenêtres"
    page = client.get("/evenements/ouvert").text
    assert "/evenements/ouvert.ics" in page
    assert "Inscription chez l’organisateur" in page
    assert 'href="https://ailleurs.example/"' in page


def test_several_days_are_told_as_each_calendar_takes_them(client: FlaskClient, people: People) -> None:
    with unit_of_work():
        event = build.event(people, "Deux jours", slug="deux", outside_url="https://ailleurs.example/")
        start = event.starts_at + timedelta(days=1)
        event.half_days.append(HalfDay(starts_at=start, ends_at=event.ends_at + timedelta(days=1)))
        event.ends_at += timedelta(days=1)
    alike = links(client, "deux")
    assert alike["calendar.google.com"]["recur"] == "RRULE:FREQ=DAILY;INTERVAL=1;COUNT=2"
    assert (alike["outlook.live.com"]["startdt"], alike["outlook.live.com"]["enddt"]) == (
        "2027-01-14",
        "2027-01-16",
    )
    with unit_of_work():
        event = db.session.scalars(sa.select(Event).filter_by(slug="deux")).one()
        event.half_days[1].ends_at += timedelta(hours=2)
        event.ends_at += timedelta(hours=2)
        event.version += 1
    uneven = links(client, "deux")
    assert uneven["calendar.google.com"]["dates"] == "20270114/20270116"
    assert uneven["outlook.office.com"]["allday"] == "true"


def test_nobody_registers_here_for_what_others_hold(client: FlaskClient, people: People) -> None:
    with unit_of_work():
        build.event(people, "Ailleurs", slug="ailleurs", outside_url="https://ailleurs.example/")
    sent = {"given_name": "Élise", "family_name": "Roux", "email": "elise@exemple.example", "profession": "91"}
    answer = client.post("/evenements/ailleurs/inscription", data=sent)
    assert answer.status_code == 422


def test_the_registered_are_led_to_their_own_entry_first(client: FlaskClient, people: People) -> None:
    """One entry, not two: the file is the invitation's; what the web makes is a copy, and said so."""
    with unit_of_work():
        now = clock.now()
        held = build.event(people, "Écrire", slug="ecrire", online_url="https://visio.example/salle", mode="hybrid")
        registered = Registration(
            event_id=held.id, person_id=people.diane_id, status="confirmed", created_at=now, queued_at=now
        )
        db.session.add(registered)
        invitation = service.invite(held, people.diane, now)
        assert invitation
        uid, token = invitation.uid, tokens.sign("registration", f"{held.id}:{people.diane_id}")
    path = f"/inscription/{token}"
    page = client.get(path)
    assert page.status_code == 200
    file = re.findall(r'href="(/inscription/[^"]+\.ics)"', page.text)
    assert f"UID:{uid}" in client.get(file[0]).text.replace("\r\n ", "")
    google = page.text.index("calendar.google.com")
    assert page.text.index(file[0]) < page.text.index("Votre agenda ne montre la rencontre qu’une fois") < google
    assert "visio.example" in page.text[google : google + 3000], "the link of the room is theirs"
    assert page.headers["Referrer-Policy"] == "same-origin"
