"""Registrations: who comes, who waits, who cancelled."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.events.models import Event
from cop.events.models_quotas import Quota
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
            blank=("arrangement",),
            unique_with=("event_id",),
            prefers=("status", "confirmed", "offered", "waitlisted", "cancelled"),
        ),
    )
    status: Mapped[str] = mapped_column(sa.String(20))  # confirmed, offered, waitlisted, cancelled
    source: Mapped[str] = mapped_column(sa.String(20), default="public")  # public, staff
    # The colleague who typed the name and address: told to the person by mail (GDPR, art. 14).
    registered_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(_l("Colleagues you registered"), personal.OnErasure.UNLINK, contact=()),
    )
    # What would make it easy to take part; never why. For those who run the event, and forgotten soon after it.
    arrangement: Mapped[str] = mapped_column(sa.Text, default="")
    attends: Mapped[str] = mapped_column(sa.String(10), default="onsite")  # onsite, online
    quota_id: Mapped[int | None] = mapped_column(sa.ForeignKey("quota.id", ondelete="SET NULL"), index=True)
    # A seat that waits for a yes or a no: it is held until then.
    offered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    offer_expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    event: Mapped[Event] = relationship()
    quota: Mapped[Quota | None] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    registered_by: Mapped[Person | None] = relationship(foreign_keys=registered_by_id)

    @property
    def side(self) -> str | None:
        """Which of the two they chose, of a hybrid event; none where there is no choice."""
        return self.attends if self.event.mode == "hybrid" else None
