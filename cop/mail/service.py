"""Queueing mails. A mail is a row, written in the same transaction as the change it tells of.

``service_delivery`` hands them over.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.utils import parseaddr
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa

from cop.core import clock, links
from cop.core.db import change, db, insert_if_absent, insert_new
from cop.core.settings import current_settings
from cop.host import queries as host
from cop.host.models import Host
from cop.mail import composition, mime
from cop.mail import queries_opposition as oppositions
from cop.mail.composition import Words
from cop.mail.content_lines import one_line
from cop.mail.mime import Attachment, Letter
from cop.mail.models import MailBody, MailMessage, Status, Suppression
from cop.mail.queries_opposition import address_hash
from cop.mail.rules import NOT_AN_ADDRESS, OPPOSED, PRIORITIES

# Of tables, and built once: a mail is queued in the request of whoever registers.
_KNOWN: Final = sa.select(MailMessage.__table__.c.id).where(MailMessage.__table__.c.key == sa.bindparam("key"))
_BODY: Final = sa.insert(MailBody.__table__)
_SUPPRESSED: Final = sa.select(Suppression.__table__.c.id).where(
    Suppression.__table__.c.address_hash == sa.bindparam("hash")
)


def enqueue(
    key: str,
    kind: str,
    category: str,
    recipient: str,
    recipient_name: str,
    template: str,
    values: Mapping[str, Any],
    locale: str,
    *,
    calendar: tuple[str, str] | None = None,
    person_id: int | None = None,
    event_id: int | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    message_id: str | None = None,
    in_reply_to: str | None = None,
    reply_to: str | None = None,
    attachments: Sequence[Attachment] = (),
) -> MailMessage | None:
    """Write one mail to one person; ``None`` when ``key`` was used before, whatever became of that mail.

    ``template`` is ``"<slice>/mail/<name>"``; ``calendar`` is the object's text and its METHOD. A wrong
    template or missing value fails here, before its author's change is kept. An address that cannot
    be written to is recorded as failed, not raised: the change it tells of is right all the same.
    """
    if db.session.execute(_KNOWN, {"key": key}).first():
        return None
    now = clock.now()
    row = {
        "key": key,
        "kind": kind,
        "category": category,
        "priority": PRIORITIES[category],
        "person_id": person_id,
        "event_id": event_id,
        "recipient": recipient.strip(),
        "recipient_name": one_line(recipient_name)[:200],
        "message_id": message_id or new_message_id(),
        "attempts": 0,
        "not_before": not_before or now,
        "expires_at": expires_at,
        "created_at": now,
    }
    stop = oppositions.link_of(recipient, category, person_id)
    origin, body = _word(row, template, values, locale, calendar, stop)
    _address(row, body, origin, in_reply_to, reply_to, tuple(attachments), stop)
    return _insert(row, body)


def _word(
    row: dict[str, Any],
    template: str,
    values: Mapping[str, Any],
    locale: str,
    calendar: tuple[str, str] | None,
    stop: str,
) -> tuple[Address, dict[str, Any]]:
    """Give the mail its subject; returns who it is from, and what it says."""
    origin = _origin(*_sender(host.current_host()))
    words = composition.compose(template, values, locale, _frame(row["category"], stop))
    text, method = calendar or (None, None)
    row.update(sender=origin.addr_spec, subject=words.subject[:500], calendar_method=method)
    return origin, {"text": words.text, "html": words.html, "calendar": text, "raw": None}


def preview(template: str, values: Mapping[str, Any], locale: str, category: str) -> Words:
    """A mail as its reader will see it, shown before it leaves; nothing is written."""
    return composition.compose(template, values, locale, _frame(category, ""))


def _frame(category: str, stop: str) -> dict[str, Any]:
    return {
        "host": host.current_host(),
        "site_url": current_settings().public_url,
        "category": category,
        "data_url": links.absolute_url("privacy.ask"),
        "opposition_url": stop,
    }


@lru_cache(maxsize=4)
def _origin(name: str, email: str) -> Address:
    return mime.address(name, email)


def _insert(row: Mapping[str, Any], body: Mapping[str, Any]) -> MailMessage | None:
    message = insert_new(MailMessage, row, key=["key"])
    if message:  # else the same key, at the same moment: the other one wrote it
        db.session.execute(_BODY, {"mail_id": message.id, **body})
    return message


def new_message_id() -> str:
    """For who must note it before the mail is written, so that later mails can refer to it."""
    return f"<{secrets.token_hex(16)}@{links.public_host()}>"


def _address(
    row: dict[str, Any],
    body: dict[str, Any],
    origin: Address,
    in_reply_to: str | None,
    reply_to: str | None,
    files: tuple[Attachment, ...],
    stop: str,
) -> None:
    """Give the mail its bytes and its first state."""
    try:
        recipient = mime.address(row["recipient_name"], row["recipient"])
    except mime.BadAddress:
        # A reminder job would otherwise try again for ever.
        row.update(recipient=one_line(row["recipient"])[:320], status=Status.FAILED, error=NOT_AN_ADDRESS)
        return
    letter = Letter(
        sender=origin,
        recipient=recipient,
        subject=row["subject"],
        text=body["text"],
        html=body["html"],
        message_id=row["message_id"],
        date=row["created_at"],
        in_reply_to=in_reply_to,
        reply_to=mime.address("", reply_to) if reply_to else None,
        calendar=body["calendar"],
        calendar_method=row["calendar_method"] or "",
        attachments=files,
        unsubscribe=stop,
    )
    body["raw"] = mime.compose(letter)
    row.update(recipient=recipient.addr_spec, status=Status.QUEUED)
    if is_suppressed(recipient.addr_spec):
        row.update(status=Status.SUPPRESSED)
    elif oppositions.refuses(recipient.addr_spec, row["category"], row["person_id"]):
        row.update(status=Status.SUPPRESSED, error=OPPOSED)


def sender() -> tuple[str, str]:
    """Name and address all mails come from; also the organiser of every invitation, so answers have one way."""
    return _sender(host.current_host())


def _sender(organisation: Host | None) -> tuple[str, str]:
    name, email = parseaddr(current_settings().mail_from)
    if organisation:
        return name or organisation.name, email or organisation.email
    return name, email or f"noreply@{links.public_host()}"


def cancel(key: str) -> bool:
    """Take a mail back; true when it had not left."""
    statement = (
        sa.update(MailMessage)
        .where(MailMessage.key == key, MailMessage.status == Status.QUEUED)
        .values(status=Status.CANCELLED)
    )
    return change(statement) > 0


def cancel_all(mail_ids: Iterable[int]) -> set[int]:
    """Those of these mails that had not left, taken back."""
    numbers = list(mail_ids)
    if not numbers:
        return set()
    statement = (
        sa.update(MailMessage)
        .where(MailMessage.id.in_(numbers), MailMessage.status == Status.QUEUED)
        .values(status=Status.CANCELLED)
        .returning(MailMessage.id)
    )
    return set(db.session.scalars(statement.execution_options(synchronize_session=False)))


def is_suppressed(address: str) -> bool:
    return db.session.execute(_SUPPRESSED, {"hash": address_hash(address)}).first() is not None


def suppress(address: str, reason: str) -> None:
    """Send nothing to this address any more, mails already queued included."""
    values = {"address_hash": address_hash(address), "reason": reason, "created_at": clock.now()}
    insert_if_absent(Suppression, values, key=["address_hash"])
    db.session.execute(
        sa.update(MailMessage)
        .where(sa.func.lower(MailMessage.recipient) == address.strip().lower(), MailMessage.status == Status.QUEUED)
        .values(status=Status.SUPPRESSED)
    )


def allow_again(address: str) -> None:
    """The person says the address works again."""
    db.session.execute(sa.delete(Suppression).where(Suppression.address_hash == address_hash(address)))
