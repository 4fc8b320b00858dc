"""Lists of people somebody gave a name: a question that is kept, never its answer."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.accounts.models import Account
from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l


class Segment(Numbered):
    """``query`` is the people list's own address, in its canonical form; who is in it is asked anew each time.

    ``before`` holds what the last change replaced, so that it can be taken back.
    """

    __tablename__ = "segment"

    owner_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(_l("Lists you saved"), personal.OnErasure.UNLINK),
    )
    name: Mapped[str] = mapped_column(sa.String(120))
    query: Mapped[str] = mapped_column(sa.Text)
    shared: Mapped[bool] = mapped_column("is_shared", default=False)
    before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    owner: Mapped[Account | None] = relationship()
