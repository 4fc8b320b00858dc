"""The second factor: codes of an application, passkeys, and recovery codes for the day both are lost."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l


class CodeGenerator(Numbered):
    """The secret shared with an application that shows a new code every thirty seconds (RFC 6238)."""

    __tablename__ = "code_generator"

    account_id: Mapped[int] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"),
        unique=True,
        info=personal.link(
            _l("Application of codes"), personal.OnErasure.DELETE, hidden=("sealed_secret", "last_step"), unique_with=()
        ),
    )
    sealed_secret: Mapped[str] = mapped_column(sa.String(300))
    # The period of the code accepted last: a code that was read over a shoulder is worth nothing (RFC 6238, 5.2).
    last_step: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Passkey(Numbered):
    """The public half of a key that never leaves its owner's device (WebAuthn)."""

    __tablename__ = "passkey"

    account_id: Mapped[int] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("Passkeys"), personal.OnErasure.DELETE, hidden=("credential_id", "public_key", "sign_count")
        ),
    )
    credential_id: Mapped[str] = mapped_column(sa.String(1400), unique=True)  # base64url of at most 1023 bytes
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PasskeyChallenge(Numbered):
    """What a passkey is asked to sign, once, within minutes. ``account_id``: asked of that account only."""

    __tablename__ = "passkey_challenge"

    account_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Passkeys asked for"), personal.OnErasure.DELETE, hidden=("challenge_hash",)),
    )
    challenge_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class RecoveryCode(Numbered):
    """Written on paper by its owner, used once; a fingerprint here."""

    __tablename__ = "recovery_code"

    account_id: Mapped[int] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Recovery codes"), personal.OnErasure.DELETE, hidden=("code_hash",)),
    )
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
