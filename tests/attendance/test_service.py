"""Checking in: whatever is pressed twice happens once, and closing concludes."""

import pytest
import sqlalchemy as sa

from cop.activity.models import ActivityEntry
from cop.attendance import queries, service
from cop.attendance.models import Attendance
from cop.attendance.rules import State
from cop.core import clock
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.unit_of_work import unit_of_work
from cop.people.models import Person
from cop.people.service import Identity
from tests.attendance.conftest import Door
from tests.conftest import ClockHand


def mark(door: Door, person_id: int, state: State | None = State.PRESENT) -> None:
    with unit_of_work():
        service.mark(door.half, person_id, state, actor=door.actor, now=clock.now())


def close(door: Door) -> int:
    with unit_of_work():
        return service.close(door.half, actor=door.actor, now=clock.now())


def add(door: Door, **said: object) -> int:
    values: dict[str, object] = {"given_name": "Fanny", "family_name": "Guyot", "profession_code": "91", **said}
    with unit_of_work():
        return service.add_walk_in(
            door.half,
            Identity(**values),  # type: ignore[arg-type]
            actor=door.actor,
            now=clock.now(),
        ).id


def actions() -> list[str]:
    return list(db.session.scalars(sa.select(ActivityEntry.action).order_by(ActivityEntry.id)))


def test_pressed_twice_the_first_hour_of_arrival_stays(door: Door, clock: ClockHand) -> None:
    clock.set("2026-11-20 09:02")
    mark(door, door.amelie)
    clock.set("2026-11-20 09:40")
    mark(door, door.amelie)
    assert door.marks() == {door.amelie: ("present", "list")}
    row = db.session.scalars(sa.select(Attendance)).one()
    assert (row.recorded_at.minute, row.recorded_by_id) == (2, door.actor.account_id)


def test_a_press_is_taken_back_and_nothing_is_known_again(door: Door) -> None:
    mark(door, door.amelie)
    mark(door, door.amelie, None)
    mark(door, door.amelie, None)
    assert door.marks() == {}
    assert actions() == ["attendance.undone"]


def test_excused_then_there_after_all(door: Door) -> None:
    mark(door, door.claire, State.EXCUSED)
    mark(door, door.claire)
    assert door.marks() == {door.claire: ("present", "list")}


def test_somebody_on_the_waiting_list_who_came_is_present(door: Door) -> None:
    mark(door, door.waiting)
    sheet = queries.sheet(door.half.event, door.half, clock.now())
    assert [line.family_name for line in sheet.expected] == ["Abautret", "Ménard", "Oury", "Thibaudeau"]
    assert [line.family_name for line in sheet.others] == ["Petit"]
    assert sheet.present == 1


def test_nobody_from_elsewhere_is_checked_in_by_a_guessed_number(door: Door) -> None:
    stranger = db.session.scalars(sa.select(Person.id).where(Person.family_name == "Dumas")).one()
    with pytest.raises(NotFound):
        mark(door, stranger)
    assert door.marks() == {}


def test_closing_makes_the_unknown_absent_and_leaves_the_rest(door: Door) -> None:
    mark(door, door.amelie)
    mark(door, door.claire, State.EXCUSED)
    assert close(door) == 1
    assert door.marks() == {
        door.amelie: ("present", "list"),
        door.claire: ("excused", "list"),
        door.bastien: ("absent", "closing"),
    }
    assert door.half.closed_by_id == door.actor.account_id
    assert close(door) == 0
    assert actions() == ["attendance.closed"]


def test_a_closed_list_answers_no_more(door: Door) -> None:
    close(door)
    with pytest.raises(Refused, match=r"fermée|closed"):
        mark(door, door.amelie)
    with pytest.raises(Refused):
        add(door)
    assert door.marks()[door.amelie] == ("absent", "closing")


def test_reopened_what_closing_concluded_is_unknown_again(door: Door) -> None:
    mark(door, door.amelie)
    close(door)
    with unit_of_work():
        service.reopen(door.half, actor=door.actor)
    assert door.marks() == {door.amelie: ("present", "list")}
    mark(door, door.bastien)
    assert close(door) == 1
    assert door.marks()[door.bastien] == ("present", "list")
    assert actions() == ["attendance.closed", "attendance.reopened", "attendance.closed"]


def test_nothing_is_closed_before_it_began(door: Door, clock: ClockHand) -> None:
    clock.set("2026-11-20 08:30")
    with pytest.raises(Refused):
        close(door)
    clock.set("2026-11-19 10:00")
    with pytest.raises(Refused):
        mark(door, door.amelie)
    mark(door, door.amelie, State.EXCUSED)
    assert door.marks() == {door.amelie: ("excused", "list")}


def test_a_walk_in_is_found_by_address_or_made(door: Door) -> None:
    new = add(door, email="fanny@cabinet.example")
    diane = add(door, given_name="Diane", family_name="Dumas", email=" Diane@Cabinet.example ")
    assert db.session.get_one(Person, diane).email == "diane@cabinet.example"
    assert door.marks() == {new: ("present", "walk_in"), diane: ("present", "walk_in")}


def test_a_walk_in_without_address_pressed_twice_is_one_person(door: Door) -> None:
    assert add(door) == add(door)
    assert len(door.marks()) == 1
    assert add(door, profession_code="70") != add(door)


def test_the_name_of_somebody_registered_is_that_person(door: Door) -> None:
    assert add(door, given_name="amelie", family_name="ABAUTRET", profession_code=None) == door.amelie
    assert door.marks() == {door.amelie: ("present", "list")}


def test_a_slip_on_a_walk_in_keeps_the_line_until_it_is_removed(door: Door) -> None:
    fanny = add(door)
    mark(door, fanny, None)
    assert door.marks() == {fanny: ("absent", "walk_in")}
    mark(door, fanny)
    assert door.marks() == {fanny: ("present", "walk_in")}
    for _ in range(2):
        with unit_of_work():
            service.remove_walk_in(door.half, fanny, actor=door.actor, now=clock.now())
    assert door.marks() == {}
    assert actions() == ["attendance.undone", "attendance.removed"]


def test_who_is_registered_is_never_removed(door: Door) -> None:
    mark(door, door.amelie)
    with unit_of_work():
        service.remove_walk_in(door.half, door.amelie, actor=door.actor, now=clock.now())
    assert door.marks() == {door.amelie: ("present", "list")}


def test_a_number_of_people_where_nobody_is_named(door: Door) -> None:
    for number in (57, 57):
        with unit_of_work():
            service.set_headcount(door.half, number, actor=door.actor, now=clock.now())
    assert door.half.headcount == 57
    assert actions() == ["attendance.counted"]
    with pytest.raises(Refused), unit_of_work():
        service.set_headcount(door.half, -1, actor=door.actor, now=clock.now())
