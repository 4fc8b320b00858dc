"""Who is entrusted with what, where, from when to when, and by which decision."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Base, Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.people.models import Person
from cop.territories.models import Territory


class MandateKind(Numbered):
    """A function people are entrusted with, seeded by a preset, editable on screen: president, animator…"""

    __tablename__ = "mandate_kind"

    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name_fr: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str] = mapped_column(sa.String(80))
    body: Mapped[str] = mapped_column(sa.String(20))  # bureau, board, team, steering, training, volunteers
    role: Mapped[str] = mapped_column(sa.String(40), default="")  # key of accounts.roles; empty: no right
    reach: Mapped[str] = mapped_column(sa.String(20), default="organisation")  # organisation, territory, project
    needs_decision: Mapped[bool] = mapped_column(default=False)
    seats: Mapped[int | None]
    several_holders: Mapped[bool] = mapped_column(default=False)  # a seat may be shared: two presidents
    alert_days: Mapped[int] = mapped_column(default=60)
    position: Mapped[int] = mapped_column(default=0)
    archived: Mapped[bool] = mapped_column("is_archived", default=False)


class Decision(Numbered):
    """What a body decided, on which day, and where it is written."""

    __tablename__ = "decision"

    body: Mapped[str] = mapped_column(sa.String(120))  # as people call it: « Conseil d’administration »
    decided_on: Mapped[date] = mapped_column(index=True)
    wording: Mapped[str] = mapped_column(sa.String(300))
    link: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Project(Numbered):
    """A limited piece of work that a relay manager leads; events may be held for it."""

    __tablename__ = "project"

    name: Mapped[str] = mapped_column(sa.String(160))
    territory_id: Mapped[int] = mapped_column(sa.ForeignKey("territory.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    description: Mapped[str] = mapped_column(sa.Text, default="")
    decision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("decision.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    territory: Mapped[Territory] = relationship()
    decision: Mapped[Decision | None] = relationship()


mandate_territory = sa.Table(
    "mandate_territory",
    Base.metadata,
    sa.Column("mandate_id", sa.ForeignKey("mandate.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("territory_id", sa.ForeignKey("territory.id"), primary_key=True, index=True),
)


class Mandate(Numbered):
    """One person in one function for a period; last days are included. It is never overwritten by the next one."""

    __tablename__ = "mandate"

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id"),
        index=True,
        # Who sat on the board is part of the association's records; with an anonymous person only the function stays.
        info=personal.link(_l("Mandates and missions"), personal.OnErasure.KEEP, blank=("title",)),
    )
    kind_id: Mapped[int] = mapped_column(sa.ForeignKey("mandate_kind.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(80), default="")  # « co-présidente »
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("decision.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None] = mapped_column(index=True)  # as decided
    ended_on: Mapped[date | None]  # the last day, when it ended before
    end_reason: Mapped[str] = mapped_column(sa.String(20), default="")  # resigned, replaced, end, other
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # written by mistake: counts nowhere
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship()
    kind: Mapped[MandateKind] = relationship()
    project: Mapped[Project | None] = relationship()
    decision: Mapped[Decision | None] = relationship()
    territories: Mapped[list[Territory]] = relationship(secondary=mandate_territory, order_by=Territory.code)

    @property
    def last_day(self) -> date | None:
        return self.ended_on or self.ends_on

    @property
    def approved(self) -> bool:
        return self.decision_id is not None or not self.kind.needs_decision

    @property
    def origin(self) -> str:
        """What the rights that follow from it say of themselves."""
        return f"mandate:{self.id}"


class Candidate(Numbered):
    """Somebody thought of for a seat, from the first talk to the vote."""

    __tablename__ = "candidate"

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Seats you were a candidate for"), personal.OnErasure.DELETE),
    )
    kind_id: Mapped[int] = mapped_column(sa.ForeignKey("mandate_kind.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(20), default="approached")
    next_step: Mapped[str] = mapped_column(sa.String(20), default="")  # a closed list: nothing to say about a person
    next_on: Mapped[date | None]
    mandate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mandate.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship()
    kind: Mapped[MandateKind] = relationship()
    mandate: Mapped[Mandate | None] = relationship()
    steps: Mapped[list["CandidateStep"]] = relationship(
        back_populates="candidate", cascade="all, delete-orphan", order_by="CandidateStep.id"
    )


class CandidateStep(Numbered):
    """The day a candidate came to a state."""

    __tablename__ = "candidate_step"

    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(sa.String(20))
    on: Mapped[date] = mapped_column("reached_on")

    candidate: Mapped[Candidate] = relationship(back_populates="steps")
