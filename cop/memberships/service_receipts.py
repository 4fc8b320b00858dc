"""Issuing receipts: a number without gap in its year, and what was said kept as it was said."""

from typing import Any

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db, insert_if_absent
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.host import queries as host
from cop.memberships import queries
from cop.memberships.models import Membership, Payment, Receipt, ReceiptSeries
from cop.memberships.rules import Method


def issue(membership: Membership, actor: Actor) -> Receipt:
    """The receipt of a membership that is paid up; the one that holds already, if there is one."""
    db.session.execute(sa.select(Membership.id).where(Membership.id == membership.id).with_for_update())
    db.session.expire(membership, ["payments", "receipts"])
    if held := next((receipt for receipt in membership.receipts if receipt.cancelled_at is None), None):
        return held
    received = [payment for payment in membership.payments if _is_money(payment)]
    if not received or queries.settled_of(membership) < membership.amount_cents:
        raise Refused(_l("There is no receipt yet: the fee is not paid in full, or nothing was paid."))
    now = clock.now()
    year = clock.local_date(now).year
    made = Receipt(
        membership_id=membership.id,
        year=year,
        number=_next_number(year),
        issued_at=now,
        content=_content(membership, received),
    )
    db.session.add(made)
    db.session.flush()
    db.session.expire(membership, ["receipts"])
    activity.record(actor, "membership.receipt_issued", membership, receipt=made.id)
    return made


def _is_money(payment: Payment) -> bool:
    return payment.cancelled_at is None and payment.method != Method.EXEMPT


def _next_number(year: int) -> int:
    """Taken in the transaction of the receipt: rolled back with it, so no number is lost, and none given twice."""
    insert_if_absent(ReceiptSeries, {"year": year, "last_number": 0}, key=["year"])
    taken = sa.update(ReceiptSeries).where(ReceiptSeries.year == year)
    statement = taken.values(last_number=ReceiptSeries.last_number + 1).returning(ReceiptSeries.last_number)
    return db.session.execute(statement).scalar_one()


def _content(membership: Membership, received: list[Payment]) -> dict[str, Any]:
    organisation = host.current_host()
    return {
        "issued_on": clock.today().isoformat(),
        "member": membership.member_name,
        "kind": {"name_fr": membership.kind.name_fr, "name_en": membership.kind.name_en},
        "starts_on": membership.starts_on.isoformat(),
        "ends_on": membership.ends_on.isoformat(),
        "total_cents": sum(payment.amount_cents for payment in received),
        "payments": [
            {
                "paid_on": payment.paid_on.isoformat(),
                "method": payment.method,
                "number": payment.number,
                "amount_cents": payment.amount_cents,
            }
            for payment in received
        ],
        "host": {
            "name": (organisation.legal_name or organisation.name) if organisation else "",
            "lines": [organisation.address, organisation.email] if organisation else [],
        },
        "tax_reduction": queries.settings().tax_reduction,
    }
