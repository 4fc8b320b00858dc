"""Reading the outbox: what is due, how it stands, and the local mailbox."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination

from cop.core.db import db
from cop.core.errors import NotFound
from cop.mail.models import MailGate, MailMessage, Status
from cop.mail.rules import QUOTA_WINDOW


@dataclass(frozen=True, slots=True)
class Health:
    """How the outbox stands. ``waiting``: due and not yet sent; ``unreachable``: why the server does not answer."""

    waiting: int
    oldest_waiting: datetime | None
    failed: int
    sent: int
    unreachable: str | None
    closed_until: datetime | None


def due_count(now: datetime) -> int:
    """How many mails could leave now; none while the mail server is left alone."""
    closed = sa.select(MailGate.id).where(MailGate.closed_until > now)
    if db.session.scalar(closed):
        return 0
    return db.session.scalar(sa.select(sa.func.count()).select_from(MailMessage).where(*_due(now))) or 0


def _due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        MailMessage.status == Status.QUEUED,
        MailMessage.not_before <= now,
        sa.or_(MailMessage.expires_at.is_(None), MailMessage.expires_at > now),
    )


def health(now: datetime) -> Health:
    """For the page that says in plain words how the system is; failures and sendings of the last 24 hours."""
    waiting, oldest = db.session.execute(
        sa.select(sa.func.count(MailMessage.id), sa.func.min(MailMessage.not_before, type_=MailMessage.not_before.type))
        .where(*_due(now))
    ).one()  # fmt: skip
    since = now - QUOTA_WINDOW
    failed = _count(MailMessage.status == Status.FAILED, MailMessage.created_at > since)
    sent = _count(MailMessage.sent_at > since)
    gate = db.session.scalar(sa.select(MailGate).limit(1))
    shut = gate if gate and gate.failures else None
    return Health(waiting, oldest, failed, sent, shut.error if shut else None, shut.closed_until if shut else None)


def _count(*conditions: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(MailMessage).where(*conditions)) or 0


def page_of_mails(page: int, per_page: int, recipient: str = "") -> Pagination:
    """The newest mails; ``recipient`` keeps those of one address."""
    found = sa.select(MailMessage)
    if recipient:
        found = found.where(sa.func.lower(MailMessage.recipient) == recipient.strip().lower())
    newest = found.order_by(MailMessage.created_at.desc(), MailMessage.id.desc())
    return db.paginate(newest, page=page, per_page=per_page, max_per_page=per_page, error_out=False)


def message(message_id: int) -> MailMessage:
    """Raises :class:`NotFound`."""
    found = db.session.get(MailMessage, message_id)
    if found is None:
        raise NotFound
    return found
