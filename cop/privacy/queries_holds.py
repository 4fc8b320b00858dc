"""What keeps somebody's name: a mandate or a membership in force, a role."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from cop.accounts.models import Account, Grant
from cop.core.db import db
from cop.mandates.models import Mandate
from cop.memberships.models import Membership
from cop.people.models import Person


def _mandates(today: date) -> sa.Select[int]:
    last_day = sa.func.coalesce(Mandate.ended_on, Mandate.ends_on)
    running = sa.or_(last_day.is_(None), last_day >= today)
    return sa.select(Mandate.person_id).where(running, Mandate.removed_at.is_(None))


def _memberships(today: date) -> sa.Select[int]:
    return sa.select(Membership.person_id).where(sa.func.coalesce(Membership.ended_on, Membership.ends_on) >= today)


def _roles(today: date) -> sa.Select[int]:
    in_force = sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today)
    return sa.select(Grant.account_id).where(in_force)


def in_force(today: date) -> set[int]:
    """The people no time of keeping touches today: they have a mandate, a membership or a role, now or to come."""
    team = _roles(today)
    addresses = sa.select(Account.email).where(Account.id.in_(team))
    staff = sa.select(Person.id).where(sa.or_(Person.account_id.in_(team), Person.email.in_(addresses)))
    return {*db.session.scalars(sa.union(_mandates(today), _memberships(today), staff))}


def once_members() -> set[int]:
    """Those who ever had a membership or a mandate."""
    return {*db.session.scalars(sa.union(sa.select(Membership.person_id), sa.select(Mandate.person_id)))}


def holds_mandate(person_ids: Sequence[int], today: date) -> bool:
    return bool(db.session.scalar(_mandates(today).where(Mandate.person_id.in_(person_ids)).limit(1)))


def holds_role(account_ids: Sequence[int], today: date) -> bool:
    """The one that comes with a task of a volunteer is given back with the task."""
    lasting = _roles(today).where(Grant.account_id.in_(account_ids), Grant.origin.not_like("task:%"))
    return bool(db.session.scalar(lasting.limit(1)))


def is_member(person_ids: Sequence[int], today: date) -> bool:
    return bool(db.session.scalar(_memberships(today).where(Membership.person_id.in_(person_ids)).limit(1)))
