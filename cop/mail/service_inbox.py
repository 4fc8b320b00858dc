"""Reading the mailbox answers come to: each mail becomes a row, once, and the slices above look at the rows.

A crash between two steps loses nothing and doubles nothing: the row's name is the message's own, and a message
is moved after its row is kept.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import DataError

from cop.core import clock
from cop.core.db import change, db, insert_if_absent
from cop.core.settings import current_settings
from cop.core.unit_of_work import unit_of_work
from cop.host import queries_retention as retention
from cop.mail import imap, reading, service
from cop.mail.models import MailMessage, Status
from cop.mail.models_inbox import InboxMail, InboxMark, InboxState
from cop.mail.reading import Bounce, Incoming, Kind
from cop.mail.rules import is_unknown_user

_LOG: Final = logging.getLogger(__name__)
# What the application deals with leaves the folder; people's own words stay there, unread.
_MOVED: Final = frozenset({Kind.ANSWER, Kind.COUNTER, Kind.BOUNCE})
# A report on a mail older than this tells of something long settled.
_BOUNCES_WITHIN: Final = timedelta(days=14)


def read_mailbox(now: datetime) -> int:
    """Take in what is new; how many mails. Nothing when no mailbox is set up: all works without one."""
    settings = current_settings()
    if not settings.inbox_server:
        return 0
    try:
        with imap.opened(settings) as mailbox:
            return _take_in(mailbox, settings.inbox_folder, settings.inbox_done_folder, now)
    except imap.Unreachable as error:
        _note_failure(settings.inbox_folder, str(error))
        raise


def _take_in(mailbox: imap.Mailbox, folder: str, done: str, now: datetime) -> int:
    with unit_of_work():
        last = _mark(folder, mailbox.uid_validity, now).last_uid
    taken = 0
    for uid in mailbox.after(last):
        raw = mailbox.fetch(uid, reading.LARGEST + 1)
        incoming = _read(raw) if raw else None
        try:
            _keep_and_mark(incoming, mailbox.uid_validity, folder, uid, now)
        except (ValueError, DataError):  # something in it no database takes: its place is kept, not its words
            incoming = Incoming(Kind.UNREADABLE)
            _keep_and_mark(incoming, mailbox.uid_validity, folder, uid, now)
        if incoming is not None and incoming.kind in _MOVED:
            mailbox.move(uid, done)
        taken += 1
    return taken


def _read(raw: bytes) -> Incoming:
    """One mail that stops the reader must not stop the mailbox: it waits for a person, like any other."""
    try:
        return reading.read(raw)
    except Exception:
        _LOG.exception("a mail could not be read")
        return Incoming(Kind.UNREADABLE)


def _keep_and_mark(incoming: Incoming | None, uid_validity: int, folder: str, uid: int, now: datetime) -> None:
    with unit_of_work():
        if incoming is not None:
            keep(incoming, f"{folder}:{uid_validity}:{uid}", now)
        _mark(folder, uid_validity, now).last_uid = uid


def _mark(folder: str, uid_validity: int, now: datetime) -> InboxMark:
    mark = db.session.scalar(sa.select(InboxMark).where(InboxMark.folder == folder))
    if mark is None:
        mark = InboxMark(folder=folder, uid_validity=uid_validity, last_uid=0, read_at=now)
        db.session.add(mark)
    if mark.uid_validity != uid_validity:
        mark.uid_validity, mark.last_uid = uid_validity, 0
    mark.read_at, mark.error = now, ""
    db.session.flush()
    return mark


def _note_failure(folder: str, words: str) -> None:
    with unit_of_work():
        db.session.execute(sa.update(InboxMark).where(InboxMark.folder == folder).values(error=words[:500]))


def keep(incoming: Incoming, place: str, now: datetime) -> bool:
    """Write the row of a mail that came in, and deal with what is about mails themselves. False: it was there."""
    state, reason = _first_state(incoming)
    values = {
        "place": place,
        "message_id": incoming.message_id,
        "kind": incoming.kind,
        "state": state,
        "reason": reason,
        "sender": incoming.sender,
        "sender_name": incoming.sender_name,
        "subject": incoming.subject,
        "automatic": incoming.automatic,
        "text": incoming.text,
        "calendar": incoming.calendar,
        "received_at": now,
        "handled_at": None if state == InboxState.NEW else now,
    }
    if not insert_if_absent(InboxMail, values, key=["place"]):
        return False
    for bounce in incoming.bounces:
        _apply_bounce(bounce, now)
    return True


def _first_state(incoming: Incoming) -> tuple[InboxState, str]:
    """What is about an invitation waits for the slice that knows invitations; the rest is told apart here."""
    if incoming.kind in {Kind.ANSWER, Kind.COUNTER}:
        return InboxState.NEW, ""
    if incoming.kind == Kind.BOUNCE:
        return (InboxState.DONE, "") if incoming.bounces else (InboxState.DROPPED, "no_recipient")
    if incoming.kind == Kind.AUTOMATIC:
        return InboxState.DROPPED, "automatic"
    return InboxState.ASIDE, incoming.kind.value


def _apply_bounce(bounce: Bounce, now: datetime) -> None:
    """Note that a mail of ours came back. Only for a mail we sent, to the address we sent it to: whoever forges a
    report cannot keep somebody else from being written to without knowing both."""
    if not bounce.final or not bounce.original_message_id:
        return
    returned = (
        sa.update(MailMessage)
        .where(MailMessage.message_id == bounce.original_message_id)
        .where(sa.func.lower(MailMessage.recipient) == bounce.recipient)
        .where(MailMessage.status == Status.SENT, MailMessage.sent_at >= now - _BOUNCES_WITHIN)
        .values(status=Status.FAILED, error=f"came back: {bounce.status}")
    )
    if change(returned) and is_unknown_user(550, bounce.status):
        service.suppress(bounce.recipient, f"bounced {bounce.status}")


def settle(mail: InboxMail, state: InboxState, reason: str = "") -> None:
    """What became of it, said by the slice that dealt with it."""
    mail.state, mail.reason, mail.handled_at = state, reason, clock.now()
    db.session.flush()


def erase_contents(now: datetime) -> int:
    """Forget what was written; that an answer came, and what became of it, stays with the registration."""
    too_old = InboxMail.received_at < retention.too_old("mail_body", now)
    old = sa.update(InboxMail).where(InboxMail.erased_at.is_(None), too_old)
    settled = old.where(InboxMail.state.in_((InboxState.DONE, InboxState.DROPPED)))
    return change(settled.values(text="", calendar=None, sender_name="", erased_at=now))
