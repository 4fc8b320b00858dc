"""Deciding access: what an account may do, and where. Views only declare (``core.access``)."""

from typing import Any

import sqlalchemy as sa
from flask import g, has_request_context

from cop.accounts.models import Account, Grant
from cop.accounts.roles import ROLES
from cop.core import clock
from cop.core.access import Permission
from cop.core.db import db
from cop.territories.models import TerritoryPart


def _reach(account: Account) -> dict[Permission, set[int] | None]:
    """For each permission the territories it covers today, subtrees included; ``None``: everywhere. One query."""
    today = clock.today()
    rows = db.session.execute(
        sa.select(Grant.role, Grant.territory_id, TerritoryPart.descendant_id)
        .outerjoin(TerritoryPart, TerritoryPart.ancestor_id == Grant.territory_id)
        .where(Grant.account_id == account.id, Grant.starts_on <= today)
        .where(sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today))
    ).all()
    reach: dict[Permission, set[int] | None] = {}
    for role, territory_id, part_id in rows:
        for permission in ROLES[role].permissions if role in ROLES else ():
            covered = reach.setdefault(permission, set())
            if territory_id is None:
                reach[permission] = None
            elif covered is not None:
                covered.update({territory_id, part_id} - {None})
    return reach


def _known_reach(account: Account) -> dict[Permission, set[int] | None]:
    if not has_request_context():
        return _reach(account)
    known: dict[int, Any] = g.setdefault("reach", {})
    if account.id not in known:
        known[account.id] = _reach(account)
    reach: dict[Permission, set[int] | None] = known[account.id]
    return reach


def has_anywhere(account: Account | None, permission: Permission) -> bool:
    return account is not None and permission in _known_reach(account)


def territories_with(account: Account | None, permission: Permission) -> set[int] | None:
    """Ids of the territories where the account has the right, subtrees included; ``None``: everywhere."""
    if account is None:
        return set()
    return _known_reach(account).get(permission, set())


def can(account: Account | None, permission: Permission, territory_id: int | None = None) -> bool:
    """Whether the account has the right on that territory; without territory: somewhere."""
    if not has_anywhere(account, permission):
        return False
    covered = territories_with(account, permission)
    return covered is None or territory_id is None or territory_id in covered


def in_scope(account: Account, territory_id: int) -> bool:
    """Whether any right of the account covers the territory: what lies outside does not exist for it (404)."""
    return any(covered is None or territory_id in covered for covered in _known_reach(account).values())
