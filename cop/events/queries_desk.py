"""What an animator's week holds: in a fixed number of statements, however many events there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core.access import Permission
from cop.core.db import db
from cop.events import rules
from cop.events.models import Event, EventKind, HalfDay
from cop.events.queries import LISTED, reached_by
from cop.events.rules_kinds import BY_NAME, HEADCOUNT
from cop.events.rules_quotas import HYBRID
from cop.mail import queries_inbox
from cop.mandates import queries as mandates
from cop.territories.models import Territory, TerritoryPart

SHOWN: Final = 8
ALL: Final = 200
FILLING_WITHIN: Final = timedelta(days=60)
# An older list nobody closed is history, not this week's work.
CLOSED_WITHIN: Final = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Desk:
    """The lists of the page, each with how many there are in all."""

    to_approve: Sequence[Event]
    to_approve_count: int
    drafts: Sequence[Event]
    draft_count: int
    asked: Sequence[Event]  # answers given in calendars wait for a person there
    waiting: Sequence[Event]  # for somebody else's approval, or for a new date
    filling: Sequence[Event]
    to_close: Sequence[HalfDay]
    to_close_count: int
    mine: Sequence[Event]
    coming_count: int
    lately: Sequence[Event]


def own_territories(viewer: Account) -> list[Territory]:
    """What the desk shows first to whoever may see everything but works in a part of it."""
    return mandates.home_territories(viewer) if access.can_everywhere(viewer, Permission.EVENT_READ) else []


def desk(viewer: Account, now: datetime, within: Sequence[Territory] = (), *, whole: bool = False) -> Desk:
    """What waits for the viewer among the events they may change, and the events they may open.

    ``within``: of these territories only. ``whole``: the lists that may be long are given to their end.
    """
    most = ALL if whole else SHOWN
    here = _within(within)
    reach = sa.and_(here, reached_by(viewer, Permission.EVENT_READ))
    mine = sa.and_(here, reached_by(viewer, Permission.EVENT_EDIT))
    drafts = sa.and_(mine, Event.status == rules.DRAFT)
    decides = reached_by(viewer, Permission.EVENT_APPROVE)
    to_approve = sa.and_(here, decides, Event.status == rules.SUBMITTED)
    handed_over = sa.and_(Event.status == rules.SUBMITTED, ~decides)
    waiting = sa.and_(mine, sa.or_(handed_over, Event.status == rules.POSTPONED))
    coming = sa.and_(reach, Event.status == rules.PUBLISHED, Event.ends_at > now)
    may_answer = sa.and_(here, reached_by(viewer, Permission.REGISTRATION_MANAGE), Event.ends_at > now)
    asked = sa.and_(may_answer, Event.id.in_(queries_inbox.events_asked()))
    filling = sa.and_(mine, coming, _filling(), Event.starts_at < now + FILLING_WITHIN)
    open_lists = sa.and_(
        here,
        reached_by(viewer, Permission.ATTENDANCE_CLOSE),
        Event.status == rules.PUBLISHED,
        EventKind.attendance != HEADCOUNT,
        _has_its_list(),
        HalfDay.closed_at.is_(None),
        HalfDay.cancelled_at.is_(None),
        HalfDay.ends_at <= now,
        HalfDay.ends_at > now - CLOSED_WITHIN,
    )
    return Desk(
        to_approve=_events(to_approve, Event.submitted_at),
        to_approve_count=_count(to_approve),
        asked=_events(asked, Event.starts_at),
        waiting=_events(waiting, Event.starts_at),
        drafts=_events(drafts, Event.starts_at, most=most),
        draft_count=_count(drafts),
        filling=_events(filling, Event.starts_at),
        to_close=_half_days(open_lists),
        to_close_count=_count(open_lists, half_days=True),
        mine=_events(
            coming, *([] if whole else [Event.organiser_id.is_distinct_from(viewer.id)]), Event.starts_at, most=most
        ),
        coming_count=_count(coming),
        lately=_events(sa.and_(reach, Event.status == rules.PUBLISHED, Event.ends_at <= now), Event.starts_at.desc()),
    )


def _has_its_list() -> sa.ColumnElement[bool]:
    """Each half-day; where people are noted once for the event, the first one held stands for all."""
    earlier = aliased(HalfDay)
    before = sa.exists().where(
        earlier.event_id == HalfDay.event_id, earlier.starts_at < HalfDay.starts_at, earlier.cancelled_at.is_(None)
    )
    return sa.or_(EventKind.attendance != BY_NAME, ~before)


def _within(territories: Sequence[Territory]) -> sa.ColumnElement[bool]:
    numbers = {territory.id for territory in territories}
    return Event.territory_id.in_(access.inside(numbers)) if numbers else sa.true()


def _filling() -> sa.ColumnElement[bool]:
    """Somebody waits, or one of its rooms is nearly full."""
    hybrid = Event.mode == HYBRID
    on_site = Event.seats_taken - sa.case((hybrid, Event.online_taken), else_=0)
    return sa.or_(
        Event.waiting > 0,
        on_site >= Event.capacity * rules.NEARLY_FULL,
        sa.and_(hybrid, Event.online_taken >= Event.online_capacity * rules.NEARLY_FULL),
    )


def _events(where: sa.ColumnElement[bool], *order: Any, most: int = SHOWN) -> Sequence[Event]:
    statement = sa.select(Event).where(where).order_by(*order, Event.id).limit(most).options(*LISTED)
    return db.session.scalars(statement).unique().all()


def _half_days(where: sa.ColumnElement[bool]) -> Sequence[HalfDay]:
    statement = (
        sa.select(HalfDay)
        .join(HalfDay.event)
        .join(Event.kind)
        .where(where)
        .order_by(HalfDay.starts_at, HalfDay.id)
        .limit(SHOWN)
        .options(contains_eager(HalfDay.event).joinedload(Event.commune), joinedload(HalfDay.event, Event.kind))
    )
    return db.session.scalars(statement).unique().all()


def _count(where: sa.ColumnElement[bool], *, half_days: bool = False) -> int:
    rows = sa.select(sa.func.count()).select_from(Event)
    if half_days:
        rows = rows.join(Event.half_days).join(Event.kind)
    return db.session.scalar(rows.where(where)) or 0


_WIDEST_FIRST: Final = ("region", "hemi_region", "department", "custom", "epci")


def territories(viewer: Account | None, permission: Permission) -> Sequence[Territory]:
    """Where the viewer may hold an event, inside the organisation: the widest first; a commune is too small to be in
    charge of one."""
    ours = sa.select(TerritoryPart.descendant_id).join(Territory, Territory.id == TerritoryPart.ancestor_id)
    here = sa.and_(Territory.id.in_(ours.where(Territory.is_root)), access.visible_to(viewer, permission, Territory.id))
    statement = sa.select(Territory).where(Territory.kind.in_(_WIDEST_FIRST), here)
    rank = sa.case({kind: rank for rank, kind in enumerate(_WIDEST_FIRST)}, value=Territory.kind)
    return db.session.scalars(statement.order_by(rank, Territory.name, Territory.id)).all()
