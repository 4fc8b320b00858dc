"""Keeping the outbox tidy: what is stuck, too late, or old enough to be forgotten."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from cop.core.db import change, db
from cop.host import queries_retention as retention
from cop.mail import rules
from cop.mail.models import MailBody, MailMessage, Status

_MAIL: Final[Any] = MailMessage.__table__
_BODIES: Final[Any] = MailBody.__table__
_AT_REST: Final = (Status.SENT, Status.FAILED, Status.CANCELLED, Status.EXPIRED, Status.SUPPRESSED)


def requeue_stuck(now: datetime) -> int:
    """Give back the mails of a worker that died: at least once, so one of them may arrive twice.

    A mail that was being sent each time a worker died has had its tries.
    """
    stuck = (_MAIL.c.status == Status.SENDING, _MAIL.c.sending_since <= now - rules.STUCK_AFTER)
    spent = _MAIL.c.attempts > len(rules.LADDER)
    _set(*stuck, spent, status=Status.FAILED, sending_since=None, error="interrupted at every try")
    return _set(*stuck, status=Status.QUEUED, sending_since=None)


def expire(now: datetime) -> int:
    """A reminder of what has begun helps nobody."""
    return _set(_MAIL.c.status == Status.QUEUED, _MAIL.c.expires_at <= now, status=Status.EXPIRED)


def erase_bodies(now: datetime) -> int:
    """Forget what was written, keep that it was: links, names and places have served."""
    old = (
        _MAIL.c.bodies_erased_at.is_(None),
        _MAIL.c.created_at < retention.too_old("mail_body", now),
        _MAIL.c.status.in_(_AT_REST),
    )
    db.session.execute(sa.delete(_BODIES).where(_BODIES.c.mail_id.in_(sa.select(_MAIL.c.id).where(*old))))
    return _set(*old, bodies_erased_at=now)


def _set(*conditions: Any, **values: Any) -> int:
    return change(sa.update(_MAIL).where(*conditions).values(**values))
