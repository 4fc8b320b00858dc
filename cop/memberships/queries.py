"""Reading memberships: who is a member on a day, what is paid, what is offered."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from cop.core import clock
from cop.core.db import db
from cop.core.errors import NotFound
from cop.memberships import rules
from cop.memberships.models import Membership, MembershipKind, MembershipSettings, Payment, Receipt
from cop.memberships.rules import OfferedTo, State

# The last day it holds, whether it went to its term or not.
last_day: Final[sa.ColumnElement[date]] = sa.case(
    (Membership.ended_on < Membership.ends_on, Membership.ended_on), else_=Membership.ends_on
)


def kinds_offered(offered_to: str = OfferedTo.INDIVIDUAL) -> list[MembershipKind]:
    """What one may join as today, in the organisation's order."""
    wanted = sa.select(MembershipKind).where(MembershipKind.active, MembershipKind.offered_to == offered_to)
    return list(db.session.scalars(wanted.order_by(MembershipKind.position, MembershipKind.id)))


def kinds() -> list[MembershipKind]:
    wanted = sa.select(MembershipKind)
    order = (MembershipKind.active.desc(), MembershipKind.position, MembershipKind.id)
    return list(db.session.scalars(wanted.order_by(*order)))


def any_kind() -> bool:
    """Whether this organisation knows memberships at all."""
    return db.session.scalar(sa.select(MembershipKind.id).limit(1)) is not None


def kind(kind_id: int) -> MembershipKind:
    found = db.session.get(MembershipKind, kind_id)
    if found is None:
        raise NotFound
    return found


def uses_of_kinds() -> dict[int, int]:
    """How many memberships each kind has had."""
    counted = sa.select(Membership.kind_id, sa.func.count()).group_by(Membership.kind_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def settings() -> MembershipSettings:
    """The organisation's settings; as they begin, when nothing was set yet (not kept)."""
    found = db.session.scalar(sa.select(MembershipSettings).order_by(MembershipSettings.id).limit(1))
    return found or MembershipSettings(
        how_to_pay_fr="", how_to_pay_en="", renewal_opens_days=60, campaign_on=False, tax_reduction=False
    )


def settled(by: date | None = None) -> sa.ScalarSelect[int]:
    """What was paid or is not asked for, of a ``Membership`` row of the statement around; until ``by``."""
    total = sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_cents), 0)).where(
        Payment.membership_id == Membership.id, Payment.cancelled_at.is_(None)
    )
    if by is not None:
        total = total.where(Payment.paid_on <= by)
    return total.correlate(Membership).scalar_subquery()


def member_on(day: date) -> sa.Select[int]:
    """The ids of the persons who are members on that day: their period holds and is paid up by then.

    An organisation's membership makes no member of the person who speaks for it.
    """
    return sa.select(Membership.person_id).where(_holds_on(day), Membership.organisation_id.is_(None))


def _holds_on(day: date) -> sa.ColumnElement[bool]:
    return sa.and_(Membership.starts_on <= day, last_day >= day, settled(day) >= Membership.amount_cents)


def is_member(person_ids: int | Collection[int], on: date) -> bool:
    """Whether the person, or any of these records of one person, is a member on that day."""
    numbers = [person_ids] if isinstance(person_ids, int) else list(person_ids)
    found = db.session.scalar(member_on(on).where(Membership.person_id.in_(numbers)).limit(1))
    return found is not None


def of_member(person_id: int, organisation_id: int | None) -> sa.ColumnElement[bool]:
    """The memberships of an organisation, whoever speaks for it; or a person's own."""
    if organisation_id is not None:
        return Membership.organisation_id == organisation_id
    return sa.and_(Membership.person_id == person_id, Membership.organisation_id.is_(None))


def covering(person_id: int, organisation_id: int | None, day: date) -> Membership | None:
    """The member's membership whose period holds that day, paid or not; the one that goes on longest."""
    theirs = of_member(person_id, organisation_id)
    wanted = sa.select(Membership).where(theirs, Membership.starts_on <= day, day <= last_day)
    return db.session.scalar(wanted.order_by(Membership.ends_on.desc(), Membership.id).limit(1))


def last_settled(person_id: int, organisation_id: int | None) -> Membership | None:
    """The member's latest membership that was paid up."""
    theirs = of_member(person_id, organisation_id)
    wanted = sa.select(Membership).where(theirs, settled() >= Membership.amount_cents)
    return db.session.scalar(wanted.order_by(Membership.ends_on.desc(), Membership.id.desc()).limit(1))


def after(membership: Membership) -> Membership | None:
    """The same member's membership of a later period, which is not over: asked for, paid or not."""
    theirs = of_member(membership.person_id, membership.organisation_id)
    later = sa.and_(Membership.starts_on > membership.starts_on, last_day >= clock.today())
    return db.session.scalar(sa.select(Membership).where(theirs, later).order_by(Membership.ends_on.desc()).limit(1))


def get(membership_id: int) -> Membership:
    found: Membership | None = db.session.scalar(_whole().where(Membership.id == membership_id))
    if found is None:
        raise NotFound
    return found


def of_person(person_id: int) -> Sequence[Membership]:
    """Every membership of the person, the latest first, with payments and receipts."""
    return of_persons([person_id])


def of_persons(person_ids: Collection[int]) -> Sequence[Membership]:
    wanted = _whole().where(Membership.person_id.in_(person_ids))
    return db.session.scalars(wanted.order_by(Membership.starts_on.desc(), Membership.id.desc())).all()


def _whole() -> sa.Select[Any]:
    return sa.select(Membership).options(
        joinedload(Membership.kind),
        joinedload(Membership.person),
        joinedload(Membership.organisation),
        selectinload(Membership.payments).joinedload(Payment.recorded_by),
        selectinload(Membership.receipts),
    )


def settled_of(membership: Membership) -> int:
    return sum(payment.amount_cents for payment in membership.payments if payment.cancelled_at is None)


def state_of(membership: Membership, today: date | None = None) -> State:
    return rules.state(
        due=membership.amount_cents,
        settled=settled_of(membership),
        ends_on=membership.ends_on,
        ended_on=membership.ended_on,
        today=today or clock.today(),
    )


def receipt(receipt_id: int) -> Receipt:
    wanted = sa.select(Receipt).options(joinedload(Receipt.membership)).where(Receipt.id == receipt_id)
    found: Receipt | None = db.session.scalar(wanted)
    if found is None:
        raise NotFound
    return found
