"""What people are asked when they register, beyond who they are."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.core.db import Numbered, UTCDateTime


class Question(Numbered):
    """Asked by one event, or by every new event of a kind. One that was answered is withdrawn, never deleted."""

    __tablename__ = "question"
    __table_args__ = (
        sa.CheckConstraint("event_id IS NULL OR kind_id IS NULL", name="of_one_owner"),
        sa.Index(None, "event_id", "position"),
        sa.Index(None, "kind_id", "position"),
    )

    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    kind_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event_kind.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(10))  # text, choice, several, number, consent
    label: Mapped[str] = mapped_column(sa.String(200))
    hint: Mapped[str] = mapped_column(sa.String(300), default="")
    options: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    required: Mapped[bool] = mapped_column("is_required", default=False)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
