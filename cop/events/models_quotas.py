"""Seats kept for some of those who come: a profession, guests, those on line. Of an event, or usual for a kind."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.core.db import Numbered, UTCDateTime


class Quota(Numbered):
    """A group and its seats: kept for it, or at most so many for it.

    Who comes belongs to the first one, in order of ``position``, whose conditions they all meet; whoever belongs to
    none takes the common seats. ``taken`` and ``waiting`` are counters kept by ``registrations``.
    """

    __tablename__ = "quota"
    __table_args__ = (
        sa.CheckConstraint("(event_id IS NULL) <> (kind_id IS NULL)", name="of_one_event_or_one_kind"),
        sa.CheckConstraint("taken >= 0 AND waiting >= 0", name="counters_positive"),
        sa.CheckConstraint("released_at IS NOT NULL OR taken <= capacity", name="taken_within_capacity"),
    )

    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event_kind.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(sa.String(80))
    capacity: Mapped[int]
    kept: Mapped[bool] = mapped_column("is_kept", default=True)  # out of everybody else's reach; else a ceiling
    profession_codes: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # none: every profession
    attends: Mapped[str] = mapped_column(sa.String(10), default="")  # "", onsite, online (hybrid events)
    guests_only: Mapped[bool] = mapped_column("is_guests_only", default=False)
    release_days: Mapped[int | None]  # so many days before the start, what is left goes to everybody
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    taken: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
