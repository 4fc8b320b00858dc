"""Recovery codes: written on paper, each of them replaces the second factor once."""

import secrets
from typing import Final

import sqlalchemy as sa

from cop.accounts.models_factors import RecoveryCode
from cop.core import clock, tokens
from cop.core.db import change, db

HOW_MANY: Final = 10
# No letter or figure that is taken for another on paper.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def make(account_id: int) -> list[str]:
    """New ones, in place of all of before; they can be read now and never again."""
    forget(account_id)
    codes = ["-".join(_group() for _ in range(4)) for _ in range(HOW_MANY)]
    db.session.add_all(RecoveryCode(account_id=account_id, code_hash=_fingerprint(account_id, code)) for code in codes)
    db.session.flush()
    return codes


def use(account_id: int, typed: str) -> bool:
    """Whether this was one of the account's codes, never used; it is now."""
    mine = (
        RecoveryCode.account_id == account_id,
        RecoveryCode.code_hash == _fingerprint(account_id, typed),
        RecoveryCode.used_at.is_(None),
    )
    if db.session.scalar(sa.select(RecoveryCode.id).where(*mine)) is None:
        return False
    return change(sa.update(RecoveryCode).where(*mine).values(used_at=clock.now())) == 1


def forget(account_id: int) -> None:
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(4))


def _fingerprint(account_id: int, typed: str) -> str:
    """Eighty bits of chance need no slow hash; spaces, hyphens and capitals are the reader's own."""
    plain = "".join(character for character in typed.lower() if character.isalnum())
    return tokens.digest(f"recovery:{account_id}:{plain}")
