"""What feeds show, and since when they have shown it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from cop.core.db import db
from cop.events import queries_agenda as agenda
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.events.models_team import EventMember
from cop.events.rules_agenda import NO_FILTER, Filters
from cop.invitations import rules
from cop.people.models import Person

State = list[tuple[Any, ...]]
_SHOWN = (
    selectinload(Event.half_days),
    selectinload(Event.themes),
    joinedload(Event.commune),
    joinedload(Event.territory),
    joinedload(Event.kind),
)


# What tells that an event changed, without its words: as ``feeds.state_of_events`` does of those that were read.
_STATE: Any = sa.select(
    Event.id, Event.status, Event.calendar_sequence, Event.calendar_revision, Event.version, Event.changed_at
)


def public_events(now: datetime, filters: Filters = NO_FILTER) -> Sequence[Event]:
    """For calendars: meetings open to all, the last weeks included, cancelled ones for a while."""
    return db.session.scalars(_in_calendars(sa.select(Event), now, filters).options(*_SHOWN)).unique().all()


def public_state(now: datetime, filters: Filters = NO_FILTER) -> State:
    """Their state: all that is read for who has the feed already."""
    return _rows(_in_calendars(_STATE, now, filters))


def _in_calendars(statement: sa.Select[Any], now: datetime, filters: Filters) -> sa.Select[Any]:
    cancelled = sa.and_(
        Event.status == event_rules.CANCELLED,
        Event.published_at.is_not(None),
        Event.cancelled_at > now - rules.CANCELLED_SHOWN_FOR,
    )
    known = Event.status.in_((event_rules.PUBLISHED, event_rules.POSTPONED))
    shown = statement.where(Event.audience == "public", Event.ends_at > now - rules.CANCELLED_SHOWN_FOR)
    found = agenda.matching(shown.where(sa.or_(known, cancelled)), filters, now)
    return found.order_by(Event.starts_at, Event.id)


def news(now: datetime, filters: Filters, limit: int) -> Sequence[Event]:
    """For readers of news and other sites: what is to come."""
    found = _to_come(sa.select(Event), now, filters).limit(limit)
    return db.session.scalars(found.options(*_SHOWN)).unique().all()


def news_state(now: datetime, filters: Filters, limit: int) -> State:
    return _rows(_to_come(_STATE, now, filters).limit(limit))


def _to_come(statement: sa.Select[Any], now: datetime, filters: Filters) -> sa.Select[Any]:
    coming = statement.where(agenda.listed_publicly(), Event.ends_at > now)
    return agenda.matching(coming, filters, now).order_by(Event.starts_at, Event.id)


def _rows(statement: sa.Select[Any]) -> State:
    return [tuple(row) for row in db.session.execute(statement)]


def event_by_slug(slug: str) -> Event | None:
    """A public event, for its file."""
    statement = sa.select(Event).where(Event.slug == slug, agenda.listed_publicly())
    return db.session.scalars(statement.options(*_SHOWN)).unique().one_or_none()


def run_by(person_id: int, now: datetime, but: Iterable[int]) -> Sequence[Event]:
    """For the feed of one person: the meetings they organise, lead or speak at, those held by others included; ``but``
    those they are invited to, which are there already."""
    me = sa.select(Person.email, Person.account_id).where(Person.id == person_id).subquery()
    records = sa.select(Person.id).where(
        sa.or_(Person.id == person_id, Person.email == sa.select(me.c.email).scalar_subquery())
    )
    account = sa.select(me.c.account_id).scalar_subquery()
    part = sa.or_(EventMember.person_id.in_(records), EventMember.account_id == account)
    mine = sa.or_(Event.id.in_(sa.select(EventMember.event_id).where(part)), Event.organiser_id == account)
    off = sa.or_(Event.cancelled_at.is_(None), Event.cancelled_at > now - rules.CANCELLED_SHOWN_FOR)
    statement = sa.select(Event).where(mine, off, Event.status.in_(event_rules.VISIBLE), Event.id.not_in(set(but)))
    statement = statement.where(Event.ends_at > now - rules.PAST_SHOWN_FOR).order_by(Event.starts_at, Event.id)
    return db.session.scalars(statement.options(*_SHOWN)).unique().all()


def last_change(now: datetime) -> datetime | None:
    """The latest moment at which a feed may have become another: an event changed, is over, or left it.

    Taken over all events, those that are hidden included: one that is public no more must not stay in a copy.
    """
    left = now - rules.CANCELLED_SHOWN_FOR
    over, gone, off = (
        sa.func.max(sa.case((column <= before, column)))
        for column, before in ((Event.ends_at, now), (Event.ends_at, left), (Event.cancelled_at, left))
    )
    changed, over_at, gone_at, off_at = db.session.execute(
        sa.select(sa.func.max(Event.changed_at), over, gone, off)
    ).one()
    kept = rules.CANCELLED_SHOWN_FOR
    moments = [changed, over_at, gone_at and gone_at + kept, off_at and off_at + kept]
    return max((moment for moment in moments if moment), default=None)
