"""What an animator's new events may be made from."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.core.access import Permission
from cop.core.db import db
from cop.core.errors import NotFound
from cop.events import rules
from cop.events.models import Event
from cop.events.queries import LISTED, WHOLE, reached_by


def _known_to(viewer: Account | None) -> sa.ColumnElement[bool]:
    return sa.and_(Event.status == rules.TEMPLATE, reached_by(viewer, Permission.EVENT_CREATE))


def templates(viewer: Account | None, *, removed: bool = False) -> Sequence[Event]:
    """Those of the viewer's territories, by name; ``removed``: those that may still be put back."""
    gone = Event.cancelled_at.is_not(None) if removed else Event.cancelled_at.is_(None)
    statement = sa.select(Event).where(_known_to(viewer), gone).order_by(Event.template_name, Event.id)
    return db.session.scalars(statement.options(*LISTED)).unique().all()


def any_of(viewer: Account | None) -> bool:
    """Whether the viewer has any, or had one lately."""
    return bool(db.session.scalar(sa.select(sa.exists().where(_known_to(viewer)))))


def template(viewer: Account | None, event_id: int) -> Event:
    statement = sa.select(Event).where(Event.id == event_id, _known_to(viewer)).options(*WHOLE)
    found: Event | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def twin(event: Event, name: str, organiser_id: int | None, since: datetime) -> Event | None:
    """The template the same person made of the same event's words a moment ago."""
    statement = sa.select(Event).where(
        Event.status == rules.TEMPLATE,
        Event.template_name == name,
        Event.title == event.title,
        Event.territory_id == event.territory_id,
        Event.organiser_id.is_not_distinct_from(organiser_id),
        Event.cancelled_at.is_(None),
        Event.created_at > since,
    )
    found: Event | None = db.session.scalar(statement.order_by(Event.id).limit(1))
    return found


def to_forget(before: datetime) -> Sequence[int]:
    """Templates removed before that moment."""
    statement = sa.select(Event.id).where(Event.status == rules.TEMPLATE, Event.cancelled_at < before)
    return db.session.scalars(statement.order_by(Event.id)).all()
