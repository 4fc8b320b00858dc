"""Reading the second factors of accounts."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cop.accounts.models_factors import CodeGenerator, Passkey, RecoveryCode
from cop.core.db import db


@dataclass(frozen=True, slots=True)
class Factors:
    """What an account shows besides its password or its mailed link."""

    generator: CodeGenerator | None
    passkeys: list[Passkey]
    recovery_left: int

    def __bool__(self) -> bool:
        return self.generator is not None or bool(self.passkeys)


def exist_for(account_id: Any) -> sa.ColumnElement[bool]:
    """The condition "this account has a second factor", on a number or on a column."""
    return sa.or_(
        sa.exists().where(CodeGenerator.account_id == account_id), sa.exists().where(Passkey.account_id == account_id)
    )


def has_any(account_id: int) -> bool:
    return bool(db.session.scalar(sa.select(exist_for(account_id))))


def generator(account_id: int) -> CodeGenerator | None:
    return db.session.scalar(sa.select(CodeGenerator).where(CodeGenerator.account_id == account_id))


def passkeys(account_id: int) -> list[Passkey]:
    found = sa.select(Passkey).where(Passkey.account_id == account_id)
    return list(db.session.scalars(found.order_by(Passkey.created_at, Passkey.id)))


def of_account(account_id: int) -> Factors:
    left = sa.select(sa.func.count()).select_from(RecoveryCode)
    unused = left.where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return Factors(generator(account_id), passkeys(account_id), db.session.scalar(unused) or 0)


def having_one(account_ids: list[int]) -> set[int]:
    """Which of these accounts have a second factor: one query for a page of accounts."""
    kinds = (sa.select(kind.account_id).where(kind.account_id.in_(account_ids)) for kind in (CodeGenerator, Passkey))
    return set(db.session.scalars(sa.union(*kinds)))
