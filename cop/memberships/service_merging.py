"""One person, one membership for a period: what two records that were made one had asked for, each on its own."""

from datetime import timedelta

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import db
from cop.core.i18n import _
from cop.memberships import queries
from cop.memberships.models import Membership


def settle(person_id: int, actor: Actor) -> int:
    """Of two memberships that hold together the paid one stays, and the other ends before it: nobody counts twice.

    What was paid for the other stays on record. Returns how many were ended.
    """
    theirs = [one for one in queries.of_person(person_id) if one.organisation_id is None and one.ended_on is None]
    kept: list[Membership] = []
    for one in sorted(theirs, key=_worth, reverse=True):
        above = next((other for other in kept if _together(one, other)), None)
        if above is None:
            kept.append(one)
        else:
            _end_before(above, one, actor)
    for one in kept:
        _asked_again(one)
    return len(theirs) - len(kept)


def _worth(membership: Membership) -> tuple[object, ...]:
    """Paid before unpaid; then the one that holds longest, so that no paid day is lost; then the older one."""
    settled = queries.settled_of(membership)
    return settled >= membership.amount_cents, membership.ends_on, settled, -membership.id


def _together(one: Membership, other: Membership) -> bool:
    same = one.kind.period == other.kind.period
    return same and one.starts_on <= other.ends_on and other.starts_on <= one.ends_on


def _end_before(kept: Membership, other: Membership, actor: Actor) -> None:
    """The days before the one that stays are still its own, when they were paid."""
    paid = queries.settled_of(other) >= other.amount_cents
    first = max(kept.starts_on, other.starts_on) if paid else other.starts_on
    other.key = f"{other.key}:merged:{other.id}"
    other.ended_on = first - timedelta(days=1)
    other.end_reason = _("Two records of one person were merged: the other membership of this period stays.")
    db.session.flush()
    activity.record(actor, "membership.ended", other)


def _asked_again(membership: Membership) -> None:
    """Asked for again under the record that stays, this period is this membership."""
    key = f"person:{membership.person_id}:{membership.starts_on.isoformat()}"
    if not db.session.scalar(sa.select(Membership.id).filter_by(key=key)):
        membership.key = key
        db.session.flush()
