"""Counting seats: the only place where the counters of an event and of its groups move.

The event's row is always changed first, then the group's: whoever holds the first has no rival for the second, so that
nobody waits for each other in a circle. Each step that takes a seat is conditional and says whether it took one.
"""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from cop.core.db import db
from cop.events.models import Event
from cop.events.models_quotas import Quota
from cop.registrations import queries_seats, rules_seats
from cop.registrations.models import Registration
from cop.registrations.queries_seats import HOLDS_A_SEAT
from cop.registrations.rules import Status
from cop.registrations.rules_seats import Line

_E: Final = Event.__table__.c
_Q: Final = Quota.__table__.c
_HYBRID: Final = _E.mode == rules_seats.HYBRID


def _sides(main: Any, together: Any) -> Any:
    return sa.case((_HYBRID, main), else_=together)


# For everybody: seats that are neither taken nor kept for a group.
_MAIN_TAKEN: Final = _E.seats_taken + _E.seats_held + _sides(-_E.online_taken, _E.online_held)
_MAIN_FREE: Final = sa.or_(_E.capacity.is_(None), _E.capacity > _MAIN_TAKEN)
_ONLINE_FREE: Final = sa.or_(_E.online_capacity.is_(None), _E.online_taken + _E.online_held < _E.online_capacity)
_FREE: Final = {
    False: _MAIN_FREE,
    True: sa.or_(sa.and_(_HYBRID, _ONLINE_FREE), sa.and_(sa.not_(_HYBRID), _MAIN_FREE)),
}
_NOBODY_WAITS: Final = {
    False: _sides(_E.waiting - _E.online_waiting, _E.waiting) == 0,
    True: _sides(_E.online_waiting, _E.waiting) == 0,
}

_MOVED: Final = (
    sa.update(Event.__table__)
    .where(_E.id == sa.bindparam("event"))
    .values(
        seats_taken=_E.seats_taken + sa.bindparam("seats"),
        waiting=_E.waiting + sa.bindparam("waits"),
        online_taken=_E.online_taken + sa.bindparam("online_seats"),
        online_waiting=_E.online_waiting + sa.bindparam("online_waits"),
        seats_held=_E.seats_held - sa.bindparam("held"),
        online_held=_E.online_held - sa.bindparam("online_held"),
    )
)
_OPEN: Final = _MOVED.where(_E.status == "published")
_TAKEN: Final = {side: _OPEN.where(free) for side, free in _FREE.items()}
_TAKEN_FIRST: Final = {side: _TAKEN[side].where(empty) for side, empty in _NOBODY_WAITS.items()}
_JOINED: Final = {side: _MOVED.returning(free) for side, free in _FREE.items()}

_GROUP_MOVED: Final = (
    sa.update(Quota.__table__)
    .where(_Q.id == sa.bindparam("quota"))
    .values(taken=_Q.taken + sa.bindparam("seats"), waiting=_Q.waiting + sa.bindparam("waits"))
)
_GROUP_TAKEN: Final = _GROUP_MOVED.where(_Q.taken < _Q.capacity)


def take_first(event_id: int, line: Line) -> bool:
    """A seat for a newcomer, unless somebody already waits for it. The line has no group."""
    return _run(_TAKEN_FIRST[line.online], _steps(event_id, line, seats=1))


def take(event_id: int, line: Line, *, from_waiting: bool) -> bool:
    """A seat, whoever waits; false when none is left for this line."""
    steps = _steps(event_id, line, seats=1, waits=-1 if from_waiting else 0)
    if not _run(_OPEN if line.kept else _TAKEN[line.online], steps):
        return False
    if line.group is None:
        return True
    if _run(_GROUP_TAKEN if line.ruling else _GROUP_MOVED, _group_steps(line.group.id, steps)):
        return True
    _run(_MOVED, {name: step if name == "event" else -step for name, step in steps.items()})
    return False


def give_back(event_id: int, line: Line) -> None:
    _move(event_id, line, seats=-1)


def keep(event_id: int, line: Line) -> None:
    """Take back what was just given back."""
    _move(event_id, line, seats=1)


def join(event_id: int, line: Line) -> bool:
    """One more who waits; true when a seat for everybody is free all the same: somebody else comes first."""
    steps = _steps(event_id, line, waits=1)
    free = bool(db.session.execute(_JOINED[line.online], steps).scalar())
    if line.group:
        _run(_GROUP_MOVED, _group_steps(line.group.id, steps))
    return free


def leave(event_id: int, line: Line) -> None:
    _move(event_id, line, waits=-1)


def _move(event_id: int, line: Line, *, seats: int = 0, waits: int = 0) -> None:
    steps = _steps(event_id, line, seats=seats, waits=waits)
    _run(_MOVED, steps)
    if line.group:
        _run(_GROUP_MOVED, _group_steps(line.group.id, steps))


def _steps(event_id: int, line: Line, *, seats: int = 0, waits: int = 0) -> dict[str, int]:
    held_online = line.group is not None and line.group.online
    return {
        "event": event_id,
        "seats": seats,
        "waits": waits,
        "online_seats": seats if line.online else 0,
        "online_waits": waits if line.online else 0,
        "held": seats if line.kept and not held_online else 0,
        "online_held": seats if line.kept and held_online else 0,
    }


def _group_steps(quota_id: int, steps: dict[str, int]) -> dict[str, int]:
    return {"quota": quota_id, "seats": steps["seats"], "waits": steps["waits"]}


def _run(statement: Any, values: dict[str, int]) -> bool:
    done = db.session.execute(statement, values, execution_options={"synchronize_session": False})
    return bool(done.rowcount)  # type: ignore[attr-defined]


# --- From the registrations ---------------------------------------------------------------------------


def recount(event: Event) -> int:
    """Set every counter from the registrations; returns how many wait in line again, because their seat is beyond what
    there is: the last confirmed first. The event's row is ours."""
    seats = queries_seats.seats_of(event)
    rows = active(event.id)
    seated = [row for row in rows if row.status in HOLDS_A_SEAT]
    beyond = rules_seats.beyond([queries_seats.line_of(row, seats) for row in seated], seats)
    for number in beyond:
        late = seated[number]
        late.status, late.confirmed_at, late.offered_at, late.offer_expires_at = Status.WAITLISTED, None, None, None
    count(event, rows)
    return len(beyond)


def active(event_id: int) -> list[Registration]:
    """Those with a seat in the order they were given, and those who wait."""
    statement = (
        sa.select(Registration)
        .where(Registration.event_id == event_id, Registration.status != Status.CANCELLED)
        .order_by(sa.func.coalesce(Registration.confirmed_at, Registration.offered_at), Registration.id)
    )
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def count(event: Event, rows: Sequence[Registration]) -> None:
    """Write what these registrations amount to. In one flush each table: the sums are checked by the database."""
    quotas = db.session.scalars(sa.select(Quota).where(Quota.event_id == event.id).order_by(Quota.id)).all()
    seated = [row for row in rows if row.status in HOLDS_A_SEAT]
    waiting = [row for row in rows if row.status == Status.WAITLISTED]
    for quota in quotas:
        quota.taken = sum(row.quota_id == quota.id for row in seated)
        quota.waiting = sum(row.quota_id == quota.id for row in waiting)
    groups = [queries_seats.group_of(quota) for quota in quotas]
    event.quota_count = len(quotas)
    event.seats_taken, event.waiting = len(seated), len(waiting)
    event.online_taken = sum(row.attends == rules_seats.ONLINE for row in seated)
    event.online_waiting = sum(row.attends == rules_seats.ONLINE for row in waiting)
    event.seats_held = rules_seats.held(groups, online=False)
    event.online_held = rules_seats.held(groups, online=True)
    db.session.flush()
