"""Putting people on the list of an event's guests, and what they do with their link."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from cop.core.db import db, insert_if_absent
from cop.core.unit_of_work import release
from cop.invitations.models_guests import Guest

_TABLE: Final[Any] = Guest.__table__


def add(event_id: int, person_ids: Iterable[int], source: str, now: datetime) -> int:
    """Put people on the list, without writing to them; how many were not on it yet."""
    fresh = 0
    for person_id in person_ids:
        values = {"event_id": event_id, "person_id": person_id, "source": source, "added_at": now, "chases": 0}
        fresh += insert_if_absent(Guest, values, key=["event_id", "person_id"])
    return fresh


def note_opening(guest_id: int, now: datetime) -> None:
    """The first time the page is opened by the link: a note about a visit, in a transaction of its own, as the
    counting of visits is. The page itself, like every page, writes nothing."""
    release()
    first = sa.update(_TABLE).where(_TABLE.c.id == guest_id, _TABLE.c.opened_at.is_(None))
    with db.engine.begin() as connection:
        connection.execute(first.values(opened_at=now))


def decline(guest: Guest, now: datetime) -> None:
    guest.declined_at = guest.declined_at or now
    db.session.flush()


def take_back(guest: Guest) -> None:
    """They may come after all."""
    guest.declined_at = None
    db.session.flush()
