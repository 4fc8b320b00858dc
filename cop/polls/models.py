"""Polls of dates: when could you come? Who was asked, and what each answered."""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.accounts.models import Account
from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.events.models import Event, EventKind
from cop.people.models import Person
from cop.territories.models import Territory


class Poll(Numbered):
    """Dates proposed for an event that does not exist yet. ``secret`` makes the link one may share."""

    __tablename__ = "poll"

    secret: Mapped[str] = mapped_column(sa.String(40), unique=True)
    kind_id: Mapped[int] = mapped_column(sa.ForeignKey("event_kind.id"), index=True)
    territory_id: Mapped[int] = mapped_column(sa.ForeignKey("territory.id"), index=True)
    # Whose members were asked first, if any: the event will be theirs.
    community_id: Mapped[int | None] = mapped_column(sa.ForeignKey("community.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    message: Mapped[str] = mapped_column(sa.Text, default="")
    mode: Mapped[str] = mapped_column(sa.String(10), default="onsite")  # onsite, online
    venue_name: Mapped[str] = mapped_column(sa.String(200), default="")
    commune_id: Mapped[int | None] = mapped_column(sa.ForeignKey("territory.id"), index=True)
    time_zone: Mapped[str] = mapped_column(sa.String(60), default="Europe/Paris")
    names_shown: Mapped[bool] = mapped_column("are_names_shown", default=False)  # first names, to those who answer
    status: Mapped[str] = mapped_column(sa.String(10), default="draft")  # draft, open, closed
    closes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    owner_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(_l("Polls of dates you made"), personal.OnErasure.UNLINK),
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # When somebody last pressed to ask, or to remind: the worker writes to whoever was not written to since.
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id", ondelete="SET NULL"), index=True)
    # What becomes of those who said yes, once the event is published: they are asked to register, or are registered.
    registers: Mapped[bool] = mapped_column("does_register", default=False)

    kind: Mapped[EventKind] = relationship()
    territory: Mapped[Territory] = relationship(foreign_keys=territory_id)
    commune: Mapped[Territory | None] = relationship(foreign_keys=commune_id)
    owner: Mapped[Account | None] = relationship()
    event: Mapped[Event | None] = relationship()
    options: Mapped[list["PollOption"]] = relationship(
        back_populates="poll", cascade="all, delete-orphan", order_by="PollOption.starts_at"
    )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class PollOption(Numbered):
    """One date proposed."""

    __tablename__ = "poll_option"
    __table_args__ = (sa.UniqueConstraint("poll_id", "starts_at", "ends_at"),)

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    chosen: Mapped[bool] = mapped_column("is_chosen", default=False)

    poll: Mapped[Poll] = relationship(back_populates="options")


class PollVoter(Numbered):
    """Somebody who was asked, or who answered by the shared link; then name and address are what they typed."""

    __tablename__ = "poll_voter"
    __table_args__ = (sa.UniqueConstraint("poll_id", "email"), sa.UniqueConstraint("poll_id", "person_id"))

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("Dates you were asked about"),
            personal.OnErasure.DELETE,
            unique_with=("poll_id",),
            contact=("answered_at",),
        ),
    )
    given_name: Mapped[str] = mapped_column(sa.String(80))
    family_name: Mapped[str] = mapped_column(sa.String(80))
    email: Mapped[str] = mapped_column(sa.String(320))
    language: Mapped[str] = mapped_column(sa.String(5), default="fr")
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # of the date that was kept

    poll: Mapped[Poll] = relationship()
    person: Mapped[Person | None] = relationship()
    answers: Mapped[list["PollAnswer"]] = relationship(back_populates="voter", cascade="all, delete-orphan")

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class PollAnswer(Numbered):
    """What one person says of one date."""

    __tablename__ = "poll_answer"
    __table_args__ = (sa.UniqueConstraint("voter_id", "option_id"),)

    voter_id: Mapped[int] = mapped_column(sa.ForeignKey("poll_voter.id", ondelete="CASCADE"))
    option_id: Mapped[int] = mapped_column(sa.ForeignKey("poll_option.id", ondelete="CASCADE"), index=True)
    choice: Mapped[str] = mapped_column(sa.String(10))  # yes, maybe, no

    voter: Mapped[PollVoter] = relationship(back_populates="answers")
