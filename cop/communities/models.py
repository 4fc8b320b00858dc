"""Communities of practice: what they gather round, their charter in its versions, their members."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.people.models import Person
from cop.territories.models import Territory


class Community(Numbered):
    """A group of people who share a practice and meet regularly to learn from one another."""

    __tablename__ = "community"

    slug: Mapped[str] = mapped_column(sa.String(120), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    practice: Mapped[str] = mapped_column(sa.String(300), default="")  # what it gathers round, in a sentence
    purpose: Mapped[str] = mapped_column(sa.Text, default="")
    rhythm: Mapped[str] = mapped_column(sa.String(200), default="")  # in words: « le premier jeudi du mois »
    every_weeks: Mapped[int | None]
    territory_id: Mapped[int | None] = mapped_column(sa.ForeignKey("territory.id"), index=True)
    charter_version: Mapped[int] = mapped_column(default=0)  # 0: no charter yet
    version: Mapped[int] = mapped_column(default=1)  # optimistic lock
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    territory: Mapped[Territory | None] = relationship()

    @property
    def document(self) -> str:
        """The name under which the acceptance of its charter is kept."""
        return f"charter:community:{self.id}"


class CommunityCharter(Numbered):
    """One version of the charter: each acceptance names the version, whose words stay."""

    __tablename__ = "community_charter"
    __table_args__ = (sa.UniqueConstraint("community_id", "version"),)

    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id", ondelete="CASCADE"))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    published_on: Mapped[date]


class CommunityMember(Numbered):
    """Somebody's time in a community. A suspension has dates and no words: an opinion about a person is not kept."""

    __tablename__ = "community_member"
    __table_args__ = (
        sa.Index(
            "uq_community_member_open",
            "person_id",
            "community_id",
            unique=True,
            sqlite_where=sa.text("left_on IS NULL"),
            postgresql_where=sa.text("left_on IS NULL"),
        ),
    )

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("The communities you belong to"), personal.OnErasure.DELETE, unique_with=("community_id",)
        ),
    )
    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id", ondelete="CASCADE"), index=True)
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    animator: Mapped[bool] = mapped_column("is_animator", default=False)
    suspended_on: Mapped[date | None]
    suspended_until: Mapped[date | None]  # the last day; none with ``suspended_on``: until lifted

    person: Mapped[Person] = relationship()
    community: Mapped[Community] = relationship()
