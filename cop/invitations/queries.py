"""Whose calendar is behind, and what feeds show."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from cop.core import tokens
from cop.core.db import db
from cop.core.errors import NotFound
from cop.events.models import Event
from cop.invitations import rules
from cop.invitations.models import CalendarFeed, Invitation, State
from cop.people.models import Person


def behind(now: datetime) -> list[int]:
    """Invitations whose event was cancelled, or has changed and then been still for a while.

    Nobody is told about a meeting that is over.
    """
    changed = sa.or_(
        Invitation.told_sequence < Event.calendar_sequence, Invitation.told_revision < Event.calendar_revision
    )
    still = sa.and_(Event.status == "published", Event.changed_at <= now - rules.STILL_FOR, changed)
    return list(
        db.session.scalars(
            sa.select(Invitation.id)
            .join(Event)
            .where(Event.ends_at > now, Invitation.state == State.REQUESTED)
            .where(sa.or_(Event.status == "cancelled", still))
            .order_by(Invitation.id)
        )
    )


def feed_owner(token: str) -> int:
    """The person a feed address belongs to. Raises :class:`NotFound` for an unknown or revoked one."""
    owner = db.session.scalar(
        sa.select(CalendarFeed.person_id).where(
            CalendarFeed.token_hash == tokens.digest(token), CalendarFeed.revoked_at.is_(None)
        )
    )
    if owner is None:
        raise NotFound
    return owner


def has_feed(person_id: int) -> bool:
    statement = sa.select(CalendarFeed.id).where(CalendarFeed.person_id == person_id, CalendarFeed.revoked_at.is_(None))
    return db.session.scalar(statement) is not None


def of_person(person_id: int, now: datetime) -> Sequence[Invitation]:
    """What the person's feed shows: a year back, and for some weeks what was taken out.

    Somebody known by two records under one address sees the meetings of both, as when signed in.
    """
    address = sa.select(Person.email).where(Person.id == person_id).scalar_subquery()
    records = sa.select(Person.id).where(sa.or_(Person.id == person_id, Person.email == address))
    return db.session.scalars(
        sa.select(Invitation)
        .join(Event)
        .where(Invitation.person_id.in_(records), Event.ends_at > now - rules.PAST_SHOWN_FOR)
        .where(sa.or_(Invitation.state == State.REQUESTED, Invitation.last_told_at > now - rules.CANCELLED_SHOWN_FOR))
        .order_by(Event.starts_at, Invitation.id)
        .options(selectinload(Invitation.event).selectinload(Event.half_days), selectinload(Invitation.person))
    ).all()


def public_events(now: datetime) -> Sequence[Event]:
    """What the public feed shows: meetings open to all, the last weeks included, cancelled ones for a while."""
    cancelled = sa.and_(
        Event.status == "cancelled",
        Event.published_at.is_not(None),
        Event.cancelled_at > now - rules.CANCELLED_SHOWN_FOR,
    )
    return db.session.scalars(
        sa.select(Event)
        .where(Event.audience == "public", Event.ends_at > now - rules.CANCELLED_SHOWN_FOR)
        .where(sa.or_(Event.status == "published", cancelled))
        .order_by(Event.starts_at, Event.id)
        .options(selectinload(Event.half_days), selectinload(Event.commune))
    ).all()
