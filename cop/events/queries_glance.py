"""An event at a glance: what changes often, read without its words, for the pages that are kept ready."""

from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from cop.core.db import look
from cop.core.errors import NotFound
from cop.events import rules
from cop.events.models import Event, EventKind


class Glance(NamedTuple):
    """``stamp`` changes with anything the event's page shows, but for the seats and the time."""

    stamp: tuple[Any, ...]
    status: str
    attendance: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    seats_taken: int
    waiting: int
    closes_at: datetime | None
    audience: str
    outside_url: str

    @property
    def seats_left(self) -> int | None:
        return None if self.capacity is None else max(0, self.capacity - self.seats_taken)


_FACTS: Final = (
    EventKind.__table__.c.attendance,
    *(
        Event.__table__.c[name]
        for name in (
            "status",
            "starts_at",
            "ends_at",
            "capacity",
            "registration_closes_at",
            "audience",
            "outside_url",
            "id",
            "version",
            "calendar_revision",
            "changed_at",
            "form_revision",
        )
    ),
)
_COUNTERS: Final = (Event.__table__.c.seats_taken, Event.__table__.c.waiting)
# Of columns, not of entities: at every page the session would otherwise work more than the database.
_STATEMENT: Final = (
    sa.select(*_FACTS, *_COUNTERS)
    .join_from(Event.__table__, EventKind.__table__)
    .where(Event.__table__.c.slug == sa.bindparam("slug"))
)


def public_glance(slug: str) -> Glance:
    """Raises :class:`NotFound` for what is not published: it does not exist for the public."""
    row = look(_STATEMENT, {"slug": slug})
    if row is None or row.status not in rules.VISIBLE:
        raise NotFound
    *facts, seats_taken, waiting = row
    attendance, status, starts_at, ends_at, capacity, closes_at, audience, outside, *_ = facts
    known = (status, attendance, starts_at, ends_at, capacity, seats_taken, waiting, closes_at, audience, outside)
    return Glance(tuple(facts), *known)
