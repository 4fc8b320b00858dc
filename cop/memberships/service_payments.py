"""Recording what was paid, what is not asked for, and taking a mistake back without erasing it."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import change, db, insert_new
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.memberships import queries, rules
from cop.memberships.models import Membership, Payment, Receipt
from cop.memberships.rules import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What somebody typed, or a file says. ``key`` makes a second press harmless."""

    key: str
    method: str
    amount_cents: int
    paid_on: date
    number: str = ""


def record(membership: Membership, paid: Paid, actor: Actor) -> Payment | None:
    """Keep a payment, in part or in full; ``None`` when this very one is kept already (pressed twice)."""
    _lock(membership)
    if _known(paid.key):
        return None
    remaining = membership.amount_cents - queries.settled_of(membership)
    rules.check_payment(amount=paid.amount_cents, remaining=remaining, paid_on=paid.paid_on, today=clock.today())
    return _insert(membership, paid, actor, "")


def record_imported(membership: Membership, paid: Paid, actor: Actor) -> Payment | None:
    """Keep a payment a file tells of, however old; its amounts were compared when the file was checked."""
    return None if _known(paid.key) else _insert(membership, paid, actor, "")


def exempt(membership: Membership, reason: str, key: str, actor: Actor) -> Payment | None:
    """Ask nothing more for this membership, and say why: what remains counts as settled, never as received."""
    _lock(membership)
    if _known(key):
        return None
    if not reason.strip():
        raise Refused(_l("Say why nothing is asked: the accounts must tell it later."), "reason")
    remaining = membership.amount_cents - queries.settled_of(membership)
    if remaining <= 0:
        raise Refused(_l("This membership is paid already: there is nothing left to exempt from."), "reason")
    paid = Paid(key=key, method=Method.EXEMPT, amount_cents=remaining, paid_on=clock.today())
    return _insert(membership, paid, actor, reason.strip()[:200])


def _lock(membership: Membership) -> None:
    """Two people recording at once: the second sees what the first wrote."""
    db.session.execute(sa.select(Membership.id).where(Membership.id == membership.id).with_for_update())
    db.session.expire(membership, ["payments"])


def _known(key: str) -> bool:
    return db.session.scalar(sa.select(Payment.id).where(Payment.key == key)) is not None


def _insert(membership: Membership, paid: Paid, actor: Actor, reason: str) -> Payment | None:
    values = {
        "key": paid.key,
        "membership_id": membership.id,
        "method": paid.method,
        "amount_cents": paid.amount_cents,
        "paid_on": paid.paid_on,
        "number": paid.number[:60],
        "reason": reason,
        "recorded_at": clock.now(),
        "recorded_by_id": actor.account_id,
        "cancelled_at": None,
        "cancelled_by_id": None,
        "cancel_reason": "",
    }
    made = insert_new(Payment, values, key=["key"])
    db.session.expire(membership, ["payments"])
    if made is not None:
        act = "membership.exempted" if paid.method == Method.EXEMPT else "membership.paid"
        activity.record(actor, act, membership, payment=made.id)
    return made


def cancel(payment: Payment, reason: str, actor: Actor) -> bool:
    """Take back a payment recorded by mistake: it stays, struck through, and so does a receipt that named it."""
    if not reason.strip():
        raise Refused(_l("Say what was wrong: a cancelled payment stays in the accounts."), "reason")
    now = clock.now()
    done = change(
        sa.update(Payment)
        .where(Payment.id == payment.id, Payment.cancelled_at.is_(None))
        .values(cancelled_at=now, cancelled_by_id=actor.account_id, cancel_reason=reason.strip()[:200])
    )
    if not done:
        return False
    db.session.execute(
        sa.update(Receipt)
        .where(Receipt.membership_id == payment.membership_id, Receipt.cancelled_at.is_(None))
        .values(cancelled_at=now)
    )
    db.session.expire_all()
    activity.record(actor, "membership.payment_cancelled", payment.membership, payment=payment.id)
    return True
