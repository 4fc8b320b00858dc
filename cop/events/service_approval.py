"""Waiting for a yes before an event is announced: handed over, or sent back. The yes is ``service_life.approve``."""

from datetime import datetime

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import change, db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import mails, queries, queries_life, rules
from cop.events.models import Event


def submit(event: Event, *, actor: Actor, now: datetime) -> None:
    """Ready to be published: whoever may approve is told by mail, once, and finds it on their desk.

    The dates of a series handed over together make one mail: that of the first.
    """
    if event.status == rules.SUBMITTED:
        return
    rules.check_publishable(queries.description_of(event), now)
    event.status, event.submitted_at, event.review_note = rules.SUBMITTED, now, ""
    event.version += 1
    activity.record(actor, "event.submitted", event)
    db.session.flush()
    if queries_life.sibling_waits(event):
        return
    for account in queries_life.who_may_approve(event):
        if account.id != actor.account_id:
            mails.submitted(event, account)


def send_back(event: Event, sentence: str, *, version: int, actor: Actor, now: datetime) -> None:
    """A draft again, with what is to be changed before it is published."""
    if not sentence:
        raise Refused(_l("Say in a sentence what is to be changed."), "sentence")
    decide(event, version)
    submitters = queries_life.who_submitted(event)
    event.status, event.review_note, event.changed_at = rules.DRAFT, sentence, now
    activity.record(actor, "event.sent_back", event)
    db.session.flush()
    for account in submitters:
        if account.id != actor.account_id:
            mails.sent_back(event, account, now)


def decide(event: Event, version: int) -> None:
    """Claim the right to say yes or no to what was read; the row stays ours until the end of the transaction."""
    claimed = sa.update(Event).where(Event.id == event.id, Event.version == version, Event.status == rules.SUBMITTED)
    done = change(claimed.values(version=Event.version + 1).execution_options(synchronize_session=False))
    db.session.refresh(event)
    if not done:
        raise Refused(_l("This event was changed since you opened the page: read it again, then decide."))
