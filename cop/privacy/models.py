"""What people asked about their data and when they were answered, and what the times of keeping have done."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.people.models import Person


class Refusal(Numbered):
    """Telephone or letters that somebody does not want. Mails are the outbox's affair (``mail.Opposition``)."""

    __tablename__ = "channel_refusal"
    __table_args__ = (sa.UniqueConstraint("person_id", "channel"),)

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        info=personal.link(
            _l("Calls and letters you do not want"), personal.OnErasure.DELETE, unique_with=("channel",), contact=()
        ),
    )
    channel: Mapped[str] = mapped_column(sa.String(20))  # phone, post
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PrivacyRequest(Numbered):
    """A right somebody made use of: due within a month (RGPD, art. 12), the row is the proof."""

    __tablename__ = "privacy_request"

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("What you asked about your data"), personal.OnErasure.KEEP, blank=("asked_by", "note"), contact=()
        ),
    )
    kind: Mapped[str] = mapped_column(sa.String(20))  # access, rectification, opposition, erasure
    received_on: Mapped[date]
    received_by: Mapped[str] = mapped_column(sa.String(20))  # site, letter, email, phone, counter
    asked_by: Mapped[str] = mapped_column(sa.String(200), default="")  # when somebody else asks: a tutor, an heir
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    answered_on: Mapped[date | None] = mapped_column(index=True)
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        info=personal.link(_l("Requests about their data you noted for others"), personal.OnErasure.UNLINK),
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship()


class RetentionRun(Numbered):
    """How many things a time of keeping let go, day by day: the proof that it is applied."""

    __tablename__ = "retention_run"
    __table_args__ = (sa.UniqueConstraint("code", "day"),)

    code: Mapped[str] = mapped_column(sa.String(40))
    day: Mapped[date]
    items: Mapped[int] = mapped_column(default=0)
