"""Journeys shared to a meeting. All of it is erased the day after."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.events.models import Event
from cop.people.models import Person
from cop.territories.models import Territory


class Journey(Numbered):
    """Seats somebody offers in their car, or looks for: shown to those registered for the same event."""

    __tablename__ = "journey"
    __table_args__ = (sa.UniqueConstraint("event_id", "person_id"),)

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("Journeys you share to a meeting"), personal.OnErasure.DELETE, unique_with=("event_id",), contact=()
        ),
    )
    kind: Mapped[str] = mapped_column(sa.String(10))  # offer, request
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("territory.id"), index=True)  # of departure
    leaves_at: Mapped[str] = mapped_column(sa.String(5))  # about what time, local, HH:MM
    seats: Mapped[int]
    phone: Mapped[str] = mapped_column(sa.String(20), default="")  # shown if given, else the address
    consented_at: Mapped[datetime] = mapped_column(UTCDateTime)

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship()
    commune: Mapped[Territory] = relationship()


class JourneyAnswer(Numbered):
    """Somebody wrote to the one of a journey; once."""

    __tablename__ = "journey_answer"
    __table_args__ = (sa.UniqueConstraint("journey_id", "person_id"),)

    journey_id: Mapped[int] = mapped_column(sa.ForeignKey("journey.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("Journeys you answered"), personal.OnErasure.DELETE, unique_with=("journey_id",), contact=()
        ),
    )
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)

    journey: Mapped[Journey] = relationship()
