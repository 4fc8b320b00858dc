"""Who signs in, and what they may do where and until when."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.territories.models import Territory


class Account(Numbered):
    """A person who signs in: by password (staff) or by a one-time mailed link (members)."""

    __tablename__ = "account"

    email: Mapped[str] = mapped_column(sa.String(254), unique=True)  # normalised: lower case, trimmed
    name: Mapped[str] = mapped_column(sa.String(200))
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))  # argon2id; none: by link only
    active: Mapped[bool] = mapped_column("is_active", default=True)
    language: Mapped[str] = mapped_column(sa.String(2), default="fr")
    # Part of the session: raising it signs every device out.
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    grants: Mapped[list["Grant"]] = relationship(back_populates="account", cascade="all, delete-orphan")

    # What Flask-Login asks of a signed-in person.
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        return f"{self.id}.{self.session_epoch}"


class Grant(Numbered):
    """A role, on a territory and all it contains, for a period. No territory: everywhere."""

    __tablename__ = "account_grant"

    account_id: Mapped[int] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Your roles here"), personal.OnErasure.DELETE),
    )
    role: Mapped[str] = mapped_column(sa.String(40))
    territory_id: Mapped[int | None] = mapped_column(sa.ForeignKey("territory.id"), index=True)
    starts_on: Mapped[date]
    # A single thing instead of a territory: "event:12", "project:3".
    subject: Mapped[str] = mapped_column(sa.String(40), default="")
    ends_on: Mapped[date | None]  # last day included
    # What the right comes from, when it is not given by hand: "mandate:12". It ends with it.
    origin: Mapped[str] = mapped_column(sa.String(80), default="")

    account: Mapped[Account] = relationship(back_populates="grants")
    territory: Mapped[Territory | None] = relationship()


class SignInLink(Numbered):
    """A one-time link mailed to a member; spent by the first POST, kept as a fingerprint."""

    __tablename__ = "sign_in_link"

    account_id: Mapped[int] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Links you asked for to sign in"), personal.OnErasure.DELETE, hidden=("token_hash",)),
    )
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
