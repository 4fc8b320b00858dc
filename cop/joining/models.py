"""Applications of members and volunteers, and the charters they accept."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.people.models import Person


class Charter(Numbered):
    """What members, or volunteers, subscribe to. A change is a new version: who accepted what stays known."""

    __tablename__ = "charter"
    __table_args__ = (sa.UniqueConstraint("kind", "version"),)

    kind: Mapped[str] = mapped_column(sa.String(10))  # member, volunteer
    version: Mapped[int]
    text_fr: Mapped[str] = mapped_column(sa.Text)
    text_en: Mapped[str] = mapped_column(sa.Text)
    in_force_since: Mapped[datetime] = mapped_column(UTCDateTime)


class Door(Numbered):
    """How one comes in: at once after the address is confirmed, or when the coordination has said yes."""

    __tablename__ = "joining_door"

    kind: Mapped[str] = mapped_column(sa.String(10), unique=True)
    approval: Mapped[bool] = mapped_column(default=False)


class Application(Numbered):
    """All that somebody typed, kept apart from the people until the address is proven and the answer given.

    ``waiting_key`` (kind, address, name) is there while it waits, so that a second form replaces the first.
    ``revision`` counts those: only the link of the latest mail confirms.
    """

    __tablename__ = "application"
    __table_args__ = (sa.Index(None, "state", "created_at"),)

    kind: Mapped[str] = mapped_column(sa.String(10))
    state: Mapped[str] = mapped_column(sa.String(12))  # unconfirmed, to_approve, accepted, refused
    waiting_key: Mapped[str | None] = mapped_column(sa.String(500), unique=True)
    revision: Mapped[int] = mapped_column(default=1)
    given_name: Mapped[str] = mapped_column(sa.String(100))
    family_name: Mapped[str] = mapped_column(sa.String(100))
    email: Mapped[str] = mapped_column(sa.String(254))
    typed: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # as rules.Typed
    language: Mapped[str] = mapped_column(sa.String(2), default="fr")
    charter_version: Mapped[int]
    notice_version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        info=personal.link(_l("Applications you decided"), personal.OnErasure.UNLINK),
    )
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Your applications"), personal.OnErasure.DELETE),
    )

    person: Mapped[Person | None] = relationship()

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()
