"""The members of the organisation, as the coordination reads them: up to date, awaited, ended and not renewed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import aliased, joinedload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core.access import Permission
from cop.core.db import db
from cop.memberships import queries
from cop.memberships.models import Membership, MembershipKind, Payment
from cop.memberships.rules import Method
from cop.people.models import Person, PracticeSite

PER_PAGE: Final = 50
# Whoever left longer ago is no longer written to (three years after the end, as the notice says).
REMEMBERED: Final = timedelta(days=3 * 365)


class Which(StrEnum):
    """The lists, as their addresses name them."""

    UP_TO_DATE = "a-jour"
    AWAITING = "attente"
    LAPSED = "non-renouvelees"


@dataclass(frozen=True, slots=True)
class Line:
    """A membership of a list, with its sums."""

    membership: Membership
    settled: int
    received: int

    @property
    def remaining(self) -> int:
        return max(0, self.membership.amount_cents - self.settled)


@dataclass(frozen=True, slots=True)
class Total:
    """What a list holds of one kind. ``remaining``: what is still to be paid."""

    n: int = 0
    received: int = 0
    remaining: int = 0

    def __add__(self, other: "Total") -> "Total":
        return Total(self.n + other.n, self.received + other.received, self.remaining + other.remaining)


def received() -> sa.ScalarSelect[int]:
    """The money that came in for a ``Membership`` row of the statement around: exemptions are none."""
    return (
        sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_cents), 0))
        .where(
            Payment.membership_id == Membership.id,
            Payment.cancelled_at.is_(None),
            Payment.method != Method.EXEMPT,
        )
        .correlate(Membership)
        .scalar_subquery()
    )


def condition(which: Which, today: date) -> sa.ColumnElement[bool]:
    """What puts a membership on a list."""
    paid = queries.settled() >= Membership.amount_cents
    if which is Which.UP_TO_DATE:
        return sa.and_(Membership.starts_on <= today, queries.last_day >= today, paid)
    if which is Which.AWAITING:
        return sa.and_(queries.last_day >= today, sa.not_(paid))
    ended = sa.and_(Membership.ends_on < today, Membership.ends_on >= today - REMEMBERED)
    return sa.and_(ended, Membership.ended_on.is_(None), paid, sa.not_(taken_up()))


def taken_up(*, paid: bool = False) -> sa.ColumnElement[bool]:
    """Whether the same member has a membership of a later period; ``paid``: and paid it."""
    later = aliased(Membership)
    same = sa.or_(
        later.organisation_id == Membership.organisation_id,
        sa.and_(
            later.organisation_id.is_(None),
            Membership.organisation_id.is_(None),
            later.person_id == Membership.person_id,
        ),
    )
    found = sa.select(later.id).where(same, later.starts_on > Membership.starts_on).correlate(Membership)
    if paid:
        total = sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_cents), 0))
        total = total.where(Payment.membership_id == later.id, Payment.cancelled_at.is_(None)).correlate(later)
        found = found.where(total.scalar_subquery() >= later.amount_cents)
    return found.exists()


def seen_by(viewer: Account, permission: Permission = Permission.MEMBERSHIP_READ) -> sa.ColumnElement[bool]:
    """The memberships of people who practise where the viewer may read them; nobody who was forgotten."""
    known = sa.select(Person.id).where(Person.anonymised_at.is_(None))
    if not access.can_everywhere(viewer, permission):
        here = access.visible_to(viewer, permission, PracticeSite.commune_id)
        known = known.where(Person.id.in_(sa.select(PracticeSite.person_id).where(here)))
    return Membership.person_id.in_(known)


def _listed(which: Which, viewer: Account, today: date, kind_id: int | None) -> sa.Select[int]:
    """The numbers of a list, by name."""
    statement = (
        sa.select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(condition(which, today), seen_by(viewer))
    )
    if kind_id is not None:
        statement = statement.where(Membership.kind_id == kind_id)
    return statement.order_by(*_BY_NAME)


_BY_NAME: Final = (Person.family_name, Person.given_name, Membership.id)


def page(which: Which, viewer: Account, today: date, kind_id: int | None, number: int) -> tuple[Pagination, list[Line]]:
    """One page of a list, its lines with their sums."""
    wanted = _listed(which, viewer, today, kind_id)
    found = db.paginate(wanted, page=number, per_page=PER_PAGE, max_per_page=PER_PAGE, error_out=False)
    return found, _lines(Membership.id.in_(found.items))


def everyone(which: Which, viewer: Account, today: date, kind_id: int | None) -> list[Line]:
    """The whole list, for a file."""
    return _lines(Membership.id.in_(_listed(which, viewer, today, kind_id).order_by(None)))


def _lines(wanted: sa.ColumnElement[bool]) -> list[Line]:
    statement = (
        sa.select(Membership, queries.settled(), received())
        .join(Person, Person.id == Membership.person_id)
        .where(wanted)
        .options(
            joinedload(Membership.kind),
            joinedload(Membership.organisation),
            joinedload(Membership.person).joinedload(Person.profession),
            joinedload(Membership.person).selectinload(Person.sites).joinedload(PracticeSite.commune),
        )
        .order_by(*_BY_NAME)
    )
    return [Line(*row) for row in db.session.execute(statement)]


def totals(viewer: Account, today: date) -> dict[Which, dict[int, Total]]:
    """For each list, what it holds of each kind."""
    found: dict[Which, dict[int, Total]] = {}
    for which in Which:
        base = (
            sa.select(
                Membership.kind_id,
                Membership.amount_cents,
                queries.settled().label("settled"),
                received().label("received"),
            )
            .where(condition(which, today), seen_by(viewer))
            .subquery()
        )
        owed = sa.case((base.c.amount_cents > base.c.settled, base.c.amount_cents - base.c.settled), else_=0)
        sums = sa.select(base.c.kind_id, sa.func.count(), sa.func.sum(base.c.received), sa.func.sum(owed)).group_by(
            base.c.kind_id
        )
        found[which] = {row[0]: Total(row[1], int(row[2]), int(row[3])) for row in db.session.execute(sums)}
    return found


def whole(by_kind: dict[int, Total]) -> Total:
    return sum(by_kind.values(), Total())


def kinds_with(totals_found: dict[Which, dict[int, Total]]) -> Sequence[MembershipKind]:
    """The kinds that are offered or that some list holds, in the organisation's order."""
    held = {number for by_kind in totals_found.values() for number in by_kind}
    return [kind for kind in queries.kinds() if kind.active or kind.id in held]
