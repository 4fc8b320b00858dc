"""Forgetting to whom mails went; those that still have to leave go first."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from cop.core.db import db
from cop.mail.models import Category, MailBody, MailMessage, Status

_AT_WORK: Final = (Status.QUEUED, Status.SENDING)
_BLANK: Final[dict[str, Any]] = {"recipient": "", "recipient_name": "", "subject": "", "error": None}


def forget(person_ids: Sequence[int], addresses: Collection[str], now: datetime) -> None:
    """Blank the mails of these people, and of their addresses; what still has to leave is blanked afterwards.

    What they asked for themselves leaves (the meeting taken out of their calendar); reminders and news do not.
    """
    theirs = sa.or_(MailMessage.person_id.in_(person_ids), sa.func.lower(MailMessage.recipient).in_(addresses))
    queued = sa.update(MailMessage).where(theirs, MailMessage.status == Status.QUEUED)
    db.session.execute(queued.where(MailMessage.category != Category.SERVICE).values(status=Status.CANCELLED))
    # A mail about the account names no person: noted, so that it is found once it has left.
    nobody = sa.update(MailMessage).where(theirs, MailMessage.person_id.is_(None))
    db.session.execute(nobody.values(person_id=person_ids[0]))
    _blank(MailMessage.person_id.in_(person_ids), now)


def left_to_forget(limit: int = 500) -> list[int]:
    """Mails of people who were forgotten, that have left since."""
    people = db.metadata.tables["person"]
    gone = sa.select(people.c.id).where(people.c.anonymised_at.is_not(None))
    statement = sa.select(MailMessage.id).where(
        MailMessage.person_id.in_(gone), MailMessage.recipient != "", MailMessage.status.not_in(_AT_WORK)
    )
    return list(db.session.scalars(statement.order_by(MailMessage.id).limit(limit)))


def forget_one(message_id: int, now: datetime) -> None:
    _blank(MailMessage.id == message_id, now)


def forget_keys(prefix: str, now: datetime) -> None:
    """Mails whose keys begin so: what has not left stays, and nothing is kept of what they said, nor to whom."""
    theirs = MailMessage.key.startswith(prefix, autoescape=True)
    queued = sa.update(MailMessage).where(theirs, MailMessage.status == Status.QUEUED)
    db.session.execute(queued.values(status=Status.CANCELLED), execution_options={"synchronize_session": False})
    _blank(theirs, now)


def _blank(which: sa.ColumnElement[bool], now: datetime) -> None:
    at_rest = sa.and_(which, MailMessage.status.not_in(_AT_WORK))
    numbers = sa.select(MailMessage.id).where(at_rest)
    db.session.execute(sa.delete(MailBody).where(MailBody.mail_id.in_(numbers)))
    values = {**_BLANK, "bodies_erased_at": now}
    db.session.execute(
        sa.update(MailMessage).where(at_rest).values(values), execution_options={"synchronize_session": False}
    )
