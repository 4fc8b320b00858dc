"""What came in: one row per mail read from the mailbox, and how far the mailbox was read."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l


class InboxState(StrEnum):
    """new → done (its answer was applied), dropped (nothing to do with it) or aside (a person should look)."""

    NEW = "new"
    DONE = "done"
    DROPPED = "dropped"
    ASIDE = "aside"


class InboxMail(Numbered):
    """A mail that came in, once, however often the mailbox is read."""

    __tablename__ = "inbox_mail"
    __table_args__ = (sa.Index("ix_inbox_mail_due", "state", "kind", "id"),)

    # Folder, UIDVALIDITY and UID (RFC 3501, 2.3.1.1): the name of a message that never names another.
    place: Mapped[str] = mapped_column(sa.String(200), unique=True)
    message_id: Mapped[str] = mapped_column(sa.String(255), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.String(40), default="")  # a code; its words are on the page
    sender: Mapped[str] = mapped_column(sa.String(320), default="")
    sender_name: Mapped[str] = mapped_column(sa.String(200), default="")
    subject: Mapped[str] = mapped_column(sa.String(500), default="")
    automatic: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(sa.Text, default="")
    calendar: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(
            _l("Answers you sent from your calendar"),
            personal.OnErasure.UNLINK,
            blank=("sender", "sender_name", "subject", "text", "calendar"),
        ),
    )
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id", ondelete="SET NULL"), index=True)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class InboxMark(Numbered):
    """How far a folder was read. Another UIDVALIDITY means that the server counts anew, and so do we."""

    __tablename__ = "inbox_mark"

    folder: Mapped[str] = mapped_column(sa.String(120), unique=True)
    uid_validity: Mapped[int] = mapped_column(sa.BigInteger)
    last_uid: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    read_at: Mapped[datetime] = mapped_column(UTCDateTime)
    error: Mapped[str] = mapped_column(sa.String(500), default="")
