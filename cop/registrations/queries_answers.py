"""What people answered in their calendar, and the answers somebody has to look at."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from cop.core.db import db
from cop.core.errors import NotFound
from cop.invitations import answers
from cop.invitations.models import Invitation
from cop.mail.models_inbox import InboxMail, InboxState
from cop.mail.reading import Kind

HANDLED_SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class Aside:
    """An answer put aside. ``answer``: what could be read of it; ``invitation``: whose it claims to be."""

    mail: InboxMail
    answer: answers.Answer | None
    invitation: Invitation | None

    @property
    def is_counter(self) -> bool:
        return self.mail.kind == Kind.COUNTER

    @property
    def may_be_applied(self) -> bool:
        """Read whole, of an invitation still in force: somebody who knows the person may vouch for it."""
        known = self.answer is not None and self.invitation is not None and not self.is_counter
        return known and self.mail.reason in {"other_sender", "other_attendee"}


def partstats(event_id: int) -> dict[int, tuple[str, datetime]]:
    """What each person answered last in their calendar, and when it was taken; only those who answered."""
    rows = db.session.execute(
        sa.select(Invitation.person_id, Invitation.partstat, Invitation.answer_taken_at)
        .where(Invitation.event_id == event_id, Invitation.answer_taken_at.is_not(None))
        .order_by(Invitation.id)
    )
    return {person_id: (partstat, taken_at) for person_id, partstat, taken_at in rows if taken_at}


def aside(event_id: int) -> list[Aside]:
    """Answers about this event that wait for a person, oldest first."""
    found = sa.select(InboxMail).filter_by(event_id=event_id, state=InboxState.ASIDE).order_by(InboxMail.id)
    return [_read(mail) for mail in db.session.scalars(found)]


def handled(event_id: int) -> list[Aside]:
    """The last ones somebody, or the application, dealt with."""
    settled = InboxMail.state.in_((InboxState.DONE, InboxState.DROPPED))
    found = sa.select(InboxMail).where(InboxMail.event_id == event_id, settled)
    last = found.order_by(InboxMail.handled_at.desc(), InboxMail.id.desc()).limit(HANDLED_SHOWN)
    return [Aside(mail, _answer(mail), None) for mail in db.session.scalars(last)]


def one(event_id: int, mail_id: int) -> Aside:
    """Raises :class:`NotFound`, also for the mail of another event."""
    mail = db.session.scalar(sa.select(InboxMail).filter_by(id=mail_id, event_id=event_id))
    if mail is None:
        raise NotFound
    return _read(mail)


def _read(mail: InboxMail) -> Aside:
    answer = _answer(mail)
    return Aside(mail, answer, db.session.scalar(sa.select(Invitation).filter_by(uid=answer.uid)) if answer else None)


def _answer(mail: InboxMail) -> answers.Answer | None:
    try:
        return answers.read(mail.calendar or b"")
    except answers.Unreadable:
        return None
