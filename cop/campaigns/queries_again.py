"""Whose mail did not arrive, and whether it may be written once more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cop.campaigns import queries_answers, rules
from cop.campaigns.models import Campaign, Recipient
from cop.campaigns.rules import Answer, Held, Tried
from cop.core import clock
from cop.core.db import db
from cop.core.errors import NotFound
from cop.invitations.models_guests import Guest
from cop.mail import queries_reach as reach
from cop.mail.models import Category, MailMessage
from cop.mail.rules import may_pass_later
from cop.people.models import Person


@dataclass(frozen=True, slots=True)
class Lost:
    """``held``: why nothing more is written, if so."""

    recipient_id: int
    mail_id: int
    held: Held | None


def of_people(event_id: int, person_ids: Iterable[int], now: datetime) -> Mapping[int, Lost]:
    """Of these guests, those whose last mail did not arrive; in a constant number of statements."""
    numbers = list(person_ids)
    if not numbers:
        return {}
    who = (Person.id, Person.email, Campaign.state, Recipient.id, MailMessage.id, MailMessage.sent_at)
    tried = (MailMessage.recipient, MailMessage.error, MailMessage.created_at, MailMessage.not_before)
    last: Any = sa.select(*who, *tried)
    lost = queries_answers.joined(last, event_id).where(
        queries_answers.ANSWER == Answer.UNREACHED, Guest.person_id.in_(numbers), Person.anonymised_at.is_(None)
    )
    rows = [tuple(row) for row in db.session.execute(lost)]
    if not rows:
        return {}
    by_mail = reach.unreachable(((row[0], row[1]) for row in rows if row[1]), Category.COMMUNITY)
    return {row[0]: _lost(row, by_mail.get(row[0]), now) for row in rows}


def _lost(row: tuple[Any, ...], by_mail: str | None, now: datetime) -> Lost:
    _person, email, state, recipient_id, mail_id, sent_at, written_to, error, created_at, not_before = row
    # The last try of a mail that was tried for hours began when it was due again.
    last = max(at for at in (sent_at, created_at, not_before) if at)
    tried = Tried(email or "", written_to, may_pass_later(error), clock.local_date(last), state)
    return Lost(recipient_id, mail_id, rules.held(tried, by_mail, clock.local_date(now)))


def of_guest(event_id: int, person_id: int, now: datetime) -> Lost | None:
    """``None`` when their last mail is not lost: it arrived, is on its way again, or they have answered.

    Raises :class:`NotFound` for somebody who is no guest of this event.
    """
    found = of_people(event_id, [person_id], now).get(person_id)
    guest = sa.select(Guest.id).where(Guest.event_id == event_id, Guest.person_id == person_id)
    if found is None and db.session.scalar(guest) is None:
        raise NotFound
    return found
