"""The kinds of meetings, for whoever settles what they propose."""

from collections.abc import Sequence

import sqlalchemy as sa

from cop.core.db import db
from cop.core.errors import NotFound
from cop.events import rules
from cop.events.models import Event, EventKind, HalfDay


def all_kinds() -> Sequence[EventKind]:
    """In their order; the archived ones last."""
    order = (EventKind.archived, EventKind.position, EventKind.id)
    return db.session.scalars(sa.select(EventKind).order_by(*order)).all()


def get(event_kind_id: int) -> EventKind:
    found = db.session.get(EventKind, event_kind_id)
    if found is None:
        raise NotFound
    return found


def uses() -> dict[int, int]:
    """How many events each kind has."""
    counts = sa.select(Event.kind_id, sa.func.count()).where(Event.status != rules.TEMPLATE).group_by(Event.kind_id)
    return {row[0]: row[1] for row in db.session.execute(counts)}


def noted(event_kind_id: int) -> int:
    """Events of the kind with people on a list, or counted."""
    counted = sa.exists().where(
        HalfDay.event_id == Event.id, sa.or_(HalfDay.headcount.is_not(None), HalfDay.closed_at.is_not(None))
    )
    statement = sa.select(sa.func.count(Event.id)).where(
        Event.kind_id == event_kind_id, sa.or_(Event.seats_taken > 0, Event.waiting > 0, counted)
    )
    return db.session.scalar(statement) or 0


def codes_like(base: str) -> set[str]:
    return set(db.session.scalars(sa.select(EventKind.code).where(EventKind.code.startswith(base, autoescape=True))))


def next_position() -> int:
    return (db.session.scalar(sa.select(sa.func.max(EventKind.position))) or 0) + 1
