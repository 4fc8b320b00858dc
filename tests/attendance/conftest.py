"""A study morning of today, with three registered people, one waiting and one who cancelled."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cop.activity.service import Actor
from cop.attendance.models import Attendance
from cop.core import clock
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import HalfDay
from cop.people.models import Person
from cop.registrations.models import Registration
from tests.people_of_the_tests import People, event, person

TODAY = datetime(2026, 11, 20, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))


@dataclass
class Door:
    """The numbers of what stands at the door."""

    event_id: int
    half_day_id: int
    amelie: int
    bastien: int
    claire: int
    waiting: int
    cancelled: int
    actor: Actor

    @property
    def half(self) -> HalfDay:
        return db.session.get_one(HalfDay, self.half_day_id)

    @property
    def url(self) -> str:
        return f"/animation/evenements/{self.event_id}/presences"

    def marks(self) -> dict[int, tuple[str, str]]:
        """State and source by person, as kept."""
        db.session.rollback()
        rows = db.session.scalars(sa.select(Attendance).where(Attendance.half_day_id == self.half_day_id))
        return {row.person_id: (row.state, row.source) for row in rows}


def register(event_id: int, who: Person, status: str = "confirmed") -> int:
    now = clock.now()
    db.session.add(Registration(event_id=event_id, person_id=who.id, status=status, created_at=now, queued_at=now))
    db.session.flush()
    return who.id


@pytest.fixture
def door(people: People) -> Door:
    with unit_of_work():
        made = event(people, starts_at=TODAY)
        guests = {
            "amelie": ("Amélie", "Abautret", "91", "confirmed"),
            "bastien": ("Bastien", "Ménard", "70", "confirmed"),
            "claire": ("Claire", "Thibaudeau", "94", "confirmed"),
            "waiting": ("Denis", "Oury", "10", "waitlisted"),
            "cancelled": ("Élise", "Petit", "91", "cancelled"),
        }
        numbers = {
            name: register(
                made.id,
                person(given, family, email=f"{name}@cabinet.example", profession=profession),
                status,
            )
            for name, (given, family, profession, status) in guests.items()
        }
        return Door(made.id, made.half_days[0].id, actor=Actor("account", people.bob_id), **numbers)
