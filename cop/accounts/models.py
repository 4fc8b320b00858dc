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
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    grants: Mapped[list["Grant"]] = relationship(back_populates="account", cascade="all, delete-orphan")


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


class Session(Numbered):
    """Signed in on one device. The cookie holds a secret, the row its fingerprint: without the row it is worth nothing.

    No network address: it tells where somebody is, and says nothing they would know again.
    """

    __tablename__ = "account_session"

    account_id: Mapped[int] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Devices where you are signed in"), personal.OnErasure.DELETE, hidden=("token_hash",)),
    )
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    by: Mapped[str] = mapped_column(sa.String(10))  # password, link, passkey
    browser: Mapped[str] = mapped_column(sa.String(20))  # "Firefox"; empty: unknown
    system: Mapped[str] = mapped_column(sa.String(20))  # "Android"
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    # When its owner showed last who they are: at signing in, or again since.
    proved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    second_factor_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


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
