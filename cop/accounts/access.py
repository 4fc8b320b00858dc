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
from cop.core.access import Permission, Where
from cop.core.db import db
from cop.core.settings import current_settings
from cop.host.models import Host
from cop.territories.models import TerritoryPart


@dataclass(slots=True)
class Reach:
    """For each right, the territories it was given on (``None``: everywhere).

    What these contain is looked up only when asked, since a region holds thirteen hundred territories and most
    pages ask about one: what that one lies in is a handful.
    """

    roots: dict[Permission, set[int] | None] = field(default_factory=dict)
    subjects: dict[Permission, set[str]] = field(default_factory=dict)
    _around: dict[int, set[int]] = field(default_factory=dict)
    _inside: dict[frozenset[int], set[int]] = field(default_factory=dict)

    def add(self, role: str, territory_id: int | None) -> None:
        for permission in ROLES[role].permissions if role in ROLES else ():
            roots = self.roots.setdefault(permission, set())
            if territory_id is None:
                self.roots[permission] = None
            elif roots is not None:
                roots.add(territory_id)

    def add_subject(self, role: str, subject: str) -> None:
        """A role on one thing only: a volunteer's event, a relay manager's project."""
        for permission in ROLES[role].permissions if role in ROLES else ():
            self.subjects.setdefault(permission, set()).add(subject)

    def has(self, permission: Permission) -> bool:
        return permission in self.roots or permission in self.subjects

    def covers(self, permission: Permission, territory_id: int) -> bool:
        roots = self.roots.get(permission, set())
        return roots is None or bool(roots and roots & self._what_holds(territory_id))

    def reaches(self, permission: Permission, where: Where) -> bool:
        """Whether the right holds on any of what a thing belongs to."""
        if self.roots.get(permission, set()) is None or self.subjects.get(permission, set()) & where.subjects:
            return True
        return any(self.covers(permission, number) for number in where.territories)

    def covered(self, permission: Permission) -> set[int] | None:
        roots = self.roots.get(permission, set())
        if roots is None or not roots:
            return roots
        wanted = frozenset(roots)
        if wanted not in self._inside:
            self._inside[wanted] = {*roots, *db.session.scalars(inside(roots))}
        return set(self._inside[wanted])

    def _what_holds(self, territory_id: int) -> set[int]:
        if territory_id not in self._around:
            holders = sa.select(TerritoryPart.ancestor_id).where(TerritoryPart.descendant_id == territory_id)
            self._around[territory_id] = {territory_id, *db.session.scalars(holders)}
        return self._around[territory_id]


def inside(roots: set[int]) -> sa.Select[int]:
    """The territories the given ones contain, themselves included."""
    return sa.select(TerritoryPart.descendant_id).where(TerritoryPart.ancestor_id.in_(roots))


def _reach(account: Account) -> Reach:
    """The grants in force today, where the organisation lives: one query."""
    around = clock.now().date()
    rows = db.session.execute(
        sa.select(
            Grant.role,
            Grant.territory_id,
            Grant.subject,
            Grant.starts_on,
            Grant.ends_on,
            sa.select(Host.time_zone).limit(1).scalar_subquery(),
            sa.select(Host.root_territory_id).limit(1).scalar_subquery(),
        )
        # Whatever the zone, its date is at most a day from the one in UTC; the exact day is checked below.
        .where(Grant.account_id == account.id, Grant.starts_on <= around + timedelta(days=1))
        .where(sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= around - timedelta(days=1)))
    ).all()
    reach = Reach()
    for role, territory_id, subject, starts_on, ends_on, zone, root in rows:
        today = clock.today(ZoneInfo(zone)) if zone else clock.today()
        if not in_force(starts_on, ends_on, today):
            continue
        if subject:
            reach.add_subject(role, subject)
        else:
            # The organisation's own territory is all there is, people who practise elsewhere included.
            reach.add(role, None if territory_id == root else territory_id)
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
    reach = _known_reach(account)
    return bool(reach.roots or reach.subjects)


def needs_second_factor(account: Account) -> bool:
    """Whether the account may not come in by a password or a mailed link alone: it sees other people's data."""
    return current_settings().second_factor == "staff" and is_staff(account)


def has_anywhere(account: Account | None, permission: Permission) -> bool:
    return account is not None and _known_reach(account).has(permission)


def subjects_with(account: Account | None, permission: Permission, kind: str) -> set[int]:
    """Numbers of the single things ("event", "project") the account has the right on."""
    held = _known_reach(account).subjects.get(permission, set()) if account else set()
    return {int(number) for name, _, number in (subject.partition(":") for subject in held) if name == kind}


def territories_with(account: Account | None, permission: Permission) -> set[int] | None:
    """Ids of the territories where the account has the right, subtrees included; ``None``: everywhere."""
    return set() if account is None else _known_reach(account).covered(permission)


def can(account: Account | None, permission: Permission, where: Where | int | None = None) -> bool:
    """Whether the account has the right on that thing or territory; without either: somewhere."""
    if account is None or not has_anywhere(account, permission):
        return False
    return where is None or _known_reach(account).reaches(permission, _as_where(where))


def _as_where(where: Where | int) -> Where:
    return where if isinstance(where, Where) else Where(frozenset({where}))


def can_everywhere(account: Account | None, permission: Permission) -> bool:
    """Whether the right was given without territory: what belongs to no territory is for them only."""
    return account is not None and _known_reach(account).roots.get(permission, set()) is None


def in_scope(account: Account, where: Where | int) -> bool:
    """Whether any right of the account reaches the thing: what lies outside does not exist for it (404)."""
    reach, place = _known_reach(account), _as_where(where)
    return any(reach.reaches(permission, place) for permission in (*reach.roots, *reach.subjects))


def visible_to(account: Account | None, permission: Permission, column: Any) -> sa.ColumnElement[bool]:
    """The condition of a list: ``column`` holds a territory where the account has the right.

    The territories are found in the database, so a region's fifteen hundred numbers are not sent to it.
    """
    roots = _known_reach(account).roots.get(permission, set()) if account else set()
    if roots is None:
        return sa.true()
    if not roots:
        return sa.false()
    condition: sa.ColumnElement[bool] = column.in_(inside(roots))
    return condition
