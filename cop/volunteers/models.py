"""Volunteers: what they can do and when, the tasks proposed to them, and the hours they gave."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Base, Model, Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.events.models import Event
from cop.people.models import Person
from cop.territories.models import Territory


class Skill(Numbered):
    """Something a volunteer may bring; seeded by a preset, edited on screen."""

    __tablename__ = "skill"

    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name_fr: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str] = mapped_column(sa.String(80))
    position: Mapped[int] = mapped_column(default=0)
    archived: Mapped[bool] = mapped_column("is_archived", default=False)


volunteer_skill = sa.Table(
    "volunteer_skill",
    Base.metadata,
    sa.Column("profile_id", sa.ForeignKey("volunteer_profile.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("skill_id", sa.ForeignKey("skill.id", ondelete="CASCADE"), primary_key=True, index=True),
)
task_skill = sa.Table(
    "task_skill",
    Base.metadata,
    sa.Column("task_id", sa.ForeignKey("task.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("skill_id", sa.ForeignKey("skill.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class VolunteerProfile(Numbered):
    """A person who gives time: one row per person, ended and taken up again."""

    __tablename__ = "volunteer_profile"

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        unique=True,
        info=personal.link(_l("Your volunteering"), personal.OnErasure.DELETE, unique_with=()),
    )
    territory_id: Mapped[int] = mapped_column(sa.ForeignKey("territory.id"), index=True)  # helps within it
    since: Mapped[date]
    until: Mapped[date | None]
    status: Mapped[str] = mapped_column(sa.String(10), default="active")  # active, paused, ended

    person: Mapped[Person] = relationship()
    territory: Mapped[Territory] = relationship()
    skills: Mapped[list[Skill]] = relationship(secondary=volunteer_skill, order_by=Skill.position)
    availabilities: Mapped[list["Availability"]] = relationship(
        cascade="all, delete-orphan", order_by="Availability.slot"
    )

    @property
    def slots(self) -> frozenset[str]:
        return frozenset(one.slot for one in self.availabilities)


class Availability(Model):
    """A part of the week: "1m" is Monday morning, "5e" Friday evening."""

    __tablename__ = "volunteer_availability"

    profile_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer_profile.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[str] = mapped_column(sa.String(2), primary_key=True, index=True)


class Task(Numbered):
    """Something to do, on a day, for a number of volunteers. ``taken`` counts those who accepted."""

    __tablename__ = "task"
    __table_args__ = (
        sa.Index(None, "state", "starts_at"),
        sa.CheckConstraint("taken >= 0 AND taken <= places", name="taken_within_places"),
    )

    title: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id", ondelete="SET NULL"), index=True)
    territory_id: Mapped[int] = mapped_column(sa.ForeignKey("territory.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    minutes: Mapped[int]  # planned, for each
    places: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(sa.String(10), default="open")  # open, done, cancelled; filled: taken = places
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        info=personal.link(_l("Tasks you wrote"), personal.OnErasure.UNLINK),
    )

    event: Mapped[Event | None] = relationship()
    territory: Mapped[Territory] = relationship()
    skills: Mapped[list[Skill]] = relationship(secondary=task_skill, order_by=Skill.position)
    proposals: Mapped[list["Proposal"]] = relationship(
        back_populates="task", cascade="all, delete-orphan", order_by="Proposal.id"
    )


class Proposal(Numbered):
    """A task proposed to somebody, and their answer."""

    __tablename__ = "proposal"
    __table_args__ = (sa.UniqueConstraint("task_id", "person_id"),)

    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Tasks proposed to you"), personal.OnErasure.KEEP, unique_with=("task_id",)),
    )
    state: Mapped[str] = mapped_column(sa.String(10), default="proposed")  # proposed, accepted, declined, done
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    task: Mapped[Task] = relationship(back_populates="proposals")
    person: Mapped[Person] = relationship()


class Hours(Numbered):
    """Time given: for a task, or on a line of its own."""

    __tablename__ = "volunteer_hours"
    __table_args__ = (sa.UniqueConstraint("task_id", "person_id"),)

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Hours you gave"), personal.OnErasure.KEEP, blank=("label",), unique_with=("task_id",)),
    )
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id", ondelete="SET NULL"))
    label: Mapped[str] = mapped_column(sa.String(120), default="")
    day: Mapped[date] = mapped_column(index=True)
    minutes: Mapped[int]
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    source: Mapped[str] = mapped_column(sa.String(10))  # self, staff

    person: Mapped[Person] = relationship()
    task: Mapped[Task | None] = relationship()
