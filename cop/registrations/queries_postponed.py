"""Whom a postponement concerns: those who wait, or were offered a seat, and were not told, of it or of the new date;
those who kept their seat and have a date again, or learn that there will be none."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cop.core.db import db
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.invitations.models import Invitation, State
from cop.mail.models import MailMessage
from cop.people.models import Person
from cop.registrations.models import Registration
from cop.registrations.rules import Status

# Later, nobody waits for the news any more.
_NEWS: Final = timedelta(days=7)


# Not those who have a seat: of all this their invitation tells them.
_WAIT: Final = Registration.status.in_((Status.WAITLISTED, Status.OFFERED))


def waiting_untold(_now: datetime) -> Sequence[int]:
    """On the waiting list of a postponed event, or asked whether they take a seat; once for each time it is
    postponed."""
    key = (
        sa.literal("registration:")
        + sa.cast(Registration.id, sa.String)
        + ":event_postponed:"
        + sa.cast(Event.calendar_sequence, sa.String)
    )
    statement = (
        sa.select(Registration.id)
        .join(Registration.event)
        .join(Person, Person.id == Registration.person_id)
        .where(Event.status == event_rules.POSTPONED, _WAIT)
        .where(Person.email.is_not(None), ~sa.exists().where(MailMessage.key == key))
    )
    return db.session.scalars(statement.order_by(Registration.id)).all()


def waiting_with_a_date(now: datetime) -> Sequence[int]:
    """The same, once the event has its date: those who were told that it had none, and nothing since."""
    before, since = aliased(MailMessage), aliased(MailMessage)
    theirs = [sa.and_(mail.event_id == Event.id, mail.person_id == Person.id) for mail in (before, since)]
    told_since = sa.exists().where(theirs[1], since.kind == "registrations.new_date", since.id > before.id)
    told_before = sa.exists().where(
        theirs[0],
        before.kind == "registrations.event_postponed",
        before.created_at >= Registration.queued_at,
        ~told_since,
    )
    statement = (
        sa.select(Registration.id)
        .join(Registration.event)
        .join(Person, Person.id == Registration.person_id)
        .where(Event.status == event_rules.PUBLISHED, Event.starts_at > now, _WAIT)
        .where(Person.email.is_not(None), told_before)
    )
    return db.session.scalars(statement.order_by(Registration.id)).all()


def _invited(which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    mine = (Invitation.event_id == Registration.event_id, Invitation.person_id == Registration.person_id)
    return sa.exists().where(*mine, which)


def seated_for_nothing(now: datetime) -> Sequence[int]:
    """With a seat kept at a meeting that was postponed, then cancelled: out of their calendar since, they have to be
    told."""
    key = sa.literal("registration:") + sa.cast(Registration.id, sa.String) + ":event_cancelled"
    knows = sa.or_(Invitation.state == State.REQUESTED, Invitation.told_sequence >= Event.calendar_sequence)
    statement = (
        sa.select(Registration.id)
        .join(Registration.event)
        .join(Person, Person.id == Registration.person_id)
        .where(Event.status == event_rules.CANCELLED, Event.cancelled_at > now - _NEWS)
        .where(Registration.status == Status.CONFIRMED)
        .where(Person.email.is_not(None), _invited(Invitation.state == State.CANCELLED), ~_invited(knows))
        .where(~sa.exists().where(MailMessage.key == key))
    )
    return db.session.scalars(statement.order_by(Registration.id)).all()


def to_invite_again(now: datetime) -> Sequence[int]:
    """With a seat at a meeting that is announced, and out of whose calendar it was taken: it had been postponed."""
    gone, there = (_invited(Invitation.state == state) for state in (State.CANCELLED, State.REQUESTED))
    statement = (
        sa.select(Registration.id)
        .join(Registration.event)
        .join(Person, Person.id == Registration.person_id)
        .where(Event.status == event_rules.PUBLISHED, Event.starts_at > now, Registration.status == Status.CONFIRMED)
        .where(Person.email.is_not(None), gone, ~there)
    )
    return db.session.scalars(statement.order_by(Registration.id)).all()
