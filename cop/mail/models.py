"""The outbox: every mail is a row before it is a message, and stays one afterwards."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Model, Numbered, UTCDateTime
from cop.core.i18n import _l

LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


class Status(StrEnum):
    """queued → sending → sent | queued (again) | failed; queued → cancelled | expired | suppressed."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


class Category(StrEnum):
    """What a person may refuse: never ``service`` (what they asked for), always ``community``."""

    SERVICE = "service"
    REMINDER = "reminder"
    COMMUNITY = "community"


class MailMessage(Numbered):
    """One mail to one person, composed once, when it is queued."""

    __tablename__ = "mail_message"
    __table_args__ = (
        # The claim reads "queued, most urgent first" many times a minute, in a table that keeps years of mails.
        sa.Index("ix_mail_message_claim", "status", "priority", "id"),
        # What the rolling quota has used.
        sa.Index("ix_mail_message_sent_at", "sent_at"),
        sa.Index("ix_mail_message_erase", "bodies_erased_at", "created_at"),
    )

    # What makes a second call harmless, such as "registration:981:confirmed".
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(80))
    category: Mapped[str] = mapped_column(sa.String(20))
    priority: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(
            _l("Mails we sent you"),
            personal.OnErasure.KEEP,
            blank=("recipient", "recipient_name", "subject", "error"),
            contact=(),  # that we wrote is no sign of theirs
        ),
    )
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id", ondelete="SET NULL"), index=True)
    recipient: Mapped[str] = mapped_column(sa.String(320))
    recipient_name: Mapped[str] = mapped_column(sa.String(200), default="")
    sender: Mapped[str] = mapped_column(sa.String(320))
    subject: Mapped[str] = mapped_column(sa.String(500))
    calendar_method: Mapped[str | None] = mapped_column(sa.String(20))
    message_id: Mapped[str] = mapped_column(sa.String(255), index=True)
    status: Mapped[str] = mapped_column(sa.String(20))
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sending_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    error: Mapped[str | None] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    bodies_erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    body: Mapped["MailBody | None"] = relationship(back_populates="mail", cascade="all, delete-orphan")

    @property
    def text(self) -> str | None:
        return self.body.text if self.body else None

    @property
    def html(self) -> str | None:
        return self.body.html if self.body else None

    @property
    def calendar(self) -> str | None:
        return self.body.calendar if self.body else None

    @property
    def raw(self) -> bytes | None:
        return self.body.raw if self.body else None


class MailBody(Model):
    """What a mail says; deleted when it has served.

    Beside the mail and not in it: SQLite writes a whole row again for each change of state, and a
    mail changes state two times at least.
    """

    __tablename__ = "mail_body"

    mail_id: Mapped[int] = mapped_column(sa.ForeignKey("mail_message.id", ondelete="CASCADE"), primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    calendar: Mapped[str | None] = mapped_column(sa.Text)
    # The bytes handed to the server: composing costs the worker thirty times the sending.
    raw: Mapped[bytes | None] = mapped_column(sa.LargeBinary)

    mail: Mapped[MailMessage] = relationship(back_populates="body")


class Suppression(Numbered):
    """An address nothing is sent to any more; only a keyed hash is kept, so that this is no list of people (GDPR)."""

    __tablename__ = "mail_suppression"

    address_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    reason: Mapped[str] = mapped_column(sa.String(40))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Opposition(Numbered):
    """A kind of mail somebody does not want: by the address, of which a keyed hash stays when all else is forgotten,
    and by the person, whose next address is spared too."""

    __tablename__ = "mail_opposition"
    __table_args__ = (sa.UniqueConstraint("address_hash", "category"),)

    address_hash: Mapped[str] = mapped_column(sa.String(64))
    category: Mapped[str] = mapped_column(sa.String(20))  # reminder, community
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(
            _l("Mails you do not want"), personal.OnErasure.UNLINK, hidden=("address_hash",), contact=()
        ),
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MailGate(Numbered):
    """The one row every claim passes through: it makes counting the quota and claiming one step for
    all workers, and stays closed for a while after the mail server could not be reached."""

    __tablename__ = "mail_gate"

    passed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=LONG_AGO)
    closed_until: Mapped[datetime] = mapped_column(UTCDateTime, default=LONG_AGO)
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(sa.Text)
