"""Where people are noted once for the whole event: one list, one press, one presence, closed once."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import EventKind, HalfDay
from tests.attendance.conftest import Door
from tests.conftest import ClockHand
from tests.events.test_desk import words
from tests.people_of_the_tests import People


def test_one_press_stands_for_all_half_days(
    door: Door, client: FlaskClient, people: People, sign_in: Any, clock: ClockHand
) -> None:
    with unit_of_work():
        db.session.get_one(EventKind, people.kind_id).attendance = "by_name"
        half = door.half
        later = HalfDay(starts_at=half.starts_at + timedelta(hours=5), ends_at=half.ends_at + timedelta(hours=5))
        half.event.half_days.append(later)
        half.event.ends_at = later.ends_at
        db.session.flush()
        afternoon = later.id
    clock.set("2026-11-20 15:00")
    bob = sign_in(people.bob)
    page = bob.get(f"{door.url}?demi_journee={afternoon}").text
    assert "après-midi" not in page
    bob.post(f"{door.url}/{afternoon}/{door.amelie}", data={"present": "1"})
    bob.post(f"{door.url}/{door.half_day_id}/{door.amelie}", data={"present": "1"})
    assert door.marks() == {door.amelie: ("present", "list")}

    clock.set("2026-11-20 19:00")
    desk = bob.get("/animation")
    assert words(desk).count("Présences à clore") <= 1
    bob.post(f"{door.url}/{door.half_day_id}/clore")
    db.session.rollback()
    assert all(db.session.scalars(sa.select(HalfDay.closed_at)).all())
    assert len(door.marks()) == 3, "who did not come is absent once"
    bob.post(f"{door.url}/{afternoon}/rouvrir")
    db.session.rollback()
    assert not any(db.session.scalars(sa.select(HalfDay.closed_at)).all())
    assert door.marks() == {door.amelie: ("present", "list")}


def test_adults_and_children_are_counted_without_a_name(
    door: Door, client: FlaskClient, people: People, sign_in: Any
) -> None:
    with unit_of_work():
        db.session.get_one(EventKind, people.kind_id).attendance = "headcount"
    bob = sign_in(people.bob)
    address = f"{door.url}/{door.half_day_id}/nombre"
    refused = bob.post(address, data={"headcount": "5", "children": "6"})
    assert refused.status_code == 422
    assert "Pas plus d’enfants" in words(refused)
    shown = bob.post(address, data={"headcount": "42", "children": "12"}, follow_redirects=True)
    assert "dont 12 enfants" in words(shown)
    assert (door.half.headcount, door.half.children) == (42, 12)
    assert "42 personnes, dont 12 enfants" in words(bob.get(f"/animation/evenements/{door.event_id}"))
