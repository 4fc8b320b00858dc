"""An event at a glance: what changes often, read without its words, for the pages that are kept ready."""

from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from cop.core.db import look
from cop.core.errors import NotFound
from cop.events import rules
from cop.events.models import Event, EventKind, all_seats


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
    mode: str
    online_capacity: int | None
    id: int
    quota_count: int
    seats_held: int
    online_taken: int
    online_held: int
    online_waiting: int

    @property
    def all_seats(self) -> int | None:
        return all_seats(self.mode, self.capacity, self.online_capacity)

    @property
    def seats_left(self) -> int | None:
        return None if self.all_seats is None else max(0, self.all_seats - self.seats_taken)


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
            "mode",
            "online_capacity",
            "id",
            "version",
            "calendar_revision",
            "changed_at",
            "form_revision",
            "published_at",
        )
    ),
)
_COUNTED: Final = (
    "seats_taken", "waiting", "quota_count", "seats_held", "online_taken", "online_held", "online_waiting",
)  # fmt: skip
_COUNTERS: Final = tuple(Event.__table__.c[name] for name in _COUNTED)
_KNOWN: Final = Glance._fields[1:]
# Of columns, not of entities: at every page the session would otherwise work more than the database.
_STATEMENT: Final = (
    sa.select(*_FACTS, *_COUNTERS)
    .join_from(Event.__table__, EventKind.__table__)
    .where(Event.__table__.c.slug == sa.bindparam("slug"))
)


def public_glance(slug: str) -> Glance:
    """Raises :class:`NotFound` for what is not published: it does not exist for the public."""
    row = look(_STATEMENT, {"slug": slug})
    if row is None or not rules.is_announced(row.status, row.published_at):
        raise NotFound
    values = row._mapping
    known = {name: values["registration_closes_at" if name == "closes_at" else name] for name in _KNOWN}
    return Glance(tuple(row)[: len(_FACTS)], **known)
