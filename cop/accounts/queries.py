"""Reading accounts and their grants."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from cop.accounts import access
from cop.accounts.models import Account, Grant, SignInLink
from cop.accounts.rules import normalised_email
from cop.core import clock, tokens
from cop.core.access import Permission
from cop.core.db import db
from cop.core.errors import Forbidden, NotFound
from cop.territories.models import Territory, TerritoryKind

PER_PAGE = 50
# What a role is given on: a commune is too small a place for a mission, and there are fifteen hundred of them.
MISSION_KINDS = (
    TerritoryKind.REGION,
    TerritoryKind.HEMI_REGION,
    TerritoryKind.DEPARTMENT,
    TerritoryKind.CUSTOM,
    TerritoryKind.EPCI,
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Plain values, usable once the database was given back."""

    account_id: int
    password_hash: str | None


def by_email(email: str) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.email == normalised_email(email)))


def credentials(email: str) -> Credentials | None:
    found = db.session.execute(
        sa.select(Account.id, Account.password_hash).where(
            Account.email == normalised_email(email), Account.active.is_(True)
        )
    ).one_or_none()
    return Credentials(*found) if found else None


def link_is_good(token: str) -> bool:
    """Whether the one-time link could still be used; using it is ``service.spend_link``."""
    statement = sa.select(SignInLink.id).where(
        SignInLink.token_hash == tokens.digest(token),
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > clock.now(),
    )
    return db.session.scalar(statement) is not None


def page_of_accounts(viewer: Account, page: int, search: str = "") -> Pagination:
    """The accounts this administrator sees, by name."""
    found = sa.select(Account).where(_managed_by(viewer))
    if search:
        pattern = f"%{search.strip().lower()}%"
        found = found.where(sa.or_(sa.func.lower(Account.name).like(pattern), Account.email.like(pattern)))
    ordered = found.order_by(sa.func.lower(Account.name), Account.id).options(_with_grants())
    return db.paginate(ordered, page=page, per_page=PER_PAGE, error_out=False)


def all_accounts() -> list[Account]:
    return list(db.session.scalars(sa.select(Account).order_by(Account.email).options(_with_grants())))


def account(viewer: Account, account_id: int) -> Account:
    """Raises ``NotFound``, also for an account this administrator has no business with."""
    statement = sa.select(Account).where(Account.id == account_id, _managed_by(viewer)).options(_with_grants())
    found: Account | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def same_grant(account: Account, **values: Any) -> Grant | None:
    found: Grant | None = db.session.scalar(sa.select(Grant).filter_by(account_id=account.id, **values).limit(1))
    return found


def manageable_account(viewer: Account, account_id: int) -> Account:
    """An account to suspend or restore: all its roles must be within this administrator's reach."""
    found = account(viewer, account_id)
    if not all(may_give_on(viewer, given.territory_id) for given in found.grants):
        raise Forbidden
    return found


def grant(viewer: Account, account_id: int, grant_id: int) -> Grant:
    """A grant this administrator could have given. Raises ``NotFound``."""
    statement = sa.select(Grant).where(Grant.id == grant_id, Grant.account_id == account_id)
    found: Grant | None = db.session.scalar(statement.options(joinedload(Grant.account)))
    if found is None or not may_give_on(viewer, found.territory_id):
        raise NotFound
    return found


def may_give_on(viewer: Account, territory_id: int | None) -> bool:
    """One gives rights only where one manages accounts; rights everywhere only who manages them everywhere."""
    if territory_id is None:
        return access.can_everywhere(viewer, Permission.ACCOUNT_MANAGE)
    return access.can(viewer, Permission.ACCOUNT_MANAGE, territory_id)


def mission_territories(viewer: Account) -> list[Territory]:
    """Where this administrator may give a role, large territories first."""
    size = sa.case({kind: rank for rank, kind in enumerate(MISSION_KINDS)}, value=Territory.kind)
    seen = access.visible_to(viewer, Permission.ACCOUNT_MANAGE, Territory.id)
    statement = sa.select(Territory).where(Territory.kind.in_(MISSION_KINDS), seen)
    return list(db.session.scalars(statement.order_by(size, Territory.name)))


def names(account_ids: set[int]) -> dict[int, str]:
    """The names behind the numbers of the activity log."""
    if not account_ids:
        return {}
    rows = db.session.execute(sa.select(Account.id, Account.name).where(Account.id.in_(account_ids)))
    return {row.id: row.name for row in rows}


def administrators_in_force() -> int:
    """How many active accounts manage accounts everywhere today."""
    found = _administrators().join(Account, Account.id == Grant.account_id).where(Account.active.is_(True))
    return db.session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0


def is_administrator(account: Account) -> bool:
    """Whether the account holds today the role of administrator everywhere."""
    return db.session.scalar(_administrators().where(Grant.account_id == account.id)) is not None


def _administrators() -> sa.Select[int]:
    today = clock.today()
    return (
        sa.select(Grant.account_id)
        .distinct()
        .where(Grant.role == "administrator", Grant.territory_id.is_(None), Grant.starts_on <= today)
        .where(sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today))
    )


def _managed_by(viewer: Account) -> sa.ColumnElement[bool]:
    """All accounts for whoever manages them everywhere; else those with a role on the viewer's territories."""
    if access.can_everywhere(viewer, Permission.ACCOUNT_MANAGE):
        return sa.true()
    here = access.visible_to(viewer, Permission.ACCOUNT_MANAGE, Grant.territory_id)
    return Account.id.in_(sa.select(Grant.account_id).where(here))


def _with_grants() -> ORMOption:
    return selectinload(Account.grants).joinedload(Grant.territory)


def ends_by_origin(origins: Collection[str]) -> dict[str, set[date | None]]:
    """When the rights end that come from each of these (``service_origins``), those that have ended left out."""
    found: dict[str, set[date | None]] = {}
    lasting = sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= clock.today())
    statement = sa.select(Grant.origin, Grant.ends_on).where(Grant.origin.in_(origins), lasting)
    for origin, ends_on in db.session.execute(statement):
        found.setdefault(origin, set()).add(ends_on)
    return found
