"""Merging and taking it back: everything follows, the figures are those of one person, nothing is lost."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.activity.service import WORKER
from cop.attendance.models import Attendance
from cop.core import clock as clocks
from cop.core import jobs as core_jobs
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.unit_of_work import unit_of_work
from cop.duplicates import jobs, service
from cop.duplicates.models import Merge, Pair
from cop.events.models import Event
from cop.invitations.models import Invitation
from cop.memberships import queries as memberships
from cop.memberships import service as joining
from cop.people.models import Person, PracticeSite
from cop.registrations import queries as registrations
from cop.registrations import service as registering
from cop.registrations.models import Registration
from tests.memberships.conftest import kind, pay
from tests.people_of_the_tests import People, event, person, territory
from tests.signing_in import put_in
from tests.statistics.conftest import ground, key_event, present
from tests.statistics.test_queries import JUNE, MARCH, maine_et_loire, mobilised


@pytest.fixture
def twins(people: People) -> tuple[int, int]:
    """Diane, and Diane again with another address and a number."""
    with unit_of_work():
        again = person("Diane", "Dumas", email="diane@maison.example")
        again.email_key, again.rpps, again.phone = "diane@maison.example", "10000000017", "+33241000000"
        return people.diane_id, again.id


def merge(one: int, other: int, **chosen: int) -> int:
    with unit_of_work():
        return service.merge(one, other, chosen, actor=WORKER, now=clocks.now()).id


def undo(number: int) -> Any:
    with unit_of_work():
        return service.undo(db.session.get_one(Merge, number), actor=WORKER, now=clocks.now())


def picture() -> dict[str, list[Any]]:
    """Every row of every table people's things are in, but the log, the merges themselves and the pairs."""
    db.session.rollback()
    apart = {"activity_entry", "person_merge", "row_change", "duplicate_pair", "job_run"}
    tables = [table for table in db.metadata.sorted_tables if table.name not in apart]
    return {
        table.name: [tuple(row) for row in db.session.execute(sa.select(table).order_by(*table.primary_key))]
        for table in tables
    }


def standing(person_id: int) -> dict[str, str]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(Registration).filter_by(person_id=person_id))
    return {row.event.title: row.status for row in rows}


def test_the_values_that_were_chosen_stay(twins: tuple[int, int]) -> None:
    one, other = twins
    merge(one, other, email=other)
    kept, gone = db.session.get_one(Person, one), db.session.get_one(Person, other)
    assert (kept.email, kept.email_key) == ("diane@maison.example", "diane@maison.example")
    assert (kept.rpps, kept.phone) == ("10000000017", "+33241000000")  # unknown to the first: taken from the other
    assert (gone.given_name, gone.email, gone.rpps, gone.merged_into_id) == ("", None, None, one)
    assert gone.anonymised_at is not None


def test_the_figures_before_after_and_undone(people: People, twins: tuple[int, int]) -> None:
    one, other = twins
    with unit_of_work():
        present(key_event(people, maine_et_loire(), MARCH), db.session.get_one(Person, one))
        present(key_event(people, maine_et_loire(), JUNE), db.session.get_one(Person, other))
    assert mobilised(ground(maine_et_loire())) == 2
    number = merge(one, other)
    assert mobilised(ground(maine_et_loire())) == 1
    undo(number)
    assert mobilised(ground(maine_et_loire())) == 2


def test_undone_everything_is_as_it_was(people: People, twins: tuple[int, int]) -> None:
    one, other = twins
    with unit_of_work():
        both, first, second = (event(people, title) for title in ("Les deux", "Première", "Seconde"))
        for held, guests in ((both, twins), (first, [one]), (second, [other])):
            for guest in guests:
                registering.register(held, db.session.get_one(Person, guest), now=clocks.now())
        db.session.add(PracticeSite(person_id=other, commune_id=territory("commune", "49328").id))
    before = picture()
    number = merge(one, other)
    assert picture() != before
    assert undo(number).left == []
    assert picture() == before
    with pytest.raises(Refused):
        undo(number)


def test_registered_twice_for_one_meeting(people: People, twins: tuple[int, int]) -> None:
    """The confirmed registration wins over the cancelled one, and the seat both had is given back."""
    one, other = twins
    with unit_of_work():
        cancelled, both = event(people, "Annulée par l’une"), event(people, "Les deux", capacity=2)
        first = registering.register(cancelled, db.session.get_one(Person, one), now=clocks.now()).registration
        registering.cancel(first, now=clocks.now(), actor=WORKER, by_person=True)
        registering.register(cancelled, db.session.get_one(Person, other), now=clocks.now())
        for guest in twins:
            registering.register(both, db.session.get_one(Person, guest), now=clocks.now())
        number = both.id
    merge_number = merge(one, other)
    assert standing(one) == {"Annulée par l’une": "confirmed", "Les deux": "confirmed"}
    assert db.session.get_one(Event, number).seats_taken == 1
    assert db.session.get_one(Merge, merge_number).dropped["registration"] == 2
    requested = db.session.scalars(sa.select(Invitation.event_id).filter_by(person_id=one, state="requested")).all()
    assert len(requested) == len(set(requested)) == 2
    undo(merge_number)
    assert db.session.get_one(Event, number).seats_taken == 2


def test_undone_after_the_seat_was_given_away_one_of_them_waits(people: People, twins: tuple[int, int]) -> None:
    one, other = twins
    with unit_of_work():
        full = event(people, "Complet", capacity=2)
        for guest in twins:
            registering.register(full, db.session.get_one(Person, guest), now=clocks.now())
        number = full.id
    merged = merge(one, other)
    with unit_of_work():
        third = person("Émile", "Arrive", email="emile@x.example")
        registering.register(db.session.get_one(Event, number), third, now=clocks.now())
        third_id = third.id
    assert undo(merged).left == []  # the number of a row that was dropped may be another one's by now
    states = [standing(guest)["Complet"] for guest in (one, other, third_id)]
    assert sorted(states) == ["confirmed", "confirmed", "waitlisted"]
    held = db.session.get_one(Event, number)
    assert (held.seats_taken, held.waiting) == (2, 1)


def test_present_wins_over_absent(people: People, twins: tuple[int, int]) -> None:
    one, other = twins
    with unit_of_work():
        held = key_event(people, maine_et_loire(), MARCH)
        present(held, db.session.get_one(Person, one), state="absent")
        present(held, db.session.get_one(Person, other))
    merge(one, other)
    rows = db.session.scalars(sa.select(Attendance)).all()
    assert [(row.person_id, row.state) for row in rows] == [(one, "present")]


def test_the_same_place_is_there_once(people: People, twins: tuple[int, int]) -> None:
    one, other = twins
    merge(one, other)
    assert len(db.session.scalars(sa.select(PracticeSite).filter_by(person_id=one)).all()) == 1


def test_two_memberships_of_one_period_count_once(people: People, twins: tuple[int, int], client: FlaskClient) -> None:
    one, other = twins
    with unit_of_work():
        offered = kind()
        asked = joining.request(db.session.get_one(Person, one), offered.id, WORKER)
        paid = joining.request(db.session.get_one(Person, other), offered.id, WORKER)
        pay(paid, paid.amount_cents)
        numbers = asked.id, paid.id
    alice = put_in(client, people.alice)
    before = picture()
    number = merge(one, other)
    assert [memberships.state_of(memberships.get(which)) for which in numbers] == ["ended", "paid"]
    assert list(db.session.scalars(memberships.member_on(clocks.today()))) == [one]
    assert "comptent une fois" in alice.get(f"/personnes/fusions/{number}").text
    with unit_of_work():  # asked for once more, it is the one that stayed
        assert joining.request(db.session.get_one(Person, one), offered.id, WORKER).id == numbers[1]
    assert undo(number).left == []
    assert picture() == before


def test_links_mailed_in_the_name_of_the_other_record_work(people: People, twins: tuple[int, int]) -> None:
    one, other = twins
    with unit_of_work():
        held = event(people)
        registering.register(held, db.session.get_one(Person, other), now=clocks.now())
        number = held.id
    merge(one, other)
    assert registrations.of(number, other).person_id == one
    with pytest.raises(NotFound):
        registrations.of(number, 999_999)


def test_two_numbers_are_two_people(people: People, twins: tuple[int, int]) -> None:
    with unit_of_work():
        people.diane.rpps = "10000000025"
    with pytest.raises(Refused, match="deux numéros RPPS"):
        merge(*twins)


def test_a_record_is_merged_once(people: People, twins: tuple[int, int]) -> None:
    """The second of two presses, or another pair with the same record: nothing is done, and it is said."""
    one, other = twins
    with unit_of_work():
        third = person("Diane", "Dumas", email="troisieme@x.example").id
    merge(one, other)
    before = picture()
    for pair in ((one, other), (third, other), (other, third), (one, one)):
        with pytest.raises(Refused, match="entre-temps"):
            merge(*pair)
    assert picture() == before


def test_what_was_decided_about_the_other_record_holds(people: People, twins: tuple[int, int]) -> None:
    one, other = twins
    with unit_of_work():
        third = person("Diana", "Dumas", email="diane@maison.example").id
        low, high = sorted((other, third))
        db.session.add(
            Pair(one_id=low, other_id=high, score=55, reasons=["email"], found_at=clocks.now(), decided_at=clocks.now())
        )
    merge(one, other, email=other)
    core_jobs.run(jobs.JOBS[0])
    pairs = db.session.scalars(sa.select(Pair)).all()
    assert [(pair.one_id, pair.other_id) for pair in pairs if pair.decided_at] == [tuple(sorted((one, third)))]
    assert [pair for pair in pairs if not pair.decided_at] == []


def test_the_job_finds_forgets_and_does_not_ask_again(people: People) -> None:
    with unit_of_work():
        again = person("Dumas", "Diane", email="autre@x.example").id
    core_jobs.run(jobs.JOBS[0])
    core_jobs.run(jobs.JOBS[0])
    pair = db.session.scalars(sa.select(Pair)).one()
    assert (pair.one_id, pair.other_id) == (people.diane_id, again)
    with unit_of_work():
        db.session.get_one(Person, again).family_name = "Autrement"
    core_jobs.run(jobs.JOBS[0])
    assert db.session.scalars(sa.select(Pair)).all() == []
