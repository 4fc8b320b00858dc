"""Before a mailing leaves: whom it would reach, and how soon."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from cop.core.db import db
from cop.core.settings import current_settings
from cop.mail import rules
from cop.mail.models import MailMessage, Opposition, Status, Suppression
from cop.mail.queries_opposition import address_hash


def unreachable(readers: Iterable[tuple[int, str]], category: str) -> dict[int, str]:
    """Of these people with their addresses, those a mail of this kind would not leave for: ``opposed``, or
    ``given_up`` (mails came back). The same answer as when it is queued, in two statements for all."""
    given_up = set(db.session.scalars(sa.select(Suppression.address_hash)))
    refusals = db.session.execute(
        sa.select(Opposition.address_hash, Opposition.person_id).where(Opposition.category == category)
    ).all()
    addresses, people = {row.address_hash for row in refusals}, {row.person_id for row in refusals}
    found = {}
    for person_id, address in readers:
        fingerprint = address_hash(address) if given_up or addresses else ""
        if fingerprint in given_up:
            found[person_id] = "given_up"
        elif fingerprint in addresses or person_id in people:
            found[person_id] = "opposed"
    return found


def room(now: datetime) -> tuple[int | None, int | None]:
    """How many mails of a mailing may be handed over now, and in a whole day; ``None`` when nobody counts.

    What waits already goes first, and a part of the day is kept for what people asked for themselves.
    """
    quota = current_settings().mail_daily_quota
    if not quota:
        return None, None
    recent = sa.or_(MailMessage.sent_at > now - rules.QUOTA_WINDOW, MailMessage.status == Status.SENDING)
    used, waiting = db.session.execute(
        sa.select(
            sa.func.count().filter(recent),
            sa.func.count().filter(MailMessage.status == Status.QUEUED),
        )
        .select_from(MailMessage)
        .where(sa.or_(recent, MailMessage.status == Status.QUEUED))
    ).one()
    left, whole = rules.allowance(quota, used)[1], rules.allowance(quota, 0)[1]
    return max(0, left - waiting), max(1, whole)
