"""What is joined to an event: files kept here, and links to what is kept elsewhere."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column

from cop.core import personal
from cop.core.changes import UNRECORDED
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l


class EventDocument(Numbered):
    """A file, in the database like everything else: one backup holds it all."""

    __tablename__ = "event_document"
    __table_args__ = {"info": {**UNRECORDED}}

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(sa.String(160))
    file_name: Mapped[str] = mapped_column(sa.String(120))
    media_type: Mapped[str] = mapped_column(sa.String(120))  # found in the content, never in the name
    size: Mapped[int]
    content: Mapped[bytes] = deferred(mapped_column(sa.LargeBinary, nullable=False))
    seen_by: Mapped[str] = mapped_column(sa.String(20))  # rules_documents.SeenBy
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    added_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(_l("Documents you joined to a meeting"), personal.OnErasure.UNLINK, hidden=("content",)),
    )


class EventLink(Numbered):
    """An address: slides kept elsewhere, a page of a partner."""

    __tablename__ = "event_link"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(sa.String(160))
    url: Mapped[str] = mapped_column(sa.String(500))
    seen_by: Mapped[str] = mapped_column(sa.String(20))
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
