"""Who came, half-day by half-day."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.events.models import HalfDay
from cop.people.models import Person


class Attendance(Numbered):
    """One person at one half-day. No row: unknown, which is not absent."""

    __tablename__ = "attendance"
    __table_args__ = (sa.UniqueConstraint("half_day_id", "person_id"),)

    half_day_id: Mapped[int] = mapped_column(sa.ForeignKey("half_day.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("Where you came, half-day by half-day"),
            personal.OnErasure.KEEP,
            unique_with=("half_day_id",),
            prefers=("state", "present", "excused", "absent"),
        ),
    )
    state: Mapped[str] = mapped_column(sa.String(10))  # present, excused, absent
    minutes: Mapped[int | None]  # attended; none: the whole half-day
    source: Mapped[str] = mapped_column(sa.String(20))  # list, walk_in, closing
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        info=personal.link(_l("Attendance you noted for others"), personal.OnErasure.UNLINK),
    )

    half_day: Mapped[HalfDay] = relationship()
    person: Mapped[Person] = relationship()
