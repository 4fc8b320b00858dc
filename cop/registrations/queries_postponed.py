"""Whom a postponement concerns: those who wait and were not told, those who kept their seat and have a date again."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from cop.core.db import db
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.invitations.models import Invitation, State
from cop.mail.models import MailMessage
from cop.people.models import Person
from cop.registrations.models import Registration
from cop.registrations.rules import Status


def waiting_untold(_now: datetime) -> Sequence[int]:
    """On the waiting list of a postponed event; once for each time it is postponed."""
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
        .where(Event.status == event_rules.POSTPONED, Registration.status == Status.WAITLISTED)
        .where(Person.email.is_not(None), ~sa.exists().where(MailMessage.key == key))
    )
    return db.session.scalars(statement.order_by(Registration.id)).all()


def to_invite_again(now: datetime) -> Sequence[int]:
    """With a seat at a meeting that is announced, and out of whose calendar it was taken: it had been postponed."""

    def invited(state: State) -> sa.ColumnElement[bool]:
        return sa.exists().where(
            Invitation.event_id == Registration.event_id,
            Invitation.person_id == Registration.person_id,
            Invitation.state == state,
        )

    statement = (
        sa.select(Registration.id)
        .join(Registration.event)
        .join(Person, Person.id == Registration.person_id)
        .where(Event.status == event_rules.PUBLISHED, Event.starts_at > now, Registration.status == Status.CONFIRMED)
        .where(Person.email.is_not(None), invited(State.CANCELLED), ~invited(State.REQUESTED))
    )
    return db.session.scalars(statement.order_by(Registration.id)).all()
