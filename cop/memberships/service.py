"""Asking for a membership, renewing and ending it; what it is offered as, and how the organisation is paid."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db, insert_new
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.memberships import queries, rules
from cop.memberships.models import Membership, MembershipKind, MembershipSettings, RenewalStep
from cop.memberships.rules import Span
from cop.people.models import Person


def request(
    person: Person,
    kind_id: int,
    actor: Actor,
    *,
    now: datetime | None = None,
    source: str = "staff",
) -> Membership:
    """A membership of the current period, awaiting its payment; asked for twice, it is the same one.

    One that was ended before its term is taken up again. While nothing is paid, the kind may still change.
    """
    moment = now or clock.now()
    today = clock.local_date(moment)
    kind = _offered(kind_id)
    current = queries.covering(person.id, today)
    span = Span(current.starts_on, current.ends_on) if current else rules.span(kind.period, today)
    return _ask(person, kind, span, actor, moment, source)


def renew(
    person: Person, kind_id: int, actor: Actor, *, now: datetime | None = None, source: str = "staff"
) -> Membership:
    """A membership of the period after the last one that was paid, awaiting its payment."""
    moment = now or clock.now()
    today = clock.local_date(moment)
    last = queries.last_settled(person.id)
    if last is None:
        return request(person, kind_id, actor, now=moment, source=source)
    kind = _offered(kind_id)
    awaiting = queries.after(last)
    span = (
        Span(awaiting.starts_on, awaiting.ends_on)
        if awaiting
        else rules.next_span(kind.period, rules.last_day(last.ends_on, last.ended_on), today)
    )
    return _ask(person, kind, span, actor, moment, source)


def _offered(kind_id: int) -> MembershipKind:
    kind = db.session.get(MembershipKind, kind_id)
    if kind is None or not kind.active:
        raise Refused(_l("This kind of membership is no longer offered: choose another one."), "kind")
    return kind


def _ask(person: Person, kind: MembershipKind, span: Span, actor: Actor, now: datetime, source: str) -> Membership:
    key = f"person:{person.id}:{span.starts_on.isoformat()}"
    values = {
        "key": key,
        "person_id": person.id,
        "kind_id": kind.id,
        "amount_cents": kind.amount_cents,
        "starts_on": span.starts_on,
        "ends_on": span.ends_on,
        "requested_at": now,
        "source": source,
        "end_reason": "",
    }
    made = insert_new(Membership, values, key=["key"])
    if made is not None:
        activity.record(actor, "membership.requested", made)
        return made
    return _again(db.session.scalars(sa.select(Membership).filter_by(key=key)).one(), kind, actor)


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
    for name in ("name_fr", "name_en", "purpose_fr", "purpose_en", "amount_cents", "offered_to", "period", "active"):
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


def seed(content: Mapping[str, Any]) -> None:
    """What a preset says of memberships: kinds, words and steps that are missing; nothing that exists is touched."""
    known = set(db.session.scalars(sa.select(MembershipKind.code)))
    for position, part in enumerate(content.get("kinds", ())):
        if part["code"] not in known:
            db.session.add(MembershipKind(position=position, **part))
    if db.session.scalar(sa.select(MembershipSettings.id)) is None:
        db.session.add(MembershipSettings(**content.get("settings", {})))
        db.session.add_all(_steps(content.get("renewal", ())))
    db.session.flush()


def _steps(parts: Sequence[Mapping[str, Any]]) -> list[RenewalStep]:
    return [RenewalStep(**part) for part in parts]
