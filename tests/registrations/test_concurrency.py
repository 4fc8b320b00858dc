"""Everybody at once: seats are given exactly, nobody sees an error. On whichever database the suite runs."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import sqlalchemy as sa

from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.invitations.models import Invitation
from cop.mail.models import MailMessage
from cop.people.models import Person
from cop.people.service import find_or_create
from cop.registrations import mails, service
from cop.registrations.models import Registration
from tests.people_of_the_tests import People, event
from tests.registrations.conftest import FORM
from tests.signing_in import hold, open_session

NEWCOMERS = 100
SEATS = 10


def all_at_once(app: Any, acts: list[Callable[[Any], Any]]) -> list[Any]:
    """Run every act in a thread of its own, with a client of its own, as near the same moment as can be."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[Any], Any]) -> Any:
        with app.app_context():
            client = app.test_client()
            barrier.wait()
            return act(client)

    db.session.rollback()
    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def poster(address: str, n: int, data: dict[str, str] | None = None) -> Callable[[Any], int]:
    def act(client: Any) -> int:
        origin = {"REMOTE_ADDR": f"198.51.100.{n % 250}"}
        status: int = client.post(address, data=data or {}, environ_overrides=origin).status_code
        return status

    return act


def make_event(people: People, **values: Any) -> tuple[int, str]:
    with unit_of_work():
        made = event(people, **values)
        return made.id, made.slug


def statuses(event_id: int) -> Counter[str]:
    db.session.rollback()
    found = Counter(db.session.scalars(sa.select(Registration.status).filter_by(event_id=event_id)))
    row = db.session.get_one(Event, event_id, populate_existing=True)
    assert (row.seats_taken, row.waiting) == (found["confirmed"], found["waitlisted"]), "the counters tell the truth"
    return found


def test_a_hundred_newcomers_for_ten_seats(app: Any, people: People) -> None:
    event_id, slug = make_event(people, capacity=SEATS)
    forms = [{**FORM, "email": f"newcomer{n}@cabinet.example"} for n in range(NEWCOMERS)]
    acts = [poster(f"/evenements/{slug}/inscription", n, form) for n, form in enumerate(forms)]
    assert set(all_at_once(app, acts)) == {303}
    assert statuses(event_id) == {"confirmed": SEATS, "waitlisted": NEWCOMERS - SEATS}
    kinds = Counter(db.session.scalars(sa.select(MailMessage.kind)))
    assert kinds == {"invitations.confirmation": SEATS, "registrations.waitlisted": NEWCOMERS - SEATS}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == SEATS


def test_one_newcomer_pressing_twenty_times(app: Any, people: People) -> None:
    event_id, slug = make_event(people, capacity=SEATS)
    acts = [poster(f"/evenements/{slug}/inscription", n, FORM) for n in range(20)]
    assert set(all_at_once(app, acts)) == {303}
    assert statuses(event_id) == {"confirmed": 1}
    assert db.session.scalar(sa.select(sa.func.count()).where(Person.email == FORM["email"])) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MailMessage)) == 1


def test_cancelling_and_registering_at_once(app: Any, people: People) -> None:
    """Those with a seat leave, those who wait leave, newcomers arrive: no error, no seat lost, none given twice."""
    event_id, slug = make_event(people, capacity=SEATS)
    links = []
    for n in range(30):
        with unit_of_work():
            person = find_or_create("Ana", f"Numéro {n}", f"ana{n}@cabinet.example")
            row = service.register(db.session.get_one(Event, event_id), person, now=clocks.now()).registration
            links.append(mails.token_of(row))
    leaving = [poster(f"/inscription/{token}/annuler", n) for n, token in enumerate(links[5:20])]
    forms = [{**FORM, "email": f"late{n}@cabinet.example"} for n in range(10)]
    arriving = [poster(f"/evenements/{slug}/inscription", n, form) for n, form in enumerate(forms)]
    assert set(all_at_once(app, [*leaving, *arriving])) == {303}
    assert statuses(event_id) == {"confirmed": SEATS, "waitlisted": 15, "cancelled": 15}
    first = db.session.scalars(sa.select(Registration.person_id).filter_by(event_id=event_id, status="confirmed"))
    names = {db.session.get_one(Person, number).family_name for number in first}
    assert names == {*(f"Numéro {n}" for n in range(5)), *(f"Numéro {n}" for n in range(20, 25))}, "in order of arrival"


def test_capacity_is_not_lowered_under_those_who_register_meanwhile(app: Any, people: People, sign_in: Any) -> None:
    event_id, slug = make_event(people, capacity=20)
    bob = open_session(people.bob)

    def lower(client: Any) -> int:
        hold(client, bob)
        address = f"/animation/evenements/{event_id}/modifier"
        values = {"title": "Écrire", "day_0": "2027-01-14", "starts_0": "09:00", "ends_0": "12:30", "mode": "onsite"}
        values |= {"commune": "Angers (49000)", "capacity": "5", "audience": "public", "version": "1"}
        values |= {"territory_id": str(territory_id), "number_0": str(half_day_id), "action": "save"}
        status: int = client.post(address, data=values).status_code
        return status

    row = db.session.get_one(Event, event_id)
    territory_id, half_day_id = row.territory_id, row.half_days[0].id
    forms = [{**FORM, "email": f"newcomer{n}@cabinet.example"} for n in range(15)]
    acts = [poster(f"/evenements/{slug}/inscription", n, form) for n, form in enumerate(forms)]
    answers = all_at_once(app, [*acts, lower])
    assert set(answers[:-1]) == {303}
    assert answers[-1] in {303, 422}
    found = statuses(event_id)
    assert sum(found.values()) == 15
    capacity = db.session.get_one(Event, event_id).capacity
    assert capacity == (5 if answers[-1] == 303 else 20)
    assert found["confirmed"] <= (capacity or 0)
