"""Checking people in, half-day by half-day, in the demonstration."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final

import sqlalchemy as sa

from cop.activity.service import Actor
from cop.attendance import service as attendance
from cop.attendance.rules import HEADCOUNT, State
from cop.core.db import db
from cop.demo_people import Member
from cop.demo_plan import Planned
from cop.events.models import HalfDay
from cop.events.rules_kinds import BY_NAME
from cop.people.service import Identity
from cop.registrations.models import Registration
from cop.registrations.rules import Status

MINUTE: Final = timedelta(minutes=1)
COME: Final = 0.85
EXCUSED: Final = 0.05
# The meeting that is going on: some are still on the road.
ALREADY_THERE: Final = 0.6
STAY_FOR_THE_NEXT_HALF_DAY: Final = 0.94


def state_of(event_id: int, person_id: int, number: int, rng: Random) -> State | None:
    """Whoever came in the morning mostly stays; ``None``: nothing is known, closing will say absent."""
    # The same answer for each half-day of one event, but for those who leave early.
    came = (person_id * 2_654_435_761 + event_id * 40_503) % 1000 / 1000
    if came < COME and rng.random() < STAY_FOR_THE_NEXT_HALF_DAY**number:
        return State.PRESENT
    return State.EXCUSED if came > 1 - EXCUSED else None


def arrival(starts_at: datetime, rng: Random) -> datetime:
    """Most come a little before the hour, a few a little after."""
    return starts_at + rng.triangular(-14, 8, -4) * MINUTE


def passers_by(one: Planned, members: Sequence[Member], rng: Random) -> list[Member]:
    """Those who come without having registered: from nearby, and few."""
    near = [member for member in members if member.department == one.venue["commune"][:2]]
    return rng.sample(near, min(len(near), rng.choices((0, 1, 2, 3), (5, 3, 2, 1))[0]))


@dataclass(slots=True)
class Door:
    """The door of one event, kept by ``actor``. ``at`` queues an act for its moment."""

    one: Planned
    actor: Actor
    members: Sequence[Member]
    rng: Random
    at: Callable[[datetime, Callable[[datetime], None]], None]

    def open(self) -> None:
        for number, span in enumerate(self.one.spans):
            if number and self.one.kind.attendance == BY_NAME:
                break  # noted once for the whole event
            self.at(span.starts_at + 8 * MINUTE, partial(self._check_in, number))
            if self.one.fate not in {"unclosed", "now"}:
                self.at(span.ends_at + (10 + number) * MINUTE, partial(self._close, number))

    def _half_day(self, number: int) -> HalfDay:
        statement = sa.select(HalfDay).where(HalfDay.event_id == self.one.event_id).order_by(HalfDay.starts_at)
        return db.session.scalars(statement.offset(number).limit(1)).one()

    def _check_in(self, number: int, now: datetime) -> None:
        half = self._half_day(number)
        if self.one.kind.attendance == HEADCOUNT:
            people = self.rng.randint(11, 64)
            attendance.set_headcount(half, people, actor=self.actor, now=now, children=people // 5)
            return
        for person_id in self._registered():
            state = self._state(person_id, number)
            if state is not None:
                moment = arrival(half.starts_at, self.rng)
                attendance.mark(half, person_id, state, actor=self.actor, now=moment)
        if number == 0 and self.one.kind.audience == "public":
            for member in passers_by(self.one, self.members, self.rng):
                self._walk_in(half, member, now)

    def _registered(self) -> list[int]:
        statement = sa.select(Registration.person_id).where(
            Registration.event_id == self.one.event_id, Registration.status == Status.CONFIRMED
        )
        return list(db.session.scalars(statement.order_by(Registration.id)))

    def _state(self, person_id: int, number: int) -> State | None:
        if self.one.fate == "now":
            return State.PRESENT if self.rng.random() < ALREADY_THERE else None
        return state_of(self.one.event_id, person_id, number, self.rng)

    def _walk_in(self, half: HalfDay, member: Member, now: datetime) -> None:
        said = Identity(
            member.given_name,
            member.family_name,
            email=member.email,
            profession_code=member.profession,
            commune_id=member.places[0].territory_id,
        )
        person = attendance.add_walk_in(half, said, actor=self.actor, now=now)
        member.person_id = person.id

    def _close(self, number: int, now: datetime) -> None:
        attendance.close(self._half_day(number), actor=self.actor, now=now)
