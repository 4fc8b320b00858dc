"""Seats, the waiting list and its order, whoever presses what twice."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cop.activity.service import PUBLIC, Actor
from cop.core import clock as clocks
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.jobs import run
from cop.core.unit_of_work import unit_of_work
from cop.events import service as events
from cop.events.models import Event
from cop.invitations.models import Invitation
from cop.people import service as persons
from cop.registrations import jobs, queries, queries_seats, service
from cop.registrations.models import Registration
from tests.people_of_the_tests import People, event

STAFF = Actor("account", None)
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def event_id(people: People) -> int:
    """A study morning with two seats."""
    with unit_of_work():
        return event(people, capacity=2).id


def register(event_id: int, name: str, actor: Actor = PUBLIC) -> int:
    with unit_of_work():
        person = persons.find_or_create(name, "Test", f"{name.lower()}@cabinet.example")
        return service.register(read(event_id), person, now=clocks.now(), actor=actor).registration.id


def cancel(registration_id: int, *, by_person: bool = True) -> bool:
    with unit_of_work():
        registration = db.session.get_one(Registration, registration_id)
        return service.cancel(registration, now=clocks.now(), actor=PUBLIC, by_person=by_person)


def read(event_id: int) -> Event:
    return db.session.get_one(Event, event_id)


def standing(event_id: int) -> dict[str, str]:
    """Who stands where, by given name; the counters must say the same."""
    rows = db.session.scalars(sa.select(Registration).filter_by(event_id=event_id).order_by(Registration.id)).all()
    states = {row.person.given_name: row.status for row in rows}
    counted = list(states.values())
    assert (read(event_id).seats_taken, read(event_id).waiting) == (
        counted.count("confirmed"),
        counted.count("waitlisted"),
    )
    return states


def kinds(outbox) -> list[str]:
    return [f"{mail.kind} {mail.recipient_name.split()[0]}" for mail in outbox()]


def test_seats_first_then_the_waiting_list(event_id: int, outbox) -> None:
    for name in ("Ana", "Ben", "Cid", "Eve"):
        register(event_id, name)
    assert standing(event_id) == {"Ana": "confirmed", "Ben": "confirmed", "Cid": "waitlisted", "Eve": "waitlisted"}
    assert kinds(outbox) == [
        "invitations.confirmation Ana",
        "invitations.confirmation Ben",
        "registrations.waitlisted Cid",
        "registrations.waitlisted Eve",
    ]
    assert "en position 2" in outbox()[-1].text


def test_a_freed_seat_goes_to_the_first_in_line(event_id: int, outbox) -> None:
    ana, *_ = [register(event_id, name) for name in ("Ana", "Ben", "Cid", "Eve")]
    assert cancel(ana)
    assert standing(event_id) == {"Ana": "cancelled", "Ben": "confirmed", "Cid": "confirmed", "Eve": "waitlisted"}
    assert kinds(outbox)[4:] == ["invitations.withdrawal Ana", "invitations.promotion Cid"]
    assert queries_seats.position(queries.of(event_id, eve_person())) == 1


def eve_person() -> int:
    return db.session.scalars(sa.select(Registration.person_id).filter_by(status="waitlisted")).one()


def test_who_leaves_the_waiting_list_moves_nobody(event_id: int, outbox) -> None:
    *_, cid, _eve = [register(event_id, name) for name in ("Ana", "Ben", "Cid", "Eve")]
    cancel(cid)
    assert standing(event_id) == {"Ana": "confirmed", "Ben": "confirmed", "Cid": "cancelled", "Eve": "waitlisted"}
    assert kinds(outbox)[-1] == "registrations.left_waiting_list Cid"


def test_pressing_twice_registers_once(event_id: int, outbox) -> None:
    first = register(event_id, "Ana")
    assert register(event_id, "Ana") == first
    assert standing(event_id) == {"Ana": "confirmed"}
    assert len(outbox()) == 1


def test_cancelling_twice_frees_one_seat(event_id: int) -> None:
    ana, *_ = [register(event_id, name) for name in ("Ana", "Ben", "Cid", "Eve")]
    assert cancel(ana)
    assert not cancel(ana)
    assert list(standing(event_id).values()) == ["cancelled", "confirmed", "confirmed", "waitlisted"]


def test_who_comes_back_queues_again(event_id: int, clock, outbox) -> None:
    ana, *_ = [register(event_id, name) for name in ("Ana", "Ben", "Cid")]
    cancel(ana)
    clock.advance(minutes=1)
    assert register(event_id, "Ana") == ana
    assert standing(event_id) == {"Ana": "waitlisted", "Ben": "confirmed", "Cid": "confirmed"}
    clock.advance(minutes=1)
    cancel(ana)
    clock.advance(minutes=1)
    register(event_id, "Ana")
    assert kinds(outbox)[-3:] == [
        "registrations.waitlisted Ana",
        "registrations.left_waiting_list Ana",
        "registrations.waitlisted Ana",
    ]


def test_a_lost_mail_is_told_again_once_a_day(event_id: int, clock, outbox) -> None:
    register(event_id, "Ana")
    clock.advance(minutes=11)
    register(event_id, "Ana")
    register(event_id, "Ana")
    assert kinds(outbox) == ["invitations.confirmation Ana", "registrations.again Ana"]
    clock.advance(days=1)
    register(event_id, "Ana")
    assert kinds(outbox)[2:] == ["registrations.again Ana"]


def test_more_seats_promote_in_order(event_id: int, people: People, outbox) -> None:
    for name in ("Ana", "Ben", "Cid", "Eve", "Flo"):
        register(event_id, name)
    with unit_of_work():
        db.session.execute(sa.update(Event).values(capacity=4))
    assert run(jobs.JOBS[0]).items == 1
    assert standing(event_id) == {
        "Ana": "confirmed",
        "Ben": "confirmed",
        "Cid": "confirmed",
        "Eve": "confirmed",
        "Flo": "waitlisted",
    }
    assert run(jobs.JOBS[0]).items == 0
    assert kinds(outbox)[-2:] == ["invitations.promotion Cid", "invitations.promotion Eve"]


def test_unlimited_seats_leave_nobody_waiting(event_id: int) -> None:
    for name in ("Ana", "Ben", "Cid"):
        register(event_id, name)
    with unit_of_work():
        db.session.execute(sa.update(Event).values(capacity=None))
    run(jobs.JOBS[0])
    assert list(standing(event_id).values()) == ["confirmed"] * 3


def test_those_who_wait_are_told_of_a_cancellation(event_id: int, outbox) -> None:
    for name in ("Ana", "Ben", "Cid"):
        register(event_id, name)
    with unit_of_work():
        events.cancel(read(event_id), "La salle est fermée.", actor=STAFF, now=clocks.now())
    assert run(jobs.JOBS[1]).items == 1
    assert run(jobs.JOBS[1]).items == 0
    assert standing(event_id) == {"Ana": "confirmed", "Ben": "confirmed", "Cid": "cancelled"}
    assert kinds(outbox)[-1] == "registrations.event_cancelled Cid"
    assert "La salle est fermée." in outbox()[-1].text
    with pytest.raises(Refused):
        register(event_id, "Eve")


def test_nobody_is_called_to_a_meeting_that_has_begun(event_id: int, clock) -> None:
    ana, *_ = [register(event_id, name) for name in ("Ana", "Ben", "Cid")]
    clock.set("2027-01-14 09:30")
    with pytest.raises(Refused):
        cancel(ana)
    assert cancel(ana, by_person=False), "the staff may still put the list right"
    assert standing(event_id) == {"Ana": "cancelled", "Ben": "confirmed", "Cid": "waitlisted"}
    assert run(jobs.JOBS[0]).items == 0


def test_registration_closes_at_the_start(event_id: int, clock) -> None:
    clock.set("2027-01-14 09:00")
    with pytest.raises(Refused):
        register(event_id, "Ana")
    register(event_id, "Ben", actor=STAFF)
    clock.set("2027-01-14 12:30")
    with pytest.raises(Refused):
        register(event_id, "Cid", actor=STAFF)


@pytest.mark.parametrize("values", [{"status": "draft"}, {"status": "cancelled"}])
def test_no_registration_for_what_is_not_on(people: People, values: dict[str, str]) -> None:
    with unit_of_work():
        number = event(people, **values).id
    with pytest.raises(Refused):
        register(number, "Ana")
    assert standing(number) == {}


def test_public_meetings_count_heads_and_take_no_names(people: People) -> None:
    with unit_of_work():
        made = event(people)
        made.kind.attendance = "headcount"
        number = made.id
    with pytest.raises(Refused):
        register(number, "Ana")


def test_the_calendar_entry_follows_the_seat(event_id: int) -> None:
    ana, *_ = [register(event_id, name) for name in ("Ana", "Ben", "Cid")]
    cancel(ana)
    states = {row.person.given_name: row.state for row in db.session.scalars(sa.select(Invitation))}
    assert states == {"Ana": "cancelled", "Ben": "requested", "Cid": "requested"}


def test_starts_are_compared_as_moments(people: People) -> None:
    """An event written from another zone closes at the same instant."""
    with unit_of_work():
        number = event(people, starts_at=datetime(2026, 11, 20, 10, 0, tzinfo=PARIS)).id
    with pytest.raises(Refused):
        register(number, "Ana")
