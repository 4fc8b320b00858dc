"""Asking for a membership, renewing and ending it; what it is offered as, and how the organisation is paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db, insert_new
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.memberships import queries, queries_own, rules
from cop.memberships.models import Membership, MembershipKind, MembershipSettings
from cop.memberships.rules import OfferedTo, Span
from cop.people.models import Person


def request(
    person: Person,
    kind_id: int,
    actor: Actor,
    *,
    organisation_id: int | None = None,
    now: datetime | None = None,
    source: str = "staff",
) -> Membership:
    """A membership of the current period, awaiting its payment; asked for twice, it is the same one.

    One that was ended before its term is taken up again. While nothing is paid, the kind may still change.
    """
    moment = now or clock.now()
    today = clock.local_date(moment)
    kind = _offered(kind_id, organisation_id)
    current = queries.covering(person.id, organisation_id, today)
    span = Span(current.starts_on, current.ends_on) if current else rules.span(kind.period, today)
    return ask(Asked(person, kind, span, organisation_id, source), actor, moment)


def renew(
    person: Person,
    kind_id: int,
    actor: Actor,
    *,
    organisation_id: int | None = None,
    now: datetime | None = None,
    source: str = "staff",
) -> Membership:
    """A membership of the period after the last one that was paid, awaiting its payment."""
    moment = now or clock.now()
    last = queries.last_settled(person.id, organisation_id)
    if last is None:
        return request(person, kind_id, actor, organisation_id=organisation_id, now=moment, source=source)
    kind = _offered(kind_id, organisation_id)
    later = queries.after(last)
    ended_on = rules.last_day(last.ends_on, last.ended_on)
    span = (
        Span(later.starts_on, later.ends_on)
        if later
        else rules.next_span(kind.period, ended_on, clock.local_date(moment))
    )
    return ask(Asked(person, kind, span, organisation_id, source), actor, moment)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what, and for which period."""

    person: Person
    kind: MembershipKind
    span: Span
    organisation_id: int | None
    source: str
    amount_cents: int | None = None  # what was asked at the time, when it is not today's price

    @property
    def key(self) -> str:
        who = f"organisation:{self.organisation_id}" if self.organisation_id else f"person:{self.person.id}"
        return f"{who}:{self.span.starts_on.isoformat()}"


def _offered(kind_id: int, organisation_id: int | None) -> MembershipKind:
    kind = db.session.get(MembershipKind, kind_id)
    wanted = OfferedTo.INDIVIDUAL if organisation_id is None else OfferedTo.ORGANISATION
    if kind is None or not kind.active or kind.offered_to != wanted:
        raise Refused(_l("This kind of membership is not offered: choose another one."), "kind")
    return kind


def ask(asked: Asked, actor: Actor, now: datetime) -> Membership:
    """The membership of that member and period, made if there is none."""
    values = {
        "key": asked.key,
        "person_id": asked.person.id,
        "organisation_id": asked.organisation_id,
        "kind_id": asked.kind.id,
        "amount_cents": asked.kind.amount_cents if asked.amount_cents is None else asked.amount_cents,
        "starts_on": asked.span.starts_on,
        "ends_on": asked.span.ends_on,
        "requested_at": now,
        "source": asked.source,
        "ended_on": None,
        "end_reason": "",
    }
    made = insert_new(Membership, values, key=["key"])
    if made is not None:
        activity.record(actor, "membership.requested", made)
        return made
    known = db.session.scalars(sa.select(Membership).filter_by(key=asked.key)).one()
    return _again(known, asked.kind, actor)


def _again(membership: Membership, kind: MembershipKind, actor: Actor) -> Membership:
    if membership.ended_on is not None:
        membership.ended_on, membership.end_reason = None, ""
        activity.record(actor, "membership.resumed", membership)
    if membership.kind_id != kind.id and not any(p.cancelled_at is None for p in membership.payments):
        membership.kind_id, membership.amount_cents = kind.id, kind.amount_cents
    db.session.flush()
    db.session.expire(membership, ["kind"])
    return membership


def end(membership: Membership, ended_on: date, reason: str, actor: Actor) -> None:
    """End it before its term: somebody leaves, or withdraws a request. What was paid stays on record."""
    rules.check_end(starts_on=membership.starts_on, ends_on=membership.ends_on, ended_on=ended_on)
    membership.ended_on, membership.end_reason = ended_on, reason[:200]
    db.session.flush()
    activity.record(actor, "membership.ended", membership)


def resume(membership: Membership, actor: Actor) -> None:
    """Undo the end: it holds until its term again."""
    if membership.ended_on is None:
        return
    membership.ended_on, membership.end_reason = None, ""
    db.session.flush()
    activity.record(actor, "membership.resumed", membership)


def save_kind(kind: MembershipKind | None, values: Mapping[str, Any], actor: Actor) -> MembershipKind:
    """Make or change what is offered. Memberships asked for before keep their amount and their period."""
    made = kind or MembershipKind(code=_free_code(), position=len(queries.kinds()))
    for name in (
        "name_fr",
        "name_en",
        "purpose_fr",
        "purpose_en",
        "amount_cents",
        "offered_to",
        "period",
        "active",
        "import_names",
    ):
        setattr(made, name, values[name])
    db.session.add(made)
    db.session.flush()
    activity.record(actor, "membership_kind.changed" if kind else "membership_kind.created", made)
    return made


def _free_code() -> str:
    last = db.session.scalar(sa.select(sa.func.max(MembershipKind.id))) or 0
    return f"kind_{last + 1}"


def save_settings(values: Mapping[str, Any], actor: Actor) -> MembershipSettings:
    kept = queries.settings()
    for name, value in values.items():
        setattr(kept, name, value)
    db.session.add(kept)
    db.session.flush()
    activity.record(actor, "membership_settings.changed", kept)
    return kept


def renew_oneself(found: queries_own.Offer, kind_id: int, actor: Actor) -> Membership:
    """The member's own button: harmless pressed twice, and refused before renewing opens."""
    if found.awaiting is not None:
        return found.awaiting
    if not found.may_ask:
        raise Refused(_l("Your membership is up to date: there is nothing to renew yet."), "kind")
    return renew(found.person, kind_id, actor, organisation_id=found.organisation_id, source="member")
