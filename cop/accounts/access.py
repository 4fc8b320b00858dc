"""Deciding access: what an account may do, and where. Views only declare (``core.access``)."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import g, has_request_context

from cop.accounts.models import Account, Grant
from cop.accounts.roles import ROLES
from cop.core import clock
from cop.core.access import Permission
from cop.core.db import db
from cop.host.models import Host
from cop.territories.models import TerritoryPart


@dataclass(slots=True)
class Reach:
    """For each right, the territories it was given on (``None``: everywhere), and what each of these contains."""

    roots: dict[Permission, set[int] | None] = field(default_factory=dict)
    parts: dict[int, set[int]] = field(default_factory=dict)

    def add(self, role: str, territory_id: int | None) -> None:
        for permission in ROLES[role].permissions if role in ROLES else ():
            roots = self.roots.setdefault(permission, set())
            if territory_id is None:
                self.roots[permission] = None
            elif roots is not None:
                roots.add(territory_id)

    def covered(self, permission: Permission) -> set[int] | None:
        roots = self.roots.get(permission, set())
        return None if roots is None else {part for root in roots for part in self.parts[root]}

    def covers(self, permission: Permission, territory_id: int) -> bool:
        roots = self.roots.get(permission, set())
        return roots is None or any(territory_id in self.parts[root] for root in roots)


def _reach(account: Account) -> Reach:
    """Grants in force today where the organisation lives, and their subtrees: one query."""
    around = clock.now().date()
    rows = db.session.execute(
        sa.select(
            Grant.role,
            Grant.territory_id,
            Grant.starts_on,
            Grant.ends_on,
            TerritoryPart.descendant_id,
            sa.select(Host.time_zone).limit(1).scalar_subquery(),
        )
        .outerjoin(TerritoryPart, TerritoryPart.ancestor_id == Grant.territory_id)
        # Whatever the zone, its date is at most a day from the one in UTC; the exact day is checked below.
        .where(Grant.account_id == account.id, Grant.starts_on <= around + timedelta(days=1))
        .where(sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= around - timedelta(days=1)))
    ).all()
    today = clock.today(ZoneInfo(rows[0][5])) if rows and rows[0][5] else clock.today()
    held = [(role, root, part) for role, root, first, last, part, _zone in rows if in_force(first, last, today)]
    reach = Reach()
    for role, root in {(role, root) for role, root, _part in held}:
        reach.add(role, root)
    for _role, root, part in held:
        if root is not None:
            reach.parts.setdefault(root, {root}).add(part or root)
    return reach


def in_force(starts_on: date, ends_on: date | None, today: date) -> bool:
    return starts_on <= today and (ends_on is None or today <= ends_on)


def _known_reach(account: Account) -> Reach:
    if not has_request_context():
        return _reach(account)
    known: dict[int, Any] = g.setdefault("reach", {})
    if account.id not in known:
        known[account.id] = _reach(account)
    reach: Reach = known[account.id]
    return reach


def forget(account: Account) -> None:
    """What was known of the account's rights in this request is no longer true: they were changed."""
    if has_request_context():
        g.setdefault("reach", {}).pop(account.id, None)


def is_staff(account: Account) -> bool:
    """Whether the account has any role today."""
    return bool(_known_reach(account).roots)


def has_anywhere(account: Account | None, permission: Permission) -> bool:
    return account is not None and permission in _known_reach(account).roots


def territories_with(account: Account | None, permission: Permission) -> set[int] | None:
    """Ids of the territories where the account has the right, subtrees included; ``None``: everywhere."""
    return set() if account is None else _known_reach(account).covered(permission)


def can(account: Account | None, permission: Permission, territory_id: int | None = None) -> bool:
    """Whether the account has the right on that territory; without territory: somewhere."""
    if account is None or not has_anywhere(account, permission):
        return False
    return territory_id is None or _known_reach(account).covers(permission, territory_id)


def can_everywhere(account: Account | None, permission: Permission) -> bool:
    """Whether the right was given without territory: what belongs to no territory is for them only."""
    return account is not None and _known_reach(account).roots.get(permission, set()) is None


def in_scope(account: Account, territory_id: int) -> bool:
    """Whether any right of the account covers the territory: what lies outside does not exist for it (404)."""
    reach = _known_reach(account)
    return any(reach.covers(permission, territory_id) for permission in reach.roots)


def visible_to(account: Account | None, permission: Permission, column: Any) -> sa.ColumnElement[bool]:
    """The condition of a list: ``column`` holds a territory where the account has the right.

    The territories are found in the database, so a region's fifteen hundred numbers are not sent to it.
    """
    roots = _known_reach(account).roots.get(permission, set()) if account else set()
    if roots is None:
        return sa.true()
    if not roots:
        return sa.false()
    parts = sa.select(TerritoryPart.descendant_id).where(TerritoryPart.ancestor_id.in_(roots))
    condition: sa.ColumnElement[bool] = column.in_(parts)
    return condition
