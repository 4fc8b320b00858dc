"""Reading registrations: of an event, of a person, and who is next in line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.core.db import db
from cop.core.errors import NotFound
from cop.events.models import Event
from cop.events.models_series import EventSeries
from cop.invitations.models import Invitation, State
from cop.people.models import Person, PracticeSite
from cop.registrations import rules
from cop.registrations.models import Registration
from cop.registrations.rules import Status


def door(event: Event, now: datetime) -> rules.Door:
    """What the event offers at this moment."""
    return rules.door(
        status=event.status,
        attendance=event.kind.attendance,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        capacity=event.all_seats,
        seats_taken=event.seats_taken,
        now=now,
        closes_at=event.registration_closes_at,
        outside=bool(event.outside_url),
    )


def of(event_id: int, person_id: int) -> Registration:
    """Raises :class:`NotFound` when the person never registered. A merged record answers by the one it is in."""
    statement = sa.select(Registration).where(Registration.event_id == event_id, Registration.person_id == person_id)
    found: Registration | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        merged_into = db.session.scalar(sa.select(Person.merged_into_id).where(Person.id == person_id))
        if merged_into is None:
            raise NotFound
        return of(event_id, merged_into)
    return found


@dataclass(frozen=True, slots=True)
class Lists:
    """Everybody of an event: those with a seat by name, those who were offered one and those who wait in order, those
    who gave up."""

    confirmed: Sequence[Registration]
    offered: Sequence[Registration]
    waiting: Sequence[Registration]
    cancelled: Sequence[Registration]


def of_event(event_id: int) -> Lists:
    statement = (
        sa.select(Registration)
        .join(Registration.person)
        .where(Registration.event_id == event_id)
        .order_by(Person.family_name, Person.given_name, Registration.id)
        .options(
            joinedload(Registration.person).joinedload(Person.profession),
            joinedload(Registration.person).selectinload(Person.sites).joinedload(PracticeSite.commune),
        )
    )
    rows = db.session.scalars(statement).unique().all()
    by_arrival = sorted(rows, key=lambda r: (r.queued_at, r.id))
    return Lists(
        confirmed=[r for r in rows if r.status == Status.CONFIRMED],
        offered=[r for r in by_arrival if r.status == Status.OFFERED],
        waiting=[r for r in by_arrival if r.status == Status.WAITLISTED],
        cancelled=[r for r in rows if r.status == Status.CANCELLED],
    )


def of_people(person_ids: Sequence[int]) -> Sequence[Registration]:
    """All registrations of a member, latest event first."""
    statement = (
        sa.select(Registration)
        .join(Registration.event)
        .where(Registration.person_id.in_(person_ids))
        .order_by(Event.starts_at.desc(), Registration.id)
        .options(
            joinedload(Registration.event).joinedload(Event.kind),
            joinedload(Registration.event).joinedload(Event.commune),
            joinedload(Registration.event).selectinload(Event.half_days),
        )
    )
    return db.session.scalars(statement).unique().all()


# --- What jobs find -------------------------------------------------------------------------------


def declined(now: datetime) -> Sequence[int]:
    """Seats of people who declined in their calendar, before the event begins."""
    statement = (
        sa.select(Registration.id)
        .join(Registration.event)
        .join(
            Invitation,
            sa.and_(
                Invitation.event_id == Registration.event_id,
                Invitation.person_id == Registration.person_id,
                Invitation.state == State.REQUESTED,
                Invitation.partstat == "DECLINED",
            ),
        )
        .where(Registration.status == Status.CONFIRMED, Event.status == "published", Event.starts_at > now)
        # No to one seminar gives back no seat of its cycle: the answer is shown to those who run it.
        .where(Event.series_id.is_(None) | Event.series_id.not_in(sa.select(EventSeries.id).where(EventSeries.cycle)))
    )
    return db.session.scalars(statement.order_by(Registration.id)).all()


def waiting_for_nothing(now: datetime) -> Sequence[int]:
    """Registrations on the waiting list, or with a seat on offer, of an event that was cancelled; after its date, when
    it had been put off."""
    waits = (Status.WAITLISTED, Status.OFFERED)
    statement = (
        sa.select(Registration.id)
        .join(Registration.event)
        .where(Registration.status.in_(waits), Event.status == "cancelled")
        .where(sa.or_(Event.ends_at > now, Event.ends_at < Event.cancelled_at))
    )
    return db.session.scalars(statement.order_by(Registration.id)).all()
