"""Everybody at once: seats are given exactly, nobody sees an error. On whichever database the suite runs."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import sqlalchemy as sa

from cop.activity.service import Actor
from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.events.models_quotas import Quota
from cop.events.rules_quotas import QuotaDescription
from cop.invitations.models import Invitation
from cop.mail.models import MailMessage
from cop.people.models import Person
from cop.people.service import find_or_create
from cop.registrations import mails, queries_seats, service, service_quotas
from cop.registrations.models import Registration
from tests.people_of_the_tests import People, event
from tests.registrations.conftest import FORM
from tests.signing_in import hold, open_session

SEATS = 10
STAFF = Actor("account", None)


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
    assert queries_seats.wrong_counters() == [], "the counters tell the truth"
    return found


GROUPS = {"les médecins": (15, "10"), "les kinésithérapeutes": (10, "70"), "les sages-femmes": (5, "50")}


def with_groups(event_id: int, *, kept: bool = True) -> dict[str, int]:
    """Seats of three professions; answers the number of each group."""
    for name, (capacity, code) in GROUPS.items():
        with unit_of_work():
            said = QuotaDescription(name, capacity, kept=kept, profession_codes=(code,))
            service_quotas.save(event_id, None, said, now=clocks.now(), actor=STAFF)
    found = db.session.execute(sa.select(Quota.profession_codes, Quota.id).filter_by(event_id=event_id))
    return {codes[0]: number for codes, number in found}


def in_order(event_id: int, quota_id: int | None) -> list[str]:
    """What became of those of one line, as the server took them."""
    rows = sa.select(Registration.status).filter_by(event_id=event_id, quota_id=quota_id)
    return list(db.session.scalars(rows.order_by(Registration.queued_at, Registration.id)))


def test_two_hundred_newcomers_for_fifty_seats_of_three_groups(app: Any, people: People) -> None:
    """Each line fills to its last seat and no further, whoever the server took first has one, nobody is lost; then
    some leave while others arrive, and every freed seat goes to the first of its own line."""
    event_id, slug = make_event(people, capacity=50)
    groups = with_groups(event_id)
    professions = ["10"] * 60 + ["70"] * 50 + ["50"] * 30 + ["60"] * 60
    random.Random(7).shuffle(professions)
    forms = [
        {**FORM, "email": f"newcomer{n}@cabinet.example", "profession": code} for n, code in enumerate(professions)
    ]
    acts = [poster(f"/evenements/{slug}/inscription", n, form) for n, form in enumerate(forms)]
    assert set(all_at_once(app, acts)) == {303}
    assert statuses(event_id) == {"confirmed": 50, "waitlisted": 150}
    sizes = {groups["10"]: (15, 45), groups["70"]: (10, 40), groups["50"]: (5, 25), None: (20, 40)}
    for quota_id, (seats, waiting) in sizes.items():
        assert in_order(event_id, quota_id) == ["confirmed"] * seats + ["waitlisted"] * waiting, "in order of arrival"
    kinds = Counter(db.session.scalars(sa.select(MailMessage.kind)))
    assert kinds == {"invitations.confirmation": 50, "registrations.waitlisted": 150}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 50

    seated = sa.select(Registration).filter_by(event_id=event_id, status="confirmed").order_by(Registration.id)
    leaving = [row for row in db.session.scalars(seated) if row.quota_id in (groups["70"], None)][::2]
    acts = [poster(f"/inscription/{mails.token_of(row)}/annuler", n) for n, row in enumerate(leaving)]
    gone = Counter(row.quota_id for row in leaving)
    late = [{**FORM, "email": f"late{n}@cabinet.example", "profession": "70"} for n in range(20)]
    arriving = [poster(f"/evenements/{slug}/inscription", n, form) for n, form in enumerate(late)]
    assert set(all_at_once(app, [*acts, *arriving])) == {303}
    assert statuses(event_id) == {"confirmed": 50, "waitlisted": 170 - len(leaving), "cancelled": len(leaving)}
    for quota_id, (seats, waiting) in sizes.items():
        came = 20 if quota_id == groups["70"] else 0
        left = [status for status in in_order(event_id, quota_id) if status != "cancelled"]
        assert left == ["confirmed"] * seats + ["waitlisted"] * (waiting - gone[quota_id] + came)


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


def test_colleagues_who_register_each_other_at_once_all_have_one_seat(app: Any, people: People) -> None:
    """Each form names everybody, its sender first: none waits for a record another is making."""
    event_id, slug = make_event(people, capacity=SEATS, colleagues=True)
    names = ["ana", "ben", "cid", "dee"]

    def form_of(first: int) -> dict[str, str]:
        order = [*names[first:], *names[:first]]
        lines = {
            f"colleagues-{n}-{field}": value
            for n, name in enumerate(order[1:])
            for field, value in {
                "given_name": name, "family_name": "Cabinet", "email": f"{name}@cabinet.example", "profession": "94",
            }.items()
        }  # fmt: skip
        return {**FORM, "given_name": order[0], "email": f"{order[0]}@cabinet.example", **lines}

    acts = [poster(f"/evenements/{slug}/inscription", n, form_of(n)) for n in range(len(names))]
    assert all_at_once(app, acts) == [303] * len(names)
    assert statuses(event_id) == {"confirmed": len(names)}
