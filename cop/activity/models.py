"""Who did what, when, to what. Append only; numbers only, never a name."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.core.changes import UNRECORDED
from cop.core.db import Numbered, UTCDateTime


class ActivityEntry(Numbered):
    """One act. ``actor_id`` is an account's number, ``None`` for the public or the worker (``actor_kind``)."""

    __tablename__ = "activity_entry"
    __table_args__ = (sa.Index(None, "subject_type", "subject_id"), {"info": {**UNRECORDED}})

    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    actor_kind: Mapped[str] = mapped_column(sa.String(20))  # account, public, worker, command
    actor_id: Mapped[int | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(sa.String(80), index=True)
    subject_type: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int]
    data: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
