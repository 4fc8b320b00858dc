"""Whom an event is meant for: those who were asked to come, and how far they got."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.events.models import Event
from cop.people.models import Person


class Guest(Numbered):
    """One person asked to one event. Being one opens the door of an event by invitation only."""

    __tablename__ = "guest"
    __table_args__ = (sa.UniqueConstraint("event_id", "person_id"),)

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("Meetings you were asked to come to"),
            personal.OnErasure.DELETE,
            unique_with=("event_id",),
            # A page opened may be a mail scanner's doing; only an answer is a sign of life.
            contact=("declined_at",),
        ),
    )
    source: Mapped[str] = mapped_column(sa.String(20), default="staff")  # staff, campaign, poll
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # The mail that asked last; how many times it was asked again without an answer.
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    chases: Mapped[int] = mapped_column(default=0)
    # The page was opened by the personal link: by the person, or by what reads their mails for them.
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    declined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship()
