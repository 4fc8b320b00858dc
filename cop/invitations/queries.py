"""Whose calendar is behind, and what feeds show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from cop.core import tokens
from cop.core.db import db
from cop.core.errors import NotFound
from cop.events import rules as event_rules
from cop.events.models import Event, HalfDay
from cop.invitations import rules
from cop.invitations.models import CalendarFeed, Invitation, State
from cop.people.models import Person


def behind(now: datetime) -> list[int]:
    """Invitations whose event was cancelled or postponed, or has changed and then been still for a while.

    Nobody is told about a meeting that is over; somebody asked may have people told at once.
    """
    at_once = sa.and_(Event.tell_asked_at.is_not(None), Event.tell_asked_at >= Event.changed_at)
    still = sa.or_(Event.changed_at <= now - rules.STILL_FOR, at_once)
    due = sa.and_(Event.status == "published", still, _CHANGED)
    return list(
        db.session.scalars(
            sa.select(Invitation.id)
            .join(Event)
            .where(_not_over(now), Invitation.state == State.REQUESTED)
            .where(sa.or_(Event.status.in_(event_rules.OFF), due))
            .order_by(Invitation.id)
        )
    )


_CHANGED: Final = sa.or_(
    Invitation.told_sequence < Event.calendar_sequence, Invitation.told_revision < Event.calendar_revision
)


def _not_over(now: datetime) -> sa.ColumnElement[bool]:
    """When its last half-days are called off, an event may be over that people still expect to go on."""
    expected = sa.exists().where(HalfDay.event_id == Event.id, HalfDay.cancelled_at.is_not(None), HalfDay.ends_at > now)
    return sa.or_(Event.ends_at > now, expected)


@dataclass(frozen=True, slots=True)
class Pending:
    """Who is going to be told of what has changed. ``plans``: how many of them of another date, hour, place or link;
    the others of a mere correction. ``sample``: whose mail is shown."""

    count: int
    plans: int
    at: datetime
    sample: Invitation

    @property
    def corrections_only(self) -> bool:
        return not self.plans


def pending(event: Event, now: datetime) -> Pending | None:
    """The change of a published event that people have not been told of yet; ``None`` when all know."""
    if event.status != "published":
        return None
    waiting = (
        sa.select(Invitation).join(Event).where(Event.id == event.id, Invitation.state == State.REQUESTED, _CHANGED)
    ).where(_not_over(now))
    plans = sa.func.sum(sa.case((Invitation.told_sequence < Event.calendar_sequence, 1), else_=0))
    count, of_plans = db.session.execute(waiting.with_only_columns(sa.func.count(), plans)).one()
    if not count:
        return None
    first = waiting.join(Invitation.person).order_by(Person.family_name, Person.given_name, Invitation.id).limit(1)
    asked = event.tell_asked_at is not None and event.tell_asked_at >= event.changed_at
    at = now if asked else max(now, event.changed_at + rules.STILL_FOR)
    return Pending(count, of_plans or 0, at, db.session.scalars(first).one())


def pending_people(event_id: int) -> Sequence[Person]:
    """Those behind, by name."""
    statement = (
        sa.select(Person)
        .join(Invitation, Invitation.person_id == Person.id)
        .join(Event, Event.id == Invitation.event_id)
        .where(Event.id == event_id, Invitation.state == State.REQUESTED, _CHANGED)
    )
    return db.session.scalars(statement.order_by(Person.family_name, Person.given_name, Person.id)).all()


def sample(event_id: int) -> Invitation | None:
    """One of the people who hold the event in their calendar: whose mail is shown beforehand."""
    statement = sa.select(Invitation).join(Invitation.person)
    statement = statement.where(Invitation.event_id == event_id, Invitation.state == State.REQUESTED)
    return db.session.scalar(statement.order_by(Person.family_name, Person.given_name, Invitation.id).limit(1))


def in_calendars(event_id: int) -> int:
    """How many people hold the event in their calendar: those a change reaches."""
    statement = sa.select(sa.func.count()).select_from(Invitation)
    return db.session.scalar(statement.where(Invitation.event_id == event_id, Invitation.state == State.REQUESTED)) or 0


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
