"""Records that may be one person, what was decided about them, and the merges that were made."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.people.models import Person


class Pair(Numbered):
    """Two records that look like one person; ``decided_at``: somebody said that they are two.

    Each pair is kept once, the smaller number first.
    """

    __tablename__ = "duplicate_pair"
    __table_args__ = (sa.UniqueConstraint("one_id", "other_id"), sa.CheckConstraint("one_id < other_id", name="once"))

    one_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        info=personal.link(
            _l("Records that looked like yours"), personal.OnErasure.DELETE, unique_with=("other_id",), contact=()
        ),
    )
    other_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("Records that looked like yours"), personal.OnErasure.DELETE, unique_with=("one_id",), contact=()
        ),
    )
    score: Mapped[int]
    reasons: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    found_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        info=personal.link(_l("Records you told apart"), personal.OnErasure.UNLINK),
    )

    one: Mapped[Person] = relationship(foreign_keys=one_id)
    other: Mapped[Person] = relationship(foreign_keys=other_id)


class Merge(Numbered):
    """One record that took in another; what was changed is in the journal under ``merge:<id>``."""

    __tablename__ = "person_merge"

    kept_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Records merged into yours"), personal.OnErasure.KEEP, contact=()),
    )
    merged_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Records merged into yours"), personal.OnErasure.KEEP, contact=()),
    )
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        info=personal.link(_l("Records you merged"), personal.OnErasure.UNLINK),
    )
    moved: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # table -> rows that followed
    dropped: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # table -> rows both had
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    kept: Mapped[Person] = relationship(foreign_keys=kept_id)
    merged: Mapped[Person] = relationship(foreign_keys=merged_id)
