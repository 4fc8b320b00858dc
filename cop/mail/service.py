"""Queueing mails. A mail is a row, written in the same transaction as the change it tells of.

``service_delivery`` hands them over.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cop.core import clock, links
from cop.core.db import change, db, insert_if_absent
from cop.core.settings import current_settings
from cop.host import queries as host
from cop.host.models import Host
from cop.mail import composition, mime
from cop.mail.content_lines import one_line
from cop.mail.mime import Attachment, Letter
from cop.mail.models import MailBody, MailMessage, Status, Suppression
from cop.mail.rules import PRIORITIES


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
    attachments: Sequence[Attachment] = (),
) -> MailMessage | None:
    """Write one mail to one person; ``None`` when ``key`` was used before, whatever became of that mail.

    ``template`` is ``"<slice>/mail/<name>"``; ``calendar`` is the object's text and its METHOD. A wrong
    template or missing value fails here, before its author's change is kept. An address that cannot
    be written to is recorded as failed, not raised: the change it tells of is right all the same.
    """
    if db.session.scalar(sa.select(MailMessage.id).where(MailMessage.key == key)):
        return None
    now = clock.now()
    message = MailMessage(
        key=key,
        kind=kind,
        category=category,
        priority=PRIORITIES[category],
        person_id=person_id,
        event_id=event_id,
        recipient=recipient.strip(),
        recipient_name=one_line(recipient_name)[:200],
        message_id=message_id or new_message_id(),
        attempts=0,
        not_before=not_before or now,
        expires_at=expires_at,
        created_at=now,
    )
    origin = _word(message, template, values, locale, calendar)
    _address(message, origin, in_reply_to, tuple(attachments))
    return _insert(message)


def _word(
    message: MailMessage, template: str, values: Mapping[str, Any], locale: str, calendar: tuple[str, str] | None
) -> Address:
    """Give the mail its subject and its body; returns who it is from."""
    organisation = host.current_host()
    origin = mime.address(*_sender(organisation))
    frame = {"host": organisation, "site_url": current_settings().public_url, "category": message.category}
    words = composition.compose(template, values, locale, frame)
    message.sender = origin.addr_spec
    message.subject = words.subject[:500]
    message.calendar_method = calendar[1] if calendar else None
    message.body = MailBody(text=words.text, html=words.html, calendar=calendar[0] if calendar else None)
    return origin


def _insert(message: MailMessage) -> MailMessage | None:
    try:
        with db.session.begin_nested():
            db.session.add(message)
            db.session.flush()
    except IntegrityError:  # the same key, at the same moment: the other one wrote it
        return None
    return message


def new_message_id() -> str:
    """For who must note it before the mail is written, so that later mails can refer to it."""
    return f"<{secrets.token_hex(16)}@{links.public_host()}>"


def _address(
    message: MailMessage, origin: Address, in_reply_to: str | None, attachments: tuple[Attachment, ...]
) -> None:
    """Give the mail its bytes and its first state."""
    body = message.body
    try:
        recipient = mime.address(message.recipient_name, message.recipient)
    except mime.BadAddress:
        # A reminder job would otherwise try again for ever.
        message.recipient = one_line(message.recipient)[:320]
        message.status, message.error = Status.FAILED, "not a mail address"
        return
    if body is None:
        raise TypeError("a mail is queued with its body")
    letter = Letter(
        sender=origin,
        recipient=recipient,
        subject=message.subject,
        text=body.text,
        html=body.html,
        message_id=message.message_id,
        date=message.created_at,
        in_reply_to=in_reply_to,
        calendar=body.calendar,
        calendar_method=message.calendar_method or "",
        attachments=attachments,
    )
    body.raw = mime.compose(letter)
    message.recipient = recipient.addr_spec
    message.status = Status.SUPPRESSED if is_suppressed(message.recipient) else Status.QUEUED


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


def address_hash(address: str) -> str:
    """A keyed hash: who steals the table cannot test addresses against it without the key."""
    secret = current_settings().secret_key.encode()
    return hmac.new(secret, f"suppression:{address.strip().lower()}".encode(), "sha256").hexdigest()


def is_suppressed(address: str) -> bool:
    statement = sa.select(Suppression.id).where(Suppression.address_hash == address_hash(address))
    return db.session.scalar(statement) is not None


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
