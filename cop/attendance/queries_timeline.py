"""Where a person came, told on their page: one line an event, however many half-days."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from cop.attendance.models import Attendance
from cop.attendance.rules import State
from cop.core.db import db
from cop.core.i18n import _
from cop.core.timeline import Moment
from cop.events.models import Event, HalfDay

# Of several half-days of an event, the one that says most.
_ORDER = (State.PRESENT, State.EXCUSED, State.ABSENT)


def moments(person_id: int) -> list[Moment]:
    statement = (
        sa.select(Attendance)
        .join(Attendance.half_day)
        .join(HalfDay.event)
        .where(Attendance.person_id == person_id)
        .options(contains_eager(Attendance.half_day).contains_eager(HalfDay.event))
    )
    best: dict[int, Attendance] = {}
    for row in db.session.scalars(statement):
        kept = best.get(row.half_day.event_id)
        if kept is None or _rank(row) < _rank(kept):
            best[row.half_day.event_id] = row
    return [_moment(row, row.half_day.event) for row in best.values()]


def _rank(row: Attendance) -> tuple[int, datetime]:
    return _ORDER.index(State(row.state)), row.half_day.starts_at


def _moment(row: Attendance, event: Event) -> Moment:
    words = {
        State.PRESENT: _("Came to “%(title)s”.", title=event.title),
        State.EXCUSED: _("Sent apologies for “%(title)s”.", title=event.title),
        State.ABSENT: _("Was expected at “%(title)s”, and did not come.", title=event.title),
    }[State(row.state)]
    return Moment(row.half_day.starts_at, "attendance", words, "attendance.sheet", (("event_id", event.id),))
