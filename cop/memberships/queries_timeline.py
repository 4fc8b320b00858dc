"""What memberships add to somebody's story: asked for, paid, ended."""

from datetime import date
from typing import Any, Final

from cop.core import clock
from cop.core.formats import money
from cop.core.i18n import _, label
from cop.core.timeline import Moment
from cop.memberships import queries
from cop.memberships.models import Membership, Payment
from cop.memberships.rules import Method, last_day

KIND: Final = "membership"


def moments(person_id: int) -> list[Moment]:
    return [moment for one in queries.of_person(person_id) for moment in _of(one)]


def _of(membership: Membership) -> list[Moment]:
    kind = label(membership.kind)
    if membership.organisation:
        kind = f"{kind} ({membership.organisation.name})"
    told = [_moment(membership, membership.requested_at, _("Asked for a membership: %(kind)s.", kind=kind))]
    told += [
        _moment(membership, payment.paid_on, _paid(payment))
        for payment in membership.payments
        if payment.cancelled_at is None
    ]
    ended_on = last_day(membership.ends_on, membership.ended_on)
    if ended_on < clock.today() and queries.settled_of(membership) >= membership.amount_cents:
        told.append(_moment(membership, ended_on, _("Membership ended: %(kind)s.", kind=kind)))
    return told


def _paid(payment: Payment) -> str:
    if payment.method == Method.EXEMPT:
        return _("Exempted from the membership fee.")
    return _("Paid %(amount)s for a membership.", amount=money(payment.amount_cents))


def _moment(membership: Membership, at: Any, text: str) -> Moment:
    values = (("person_id", membership.person_id), ("membership_id", membership.id))
    moment: date = at
    return Moment(moment, KIND, text, "memberships.show", values)
