"""Registrations: who comes, who waits, who cancelled."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.events.models import Event
from cop.people.models import Person


class Registration(Numbered):
    """One person at one event, for all its half-days. ``queued_at`` orders the waiting list, then ``id``."""

    __tablename__ = "registration"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "person_id"),
        sa.Index(None, "event_id", "status", "queued_at"),
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("Your registrations"),
            personal.OnErasure.KEEP,
            unique_with=("event_id",),
            prefers=("status", "confirmed", "waitlisted", "cancelled"),
        ),
    )
    status: Mapped[str] = mapped_column(sa.String(20))  # confirmed, waitlisted, cancelled
    source: Mapped[str] = mapped_column(sa.String(20), default="public")  # public, staff
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship()
