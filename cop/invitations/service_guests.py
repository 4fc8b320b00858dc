"""Putting people on the list of an event's guests, and what they do with their link."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from cop.core.db import change, db, insert_all_absent, insert_if_absent
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


def add_all(event_id: int, person_ids: Iterable[int], source: str, now: datetime) -> None:
    """The same, for hundreds at once."""
    rows = [
        {"event_id": event_id, "person_id": number, "source": source, "added_at": now, "chases": 0}
        for number in person_ids
    ]
    insert_all_absent(Guest, rows, key=["event_id", "person_id"])


@dataclass(frozen=True, slots=True)
class Again:
    """Asking once more: who was last asked ``before`` this moment, and chased less than ``most`` times."""

    before: datetime
    most: int


def ask(event_id: int, person_ids: Sequence[int], now: datetime, again: Again | None = None) -> set[int]:
    """Note that these are asked now; those it holds for. Of two mailings at once one only asks each of them."""
    silent = (Guest.event_id == event_id, Guest.person_id.in_(person_ids), Guest.declined_at.is_(None))
    asking = sa.update(Guest).where(*silent)
    if again:
        asking = asking.where(Guest.asked_at <= again.before, Guest.chases < again.most)
        asking = asking.values(asked_at=now, chases=Guest.chases + 1)
    else:
        asking = asking.where(Guest.asked_at.is_(None)).values(asked_at=now)
    asking = asking.execution_options(synchronize_session=False)
    return set(db.session.scalars(asking.returning(Guest.person_id)))


def ask_once_more(event_id: int, person_id: int, now: datetime) -> bool:
    """Note that a mail that was lost is written anew: no chase. False for who has declined."""
    theirs = (Guest.event_id == event_id, Guest.person_id == person_id, Guest.declined_at.is_(None))
    return change(sa.update(Guest).where(*theirs).values(asked_at=now)) > 0


def not_asked(event_id: int, person_id: int, asked_before: datetime | None, *, chase: bool) -> None:
    """The mail was taken back before it left."""
    statement = sa.update(Guest).where(Guest.event_id == event_id, Guest.person_id == person_id)
    change(statement.values(asked_at=asked_before, chases=Guest.chases - int(chase)))


def note_opening(guest_id: int, now: datetime) -> None:
    """The first time the page is opened by the link: a note about a visit, in a transaction of its own, as the
    counting of visits is. The page itself, like every page, writes nothing."""
    release()
    first = sa.update(_TABLE).where(_TABLE.c.id == guest_id, _TABLE.c.opened_at.is_(None))
    with db.engine.begin() as connection:
        connection.execute(first.values(opened_at=now))


def forget(event_id: int) -> None:
    """Nobody is known any more to have been asked."""
    change(sa.delete(Guest).where(Guest.event_id == event_id))


def decline(guest: Guest, now: datetime) -> None:
    guest.declined_at = guest.declined_at or now
    db.session.flush()


def take_back(guest: Guest) -> None:
    """They may come after all."""
    guest.declined_at = None
    db.session.flush()
