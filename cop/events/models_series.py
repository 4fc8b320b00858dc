"""Meetings that belong together: the seminars of a cycle, the dates of a regular meeting."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.accounts.models import Account
from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.territories.models import Territory


class EventSeries(Numbered):
    """A cycle: one registers once, for all its seminars. Otherwise a regular meeting: each date is an event of its
    own, with its own registrations and its own entry in calendars, and ``rule`` says how the dates follow."""

    __tablename__ = "event_series"

    cycle: Mapped[bool] = mapped_column("is_cycle", default=False)
    slug: Mapped[str | None] = mapped_column(sa.String(120), unique=True)  # of a cycle: the end of its address
    title: Mapped[str] = mapped_column(sa.String(200))
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    territory_id: Mapped[int] = mapped_column(sa.ForeignKey("territory.id"), index=True)
    rule: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    organiser_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(_l("Cycles and regular meetings you made"), personal.OnErasure.UNLINK),
    )
    version: Mapped[int] = mapped_column(default=1)  # optimistic lock, and the lock of the row itself
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    territory: Mapped[Territory] = relationship()
    organiser: Mapped[Account | None] = relationship()
