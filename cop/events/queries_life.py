"""Who has a say in the life of an event, and what is left to do before it ends."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from cop.accounts import access
from cop.accounts.models import Account, Grant
from cop.activity.models import ActivityEntry
from cop.activity.service import PUBLIC, Actor
from cop.core import clock
from cop.core.access import Permission
from cop.core.db import db
from cop.events import queries, rules
from cop.events.models import Event, EventKind, HalfDay


def over_before(moment: datetime) -> sa.ColumnElement[bool]:
    """Events long enough ago to forget what prepared them. One that was put off is still to come, whatever its old
    date."""
    return sa.and_(Event.ends_at < moment, Event.status != rules.POSTPONED)


def may_approve(actor: Actor, event: Event) -> bool:
    """Nobody has to approve what a command or the worker does."""
    if actor.account_id is None:
        return actor.kind != PUBLIC.kind
    account = db.session.get(Account, actor.account_id)
    return access.can(account, Permission.EVENT_APPROVE, queries.where_is(event.id))


def who_may_approve(event: Event) -> Sequence[Account]:
    """The coordination; who administers the whole may too, and is asked when there is nobody else."""
    today = clock.today()
    held = sa.select(Grant.account_id).where(
        Grant.starts_on <= today, sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today)
    )
    active = sa.select(Account).where(Account.active, Account.id.in_(held)).order_by(Account.id)
    where = queries.where_is(event.id)
    found = [one for one in db.session.scalars(active) if access.can(one, Permission.EVENT_APPROVE, where)]
    coordination = [one for one in found if not access.can(one, Permission.ACCOUNT_MANAGE, where)]
    return coordination or found


def sibling_waits(event: Event) -> bool:
    """Whether another date of the same series waits for its approval already."""
    if event.series_id is None:
        return False
    waiting = sa.select(Event.id).where(
        Event.series_id == event.series_id, Event.status == rules.SUBMITTED, Event.id != event.id
    )
    return db.session.scalar(waiting.limit(1)) is not None


def who_submitted(event: Event) -> list[Account]:
    """Who handed it over last, and who runs it: both want to know."""
    last = db.session.scalar(
        sa.select(ActivityEntry.actor_id)
        .where(
            ActivityEntry.subject_type == Event.__tablename__,
            ActivityEntry.subject_id == event.id,
            ActivityEntry.action == "event.submitted",
        )
        .order_by(ActivityEntry.at.desc(), ActivityEntry.id.desc())
        .limit(1)
    )
    numbers = {number for number in (last, event.organiser_id) if number is not None}
    statement = sa.select(Account).where(Account.id.in_(numbers), Account.active)
    return list(db.session.scalars(statement.order_by(Account.id)))


def with_data(half_day_ids: Collection[int]) -> set[int]:
    """Those of which somebody noted something, here or in a slice above: whatever row points to them."""
    if not half_day_ids:
        return set()
    own = sa.or_(HalfDay.headcount.is_not(None), HalfDay.closed_at.is_not(None))
    found = [sa.select(HalfDay.id).where(HalfDay.id.in_(half_day_ids), own)]
    found += [
        sa.select(column).where(column.in_(half_day_ids))
        for table in db.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == HalfDay.__tablename__ for key in column.foreign_keys)
    ]
    return set(db.session.scalars(sa.union(*found)))


def still_open(event: Event) -> int:
    """Half-days whose list nobody closed, or whose people nobody counted; those called off do not count."""
    counted = EventKind.attendance == "headcount"
    done = sa.case((counted, HalfDay.headcount.is_not(None)), else_=HalfDay.closed_at.is_not(None))
    statement = (
        sa.select(sa.func.count())
        .select_from(HalfDay)
        .join(Event, Event.id == HalfDay.event_id)
        .join(EventKind, EventKind.id == Event.kind_id)
        .where(Event.id == event.id, HalfDay.cancelled_at.is_(None), ~done)
    )
    return db.session.scalar(statement) or 0
