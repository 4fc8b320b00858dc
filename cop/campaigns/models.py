"""Campaigns: one mail to many, asking them to come to one event."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.accounts.models import Account
from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.events.models import Event


class Campaign(Numbered):
    """Who is asked is a question while it is a draft, and rows once it has left.

    ``query``: the people list's own address, or ``None`` when people were picked one by one (their rows are there
    from the beginning) or are chased (who has not answered is asked anew). ``stops``: how many times it was stopped,
    a part of the name of its mails, so that those taken back may be written again.
    """

    __tablename__ = "campaign"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(_l("Invitations you wrote"), personal.OnErasure.UNLINK),
    )
    chase: Mapped[bool] = mapped_column("is_chase", default=False)
    state: Mapped[str] = mapped_column(sa.String(20), index=True)  # draft, running, done, stopped, dropped
    query: Mapped[str | None] = mapped_column(sa.Text)
    subject_fr: Mapped[str] = mapped_column(sa.String(200))
    words_fr: Mapped[str] = mapped_column(sa.Text)
    subject_en: Mapped[str] = mapped_column(sa.String(200), default="")
    words_en: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    asked: Mapped[int] = mapped_column(default=0)  # how many were to be written to when it left
    stops: Mapped[int] = mapped_column(default=0)
    stopped_for: Mapped[str] = mapped_column(sa.String(20), default="")  # by_hand, event
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    launched_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    event: Mapped[Event] = relationship()
    author: Mapped[Account | None] = relationship()


class Recipient(Numbered):
    """One person of a campaign, once. ``written_at`` claims it for the worker that writes its mail."""

    __tablename__ = "campaign_recipient"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "person_id"),
        sa.Index(None, "campaign_id", "written_at"),
    )

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("Invitations written to you"),
            personal.OnErasure.DELETE,
            unique_with=("campaign_id",),
            contact=(),  # that we wrote is no sign of theirs
        ),
    )
    mail_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mail_message.id", ondelete="SET NULL"), index=True)
    written_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # When they had been asked before: what is put back if the mail is taken back.
    asked_before: Mapped[datetime | None] = mapped_column(UTCDateTime)
    left_out: Mapped[str] = mapped_column(sa.String(20), default="")
