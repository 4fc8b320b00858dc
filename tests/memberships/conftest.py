"""Kinds of membership, requests and payments, as the tests ask for them within a unit of work."""

from datetime import date
from typing import Any

from cop.activity.service import COMMAND
from cop.core import clock
from cop.core.db import db
from cop.memberships import service, service_payments
from cop.memberships.models import Membership, MembershipKind, RenewalStep
from cop.memberships.service_payments import Paid
from cop.people.models import Person


def kind(code: str = "individual", amount: int = 2500, **values: Any) -> MembershipKind:
    names = {"name_fr": "Adhésion individuelle", "name_en": "Individual membership", **values}
    made = MembershipKind(code=code, amount_cents=amount, **names)
    db.session.add(made)
    db.session.flush()
    return made


def pay(membership: Membership, amount: int, on: date | None = None, **values: Any) -> None:
    key = values.pop("key", f"test-{membership.id}-{len(membership.payments)}")
    paid = Paid(
        key=key, method=values.pop("method", "cheque"), amount_cents=amount, paid_on=on or clock.today(), **values
    )
    service_payments.record(membership, paid, COMMAND)


def member(person: Person, offered: MembershipKind, year: int = 2026) -> Membership:
    """Somebody who asked in January of that year and paid the same day."""
    day = date(year, 1, 15)
    made = service.request(person, offered.id, COMMAND, now=clock.start_of_day(day))
    service_payments.record_imported(
        made,
        Paid(key=f"paid-{made.id}", method="transfer", amount_cents=offered.amount_cents, paid_on=day),
        COMMAND,
    )
    return made


def step(days_before: int, audience: str = "member", **values: Any) -> RenewalStep:
    made = RenewalStep(days_before=days_before, audience=audience, **values)
    db.session.add(made)
    db.session.flush()
    return made
