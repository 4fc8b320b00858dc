"""The life of an event between its draft and its end: approved or sent back, postponed, closed."""

from datetime import datetime

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import change, db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import mails, queries, queries_life, rules, rules_life, service
from cop.events.models import Event


def announce(event: Event, *, may_approve: bool, actor: Actor, now: datetime) -> None:
    """Publish; or, if its kind wants somebody's approval and the actor may not give it, hand the event over for it."""
    if rules_life.has_to_wait(event.status, wanted=event.kind.approval, may_approve=may_approve):
        submit(event, actor=actor, now=now)
    else:
        service.publish(event, actor=actor, now=now)


def submit(event: Event, *, actor: Actor, now: datetime) -> None:
    """Ready to be published: whoever may approve is told by mail, once, and finds it on their desk."""
    if event.status == rules.SUBMITTED:
        return
    rules.check_publishable(queries.description_of(event), now)
    event.status, event.submitted_at, event.review_note = rules.SUBMITTED, now, ""
    event.version += 1
    activity.record(actor, "event.submitted", event)
    db.session.flush()
    for account in queries_life.who_may_approve(event):
        if account.id != actor.account_id:
            mails.submitted(event, account)


def approve(event: Event, *, version: int, actor: Actor, now: datetime) -> None:
    """Publish what was submitted, as it was read: changed meanwhile, it is to be read again."""
    if event.status == rules.PUBLISHED:
        return
    _decide(event, version)
    submitters = queries_life.who_submitted(event)
    service.publish(event, actor=actor, now=now)
    activity.record(actor, "event.approved", event)
    for account in submitters:
        if account.id != actor.account_id:
            mails.approved(event, account)


def send_back(event: Event, sentence: str, *, version: int, actor: Actor, now: datetime) -> None:
    """A draft again, with what is to be changed before it is published."""
    if not sentence:
        raise Refused(_l("Say in a sentence what is to be changed."), "sentence")
    _decide(event, version)
    submitters = queries_life.who_submitted(event)
    event.status, event.review_note, event.changed_at = rules.DRAFT, sentence, now
    activity.record(actor, "event.sent_back", event)
    db.session.flush()
    for account in submitters:
        if account.id != actor.account_id:
            mails.sent_back(event, account, now)


def _decide(event: Event, version: int) -> None:
    claimed = sa.update(Event).where(Event.id == event.id, Event.version == version, Event.status == rules.SUBMITTED)
    done = change(claimed.values(version=Event.version + 1).execution_options(synchronize_session=False))
    db.session.refresh(event)
    if not done:
        raise Refused(_l("This event was changed since you opened the page: read it again, then decide."))


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
