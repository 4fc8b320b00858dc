"""The two sides of a hybrid event: which one is asked, moved to and told, with its own place, link and seats."""

from html import unescape
from typing import Any

import sqlalchemy as sa

from cop.core import clock as clocks
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.invitations import jobs as invitation_jobs
from cop.registrations.models import Registration
from tests.people_of_the_tests import People
from tests.registrations.test_form import held
from tests.registrations.test_pages import link_in, text_of

ROOM = "https://visio.example/salle"


def line_of(mail: Any, name: str) -> str:
    """One line of the calendar object, unfolded."""
    unfolded = (mail.calendar or "").replace("\r\n ", "")
    return next((line for line in unfolded.splitlines() if line.startswith(name)), "")


def test_a_hybrid_event_asks_where_and_lets_one_change(
    client: Any, send: Any, outbox: Any, people: People, sign_in: Any
) -> None:
    with unit_of_work():
        found = held()
        found.mode, found.online_capacity, found.online_url = "hybrid", 1, "https://visio.example/salle"
        found.venue_address, found.carpool = "14 rue des Ponts", True
    assert "https://visio.example" not in client.get(f"/evenements/{found.slug}").text
    assert "Dites si vous venez" in unescape(send().text)
    assert send(attends="moon").status_code == 422
    for name in ("eve", "luc"):
        thanked = send(attends="onsite", email=f"{name}@cabinet.example")
        assert thanked.status_code == 303
        assert "en ligne" not in text_of(client.get(thanked.location))
    link = link_in(outbox()[0])
    assert client.post(f"{link}/modifier", data={"attends": "online"}).status_code == 303
    shown = client.get(link)
    assert "Votre participation En ligne" in text_of(shown)
    assert "https://visio.example/salle" in shown.text
    for words in ("14 rue des Ponts", "covoiturage"):
        assert words not in shown.text, "nobody drives to a screen"
        assert words in client.get(link_in(outbox()[1])).text
    full = client.post(f"{link_in(outbox()[1])}/modifier", data={"attends": "online"})
    assert full.status_code == 422
    assert 'id="attends-error"' in full.text
    sides = sa.select(Registration.attends).order_by(Registration.id)
    db.session.rollback()
    assert list(db.session.scalars(sides)) == ["online", "onsite"]


def test_the_calendar_follows_from_the_room_to_the_screen_and_back(client: Any, send: Any, outbox: Any) -> None:
    with unit_of_work():
        found = held()
        found.mode, found.online_url = "hybrid", ROOM
    send(attends="onsite")
    (first,) = outbox()
    link = link_in(first)
    assert ROOM not in f"{first.text}{first.calendar}", "the link is of no use to whoever comes to the other room"
    assert "Angers" in line_of(first, "LOCATION")
    assert ROOM not in client.get(link).text

    client.post(f"{link}/modifier", data={"attends": "online"})
    client.post(f"{link}/modifier", data={"attends": "online"})
    _first, online = outbox()
    assert (online.kind, online.calendar_method) == ("invitations.other_side", "REQUEST")
    assert online.subject.startswith("Vous participez en ligne")
    assert ROOM in online.text
    assert "Maison des associations" not in online.text
    assert line_of(online, "UID") == line_of(first, "UID")
    assert (line_of(first, "SEQUENCE"), line_of(online, "SEQUENCE")) == ("SEQUENCE:0", "SEQUENCE:1")
    assert line_of(online, "LOCATION") == "LOCATION:En ligne"
    assert ROOM in line_of(online, "DESCRIPTION")
    assert ROOM in client.get(f"{link}/invitation.ics").text

    client.post(f"{link}/modifier", data={"attends": "onsite"})
    back = outbox()[-1]
    assert len(outbox()) == 3
    assert back.subject.startswith("Vous venez sur place")
    assert ROOM not in f"{back.text}{back.calendar}"
    assert (line_of(back, "SEQUENCE"), line_of(back, "UID")) == ("SEQUENCE:2", line_of(first, "UID"))
    assert "Angers" in line_of(back, "LOCATION")


def test_whoever_was_never_asked_for_a_side_keeps_the_place_and_the_link(client: Any, send: Any, outbox: Any) -> None:
    send()
    with unit_of_work():  # the team adds a room on line afterwards
        found = held()
        found.mode, found.online_url = "hybrid", ROOM
    page = link_in(outbox()[0])
    assert ROOM in client.get(page).text
    file = client.get(f"{page}/invitation.ics").text.replace("\r\n ", "")
    assert ROOM in file
    assert "et en ligne" in file


def test_what_changed_meanwhile_is_told_with_the_other_side(client: Any, send: Any, outbox: Any, clock: Any) -> None:
    with unit_of_work():
        found = held()
        found.mode, found.online_url = "hybrid", ROOM
    send(attends="onsite")
    link = link_in(outbox()[0])
    with unit_of_work():
        event_row = held()
        event_row.venue_name, event_row.changed_at = "Mairie", clocks.now()
        event_row.calendar_sequence += 1
        event_row.calendar_revision += 1
    client.post(f"{link}/modifier", data={"attends": "online"})
    client.post(f"{link}/modifier", data={"attends": "onsite"})
    clock.advance(minutes=10)
    jobs.run(invitation_jobs.JOBS[0])
    _first, online, onsite = outbox()
    assert "a changé aussi" in online.text
    assert "a changé aussi" not in onsite.text, "told once"
    assert "Mairie" in onsite.text


def test_whoever_waits_changes_sides_without_a_mail_and_the_staff_moves_people(
    client: Any, send: Any, outbox: Any, people: People, sign_in: Any
) -> None:
    with unit_of_work():
        found = held()
        found.mode, found.online_url, found.capacity, found.online_capacity = "hybrid", ROOM, 1, 1
        number = found.id
    for name in ("eve", "luc", "ana"):
        send(attends="onsite", email=f"{name}@cabinet.example")
    eve, luc, ana = outbox()
    client.post(f"{link_in(luc)}/modifier", data={"attends": "online"})
    assert outbox()[3:][0].kind == "invitations.promotion", "a seat was free there"
    assert len(outbox()) == 4
    assert client.post(f"{link_in(ana)}/modifier", data={"attends": "online"}).status_code == 303
    assert len(outbox()) == 4, "nothing is in the calendar of whoever waits"
    assert "En ligne" in outbox()[3].text
    with unit_of_work():
        held().online_capacity = 3
    row = db.session.scalars(sa.select(Registration.id).order_by(Registration.id)).first()
    sign_in(people.bob)
    where = f"/animation/evenements/{number}/inscriptions/{row}"
    client.post(where, data={"attends": "online"})
    moved = outbox()[4]
    assert (moved.kind, moved.recipient, line_of(moved, "UID")) == (
        "invitations.other_side",
        "eve@cabinet.example",
        line_of(eve, "UID"),
    )
