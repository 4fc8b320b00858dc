"""Rules: when a reminder goes out before the events of a kind, and with which words."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core.db import Numbered, UTCDateTime
from cop.events.models import Event, EventKind


class ReminderRule(Numbered):
    """So many days before the event's local date, at a local time: J-7 at 9:00, J-1 at 9:00."""

    __tablename__ = "reminder_rule"
    __table_args__ = (sa.UniqueConstraint("kind_id", "days_before", "at"),)

    kind_id: Mapped[int] = mapped_column(sa.ForeignKey("event_kind.id", ondelete="CASCADE"), index=True)
    days_before: Mapped[int]
    at: Mapped[str] = mapped_column(sa.String(5), default="09:00")  # local, HH:MM
    text_fr: Mapped[str] = mapped_column(sa.Text, default="")  # a sentence of the organisation, added to the mail
    text_en: Mapped[str] = mapped_column(sa.Text, default="")
    active: Mapped[bool] = mapped_column("is_active", default=True)
    # The rule holds for moments from here on: one added on Tuesday at noon does not send Monday's reminders.
    holds_from: Mapped[datetime] = mapped_column(UTCDateTime)

    kind: Mapped[EventKind] = relationship()


class ReminderException(Numbered):
    """What one event says of a rule of its kind: a sentence of its own after the rule's, or no such reminder."""

    __tablename__ = "reminder_exception"
    __table_args__ = (sa.UniqueConstraint("event_id", "rule_id"),)

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    rule_id: Mapped[int] = mapped_column(sa.ForeignKey("reminder_rule.id", ondelete="CASCADE"), index=True)
    off: Mapped[bool] = mapped_column("is_off", default=False)
    sentence: Mapped[str] = mapped_column(sa.Text, default="")

    event: Mapped[Event] = relationship()
    rule: Mapped[ReminderRule] = relationship()
