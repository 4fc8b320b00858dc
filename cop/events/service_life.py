"""The life of an event between its draft and its end: approved, postponed, closed."""

from datetime import datetime

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import db
from cop.events import mails, queries_life, rules, rules_life, service, service_approval
from cop.events.models import Event


def approve(event: Event, *, version: int, actor: Actor, now: datetime) -> None:
    """Publish what was submitted, as it was read: changed meanwhile, it is to be read again."""
    if event.status == rules.PUBLISHED:
        return
    service_approval.decide(event, version)
    submitters = queries_life.who_submitted(event)
    service.publish(event, actor=actor, now=now)
    activity.record(actor, "event.approved", event)
    for account in submitters:
        if account.id != actor.account_id:
            mails.approved(event, account)


def postpone(event: Event, reason: str, *, actor: Actor, now: datetime) -> None:
    """The date no longer holds and the new one is not known. Seats are kept; calendars are told by the job."""
    if event.status == rules.POSTPONED:
        return
    rules_life.check_postponable(event.status, event.ends_at, now)
    event.status, event.cancellation_reason, event.changed_at = rules.POSTPONED, reason, now
    event.calendar_sequence += 1
    event.calendar_revision += 1
    event.version += 1
    activity.record(actor, "event.postponed", event, registered=event.seats_taken, waiting=event.waiting)
    db.session.flush()


def close(event: Event, *, actor: Actor, now: datetime) -> None:
    """Its figures are final: the attendance of each half-day is closed, and stays so."""
    if event.closed_at is not None:
        return
    rules_life.check_closable(event.status, queries_life.still_open(event), event.ends_at, now)
    event.closed_at, event.closed_by_id = now, actor.account_id
    activity.record(actor, "event.closed", event)
    db.session.flush()


def reopen(event: Event, *, actor: Actor) -> None:
    if event.closed_at is None:
        return
    event.closed_at = event.closed_by_id = None
    activity.record(actor, "event.reopened", event)
    db.session.flush()
