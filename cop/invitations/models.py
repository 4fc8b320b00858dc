"""What was told to whose calendar program, and the secret addresses of calendar feeds."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.events.models import Event
from cop.people.models import Person


class State(StrEnum):
    REQUESTED = "requested"
    CANCELLED = "cancelled"


# One at most is in a person's calendar; those taken out stay beside it.
STILL_REQUESTED: Final = sa.text("state = 'requested'")


class Invitation(Numbered):
    """One entry in one person's calendar program.

    The UID is made once and kept: whoever changes it turns an update into a second entry. A person
    who cancels and registers again gets a new row and a new UID, so an old CANCEL that arrives late
    cannot remove the new entry.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        sa.Index(
            "uq_invitation_one_requested",
            "event_id",
            "person_id",
            unique=True,
            sqlite_where=STILL_REQUESTED,
            postgresql_where=STILL_REQUESTED,
        ),
        # Finding who is behind an event reads only what is still in somebody's calendar.
        sa.Index("ix_invitation_behind", "state", "event_id", "told_sequence", "told_revision"),
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("Invitations in your calendar"),
            personal.OnErasure.DELETE,
            hidden=("uid",),  # whoever knows it may answer in the person's name
            unique_with=("event_id",),
            contact=(),
        ),
    )
    # 128 random bits: whoever knows it may answer in the person's name (RFC 6047 wants S/MIME, nobody has it).
    uid: Mapped[str] = mapped_column(sa.String(255), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    told_sequence: Mapped[int]
    told_revision: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(20))
    partstat: Mapped[str] = mapped_column(sa.String(20), default="NEEDS-ACTION")
    # The side of a hybrid meeting this person chose, which says the place and the link: "onsite", "online". None: both,
    # for nobody asked (a seminar of a cycle, a meeting that was made hybrid afterwards).
    attends: Mapped[str | None] = mapped_column(sa.String(10))
    # The last answer taken from the person's calendar: its SEQUENCE and DTSTAMP order it among others.
    answered_sequence: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answer_taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The SEQUENCE at which the person was last asked to answer anew, after an answer to an older date.
    asked_again_sequence: Mapped[int] = mapped_column(default=0)
    first_message_id: Mapped[str | None] = mapped_column(sa.String(255))
    last_told_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship()


class CalendarFeed(Numbered):
    """The secret address of a person's calendar; only its digest is kept."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        unique=True,
        info=personal.link(
            _l("The address of your calendar"), personal.OnErasure.DELETE, hidden=("token_hash",), unique_with=()
        ),
    )
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
