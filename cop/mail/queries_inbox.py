"""Reading what came in."""

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination

from cop.core.db import db
from cop.core.errors import NotFound
from cop.mail.models_inbox import InboxMail, InboxMark, InboxState

_WAITING = (InboxMail.state == InboxState.ASIDE, InboxMail.event_id.is_(None))


def waiting(page: int, per_page: int) -> Pagination:
    """Mails about no event that somebody should look at, newest first."""
    found = sa.select(InboxMail).where(*_WAITING).order_by(InboxMail.id.desc())
    return db.paginate(found, page=page, per_page=per_page, error_out=False)


def events_asked() -> sa.Select[int | None]:
    """The events one of whose answers waits for a person."""
    return sa.select(InboxMail.event_id).where(InboxMail.state == InboxState.ASIDE, InboxMail.event_id.is_not(None))


def asked_of(event_id: int) -> int:
    """How many answers about this event wait for a person."""
    asked = sa.select(sa.func.count()).select_from(InboxMail).filter_by(event_id=event_id, state=InboxState.ASIDE)
    return db.session.scalar(asked) or 0


def waiting_one(number: int) -> InboxMail:
    """Raises :class:`NotFound`, also when it was dealt with."""
    mail: InboxMail | None = db.session.scalar(sa.select(InboxMail).where(InboxMail.id == number, *_WAITING))
    if mail is None:
        raise NotFound
    return mail


def mark() -> InboxMark | None:
    """How far the mailbox was read, and when."""
    return db.session.scalar(sa.select(InboxMark).order_by(InboxMark.read_at.desc()).limit(1))
