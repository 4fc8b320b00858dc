"""The step of each person on a day, worked out from facts: nothing about it is ever written down.

One definition for the list, the page of a person, the counts and the exports.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from cop.attendance.models import Attendance
from cop.attendance.rules import State
from cop.core import clock
from cop.core.db import db
from cop.events.models import HalfDay
from cop.mandates import queries as mandates
from cop.memberships import queries as memberships
from cop.network import rules
from cop.network.queries_scope import practises_in
from cop.network.rules import STEPS, SUM, UNKNOWN_RANK, Cell, Step
from cop.people.models import Person
from cop.volunteers.models import VolunteerProfile
from cop.volunteers.rules import Status

GOVERNING: Final = ("bureau", "board")
VOLUNTEERING: Final = ("volunteers",)


def end_of(day: date) -> Any:
    """The first moment after the day, where the organisation lives."""
    return clock.start_of_day(day + timedelta(days=1))


def seen_by(day: date) -> sa.Select[Any]:
    """The numbers of those who were present somewhere up to that day, were it for one half-day."""
    seen = sa.select(Attendance.person_id).join(HalfDay, HalfDay.id == Attendance.half_day_id)
    return seen.where(HalfDay.starts_at < end_of(day), Attendance.state == State.PRESENT)


def volunteers_on(day: date) -> sa.Select[Any]:
    """The numbers of those whose profile is in use that day; a pause of today does not rewrite the past."""
    in_use = sa.or_(VolunteerProfile.until.is_(None), VolunteerProfile.until >= day)
    helping = sa.select(VolunteerProfile.person_id).where(VolunteerProfile.since <= day, in_use)
    return helping if day < clock.today() else helping.where(VolunteerProfile.status == Status.ACTIVE)


def known_on(day: date) -> sa.ColumnElement[bool]:
    known: sa.ColumnElement[bool] = Person.created_at < end_of(day)
    return known


def step_on(day: date) -> sa.Case[Any]:
    """The rank of a ``Person``'s step that day; the highest of those that hold."""
    return sa.case(
        (Person.id.in_(mandates.holders(GOVERNING, day)), Step.BOARD.rank),
        (Person.id.in_(mandates.holders(VOLUNTEERING, day)), Step.VOLUNTEER.rank),
        (Person.id.in_(volunteers_on(day)), Step.VOLUNTEER.rank),
        (Person.id.in_(memberships.member_on(day)), Step.MEMBER.rank),
        (Person.id.in_(seen_by(day)), Step.PARTICIPANT.rank),
        (known_on(day), Step.CONTACT.rank),
        else_=UNKNOWN_RANK,
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """Everybody of a perimeter on the second of two days, by the step they had on each.

    ``cells``: (rank before, rank after) -> people, with the sums; ``None``: too few to be shown.
    """

    first: date
    last: date
    territory_id: int
    threshold: int | None
    cells: dict[Cell, int | None]

    def before(self, rank: int) -> int | None:
        return self.cells[(rank, SUM)]

    def after(self, rank: int) -> int | None:
        return self.cells[(SUM, rank)]

    @property
    def total(self) -> int | None:
        return self.cells[(SUM, SUM)]


def answer(first: date, last: date, territory_id: int, threshold: int | None) -> Answer:
    """People who practise in the territory on the last day, each counted once wherever else they practise.

    ``threshold``: counts below it are hidden from this reader; ``None``: all are shown.
    """
    cells = rules.hide_small(rules.with_sums(_crossed(first, last, territory_id)), threshold)
    return Answer(first, last, territory_id, threshold, cells)


def _crossed(first: date, last: date, territory_id: int) -> dict[Cell, int]:
    before, after = step_on(first).label("before"), step_on(last).label("after")
    here = practises_in([territory_id], last)
    each = sa.select(before, after).where(Person.anonymised_at.is_(None), here).subquery()
    rows = db.session.execute(
        sa.select(each.c.before, each.c.after, sa.func.count())
        .where(each.c.after > UNKNOWN_RANK)
        .group_by(each.c.before, each.c.after)
    )
    found = {(left, right): count for left, right, count in rows}
    ranks = range(len(STEPS))
    cells = [(left, right) for left in (UNKNOWN_RANK, *ranks) for right in ranks]
    return {cell: found.get(cell, 0) for cell in cells}
