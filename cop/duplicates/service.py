"""Finding pairs, telling people apart, merging two records and taking that back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import changes
from cop.core.db import change, db, insert_if_absent
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.duplicates import queries, rules, service_rows
from cop.duplicates.models import Merge, Pair
from cop.memberships import service_merging as memberships
from cop.people import rules as names
from cop.people.models import Person

# What is chosen on the page, field by field. The account comes with the record it is tied to.
FIELDS: Final = ("given_name", "family_name", "email", "phone", "profession_code", "rpps", "language", "account_id")
_EMPTY: Final = {
    "given_name": "",
    "family_name": "",
    "search_name": "",
    "email": None,
    "email_key": None,
    "phone": None,
    "rpps": None,
    "rpps_claimed": None,
    "account_id": None,
}


def find(now: datetime) -> int:
    """Look at everybody again; how many new pairs there are. What was decided about a pair holds."""
    found = rules.pairs(queries.cards())
    known = {(pair.one_id, pair.other_id): pair for pair in db.session.scalars(sa.select(Pair))}
    for key, pair in known.items():
        if key in found:
            pair.score, pair.reasons = found[key].score, [*found[key].reasons]
        elif pair.decided_at is None:
            db.session.delete(pair)
    db.session.flush()
    fresh = 0
    for (one, other), alike in found.items():
        if (one, other) not in known:
            key_of = {"one_id": one, "other_id": other}
            values = {**key_of, "score": alike.score, "reasons": [*alike.reasons], "found_at": now}
            fresh += insert_if_absent(Pair, values, key=list(key_of))
    return fresh


def tell_apart(pair: Pair, *, actor: Actor, now: datetime) -> None:
    """These are two people: not to be asked again."""
    pair.decided_at, pair.decided_by_id = now, actor.account_id
    db.session.flush()
    activity.record(actor, "person.told_apart", pair.one, other=pair.other_id)


def reopen(pair: Pair, *, actor: Actor) -> None:
    pair.decided_at = pair.decided_by_id = None
    db.session.flush()
    activity.record(actor, "person.reopened_pair", pair.one, other=pair.other_id)


def merge(kept_id: int, other_id: int, chosen: Mapping[str, int], *, actor: Actor, now: datetime) -> Merge:
    """Make one record of two. ``chosen``: for each field, the number of the record whose value stays.

    All that points to the other record follows. The other record stays, empty, so that links mailed in its name work.
    """
    kept, other = _both(kept_id, other_id)
    if kept.rpps and other.rpps and kept.rpps != other.rpps:
        raise Refused(_l("They have two RPPS numbers: two people. Correct the wrong number first."))
    made = Merge(kept_id=kept.id, merged_id=other.id, made_at=now, made_by_id=actor.account_id, moved={}, dropped={})
    db.session.add(made)
    db.session.flush()
    with changes.recorded(_origin(made)):
        outcome = service_rows.follow(other.id, kept.id)
        _remember_apart(other.id, kept.id)
        _write(kept, other, chosen, now)
        outcome.dropped["membership"] += memberships.settle(kept.id, actor)
    made.moved, made.dropped = outcome.moved, {table: count for table, count in outcome.dropped.items() if count}
    service_rows.recount(outcome.event_ids)
    db.session.flush()
    activity.record(actor, "person.merged", kept, other=other.id, merge=made.id)
    return made


def _origin(merge: Merge) -> str:
    return f"merge:{merge.id}"


def _both(kept_id: int, other_id: int) -> tuple[Person, Person]:
    """Both rows, ours until the end, always taken in the same order: two merges at once wait for each other."""
    numbers = sa.select(Person).where(Person.id.in_([kept_id, other_id])).order_by(Person.id)
    locked = db.session.scalars(numbers.with_for_update().execution_options(populate_existing=True)).all()
    found = {person.id: person for person in locked if person.anonymised_at is None}
    if kept_id == other_id or len(found) != 2:
        raise Refused(_l("One of these records was merged or erased in the meantime. Nothing was changed."))
    return found[kept_id], found[other_id]


def _write(kept: Person, other: Person, chosen: Mapping[str, int], now: datetime) -> None:
    values = {name: _value(name, kept, other, chosen) for name in FIELDS}
    numbers = (kept.rpps_claimed, other.rpps_claimed)
    claimed = next((number for number in numbers if number and number != values["rpps"]), None)
    notice = max(filter(None, (kept.notice_version, other.notice_version)), default=None)
    known_by = {kept.email_key, other.email_key} - {None}
    since = min(kept.created_at, other.created_at)
    for name, empty in _EMPTY.items():  # first: what is unique has to be free
        setattr(other, name, empty)
    other.anonymised_at, other.merged_into_id = now, kept.id
    db.session.flush()
    for name, value in values.items():
        setattr(kept, name, value)
    kept.rpps_claimed, kept.notice_version, kept.created_at = claimed, notice, since
    kept.email_key = kept.email if kept.email in known_by else None
    kept.search_name = names.search_name(kept.given_name, kept.family_name)
    db.session.flush()


def _value(name: str, kept: Person, other: Person, chosen: Mapping[str, int]) -> object:
    """What was chosen; else what is known, the kept record's first."""
    sides = (kept, other)
    if name in chosen:
        return next(getattr(side, name) for side in sides if side.id == chosen[name])
    return next((getattr(side, name) for side in sides if getattr(side, name)), getattr(kept, name))


def _remember_apart(other_id: int, kept_id: int) -> None:
    """What was decided about the other record holds for the one that stays; the rest is found again."""
    theirs = sa.or_(Pair.one_id == other_id, Pair.other_id == other_id)
    for pair in db.session.scalars(sa.select(Pair).where(theirs)).all():
        third = pair.other_id if pair.one_id == other_id else pair.one_id
        if pair.decided_at is not None and third != kept_id:
            one, two = sorted((third, kept_id))
            key = {"one_id": one, "other_id": two}
            decided = {"decided_at": pair.decided_at, "decided_by_id": pair.decided_by_id, "found_at": pair.found_at}
            insert_if_absent(Pair, {**key, **decided, "score": pair.score, "reasons": pair.reasons}, key=list(key))
        change(sa.delete(Pair).where(Pair.id == pair.id))


def undo(merge: Merge, *, actor: Actor, now: datetime) -> changes.Undone:
    """Bring both records back as they were; what somebody changed since stays, and is told."""
    locked = db.session.scalars(
        sa.select(Merge).where(Merge.id == merge.id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if locked.undone_at is not None:
        raise Refused(_l("This merge was undone already."))
    before = service_rows.events_of(locked.kept_id)
    undone = changes.undo(_origin(locked))
    if not undone.restored:
        raise Refused(_l("What is needed to undo this merge is gone: it is kept for 30 days."))
    locked.undone_at = now
    service_rows.recount(before | service_rows.events_of(locked.kept_id) | service_rows.events_of(locked.merged_id))
    db.session.flush()
    activity.record(actor, "person.unmerged", locked.kept, other=locked.merged_id, left=len(undone.left))
    return undone
