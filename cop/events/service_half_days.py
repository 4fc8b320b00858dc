"""Calling off one half-day of an event that is held for the rest, and holding it after all."""

from datetime import datetime

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import db
from cop.events import rules_half_days as rules
from cop.events.models import Event, HalfDay


def call_off(half_day: HalfDay, reason: str, *, actor: Actor, now: datetime) -> None:
    """It does not take place; the others do. Pressed twice, it happens once."""
    event = _alone(half_day)
    if half_day.cancelled_at is not None:
        return
    held = len(event.held_half_days)
    rules.check_call_off(status=event.status, starts_at=half_day.starts_at, held=held, now=now)
    half_day.cancelled_at, half_day.cancellation_reason = now, reason
    _note(event, now)
    half_day.cancelled_sequence = event.calendar_sequence
    activity.record(actor, "event.half_day_called_off", event, half_day=half_day.id, registered=event.seats_taken)
    db.session.flush()


def hold_after_all(half_day: HalfDay, *, actor: Actor, now: datetime) -> None:
    event = _alone(half_day)
    if half_day.cancelled_at is None:
        return
    rules.check_restore(status=event.status, starts_at=half_day.starts_at, now=now)
    half_day.cancelled_at, half_day.cancelled_sequence, half_day.cancellation_reason = None, None, ""
    _note(event, now)
    activity.record(actor, "event.half_day_restored", event, half_day=half_day.id)
    db.session.flush()


def tell_at_once(event: Event, *, actor: Actor, now: datetime) -> None:
    """Do not wait for the event to be still: what has changed is told by the next round of the worker."""
    event.tell_asked_at = now
    activity.record(actor, "event.told_at_once", event)
    db.session.flush()


def _alone(half_day: HalfDay) -> Event:
    """The event's row, ours until the end of the transaction: two half-days called off at once must leave one."""
    event: Event = db.session.scalars(
        sa.select(Event).where(Event.id == half_day.event_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()
    db.session.expire(event, ["half_days"])
    db.session.refresh(half_day)
    return event


def _note(event: Event, now: datetime) -> None:
    held = event.held_half_days
    event.starts_at = min(one.starts_at for one in held)
    event.ends_at = max(one.ends_at for one in held)
    event.changed_at = now
    event.calendar_sequence += 1
    event.calendar_revision += 1
    event.version += 1  # whoever has the form open is told
