"""The host organisation: the one whose application this is. One row."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.territories.models import Territory


class Host(Numbered):
    """Identity, look and practice of the organisation; seeded by a preset, editable on screen."""

    __tablename__ = "host"

    preset: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    legal_name: Mapped[str] = mapped_column(sa.String(200), default="")
    legal_line: Mapped[str] = mapped_column(sa.String(200), default="")
    tagline_fr: Mapped[str] = mapped_column(sa.String(300), default="")
    tagline_en: Mapped[str] = mapped_column(sa.String(300), default="")
    welcome_fr: Mapped[str] = mapped_column(sa.String(600), default="")
    welcome_en: Mapped[str] = mapped_column(sa.String(600), default="")
    email: Mapped[str] = mapped_column(sa.String(254))
    address: Mapped[str] = mapped_column(sa.String(300), default="")
    accent: Mapped[str] = mapped_column(sa.String(7))
    time_zone: Mapped[str] = mapped_column(sa.String(60), default="Europe/Paris")
    root_territory_id: Mapped[int] = mapped_column(sa.ForeignKey("territory.id"))
    notice_version: Mapped[int] = mapped_column(default=1)
    # The threshold below which a count of people is not shown to the outside (domain 3.3): 5, never under 3.
    small_count: Mapped[int] = mapped_column(default=5)
    # The share of professionals the organisation aims at, drawn as a rule in charts; percent.
    target_rate: Mapped[int | None]
    vocabulary: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)

    root_territory: Mapped[Territory] = relationship()


class RetentionSetting(Numbered):
    """How long one kind of thing is kept, where the organisation chose otherwise; ``rules_retention`` has the rest.

    A rule that touches people's records does nothing until an administrator has read what it would do and switched
    it on; a shorter time switches it off again.
    """

    __tablename__ = "retention_setting"

    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    length: Mapped[int]  # in the rule's own unit
    switched_on_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    switched_on_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        info=personal.link(_l("Times of keeping you switched on"), personal.OnErasure.UNLINK),
    )
