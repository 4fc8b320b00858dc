"""Checking people in, closing a half-day, reopening it. Whatever is pressed twice, or on two phones, happens once.

Every change first takes the half-day: marks share it, closing has it alone, so nobody is noted present in a
list that closes at the same moment.
"""

from datetime import datetime

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.attendance import queries, rules
from cop.attendance.models import Attendance
from cop.attendance.rules import Source, State
from cop.core.db import db, insert_if_absent
from cop.core.errors import NotFound, Refused
from cop.core.i18n import _l
from cop.events.models import HalfDay
from cop.events.rules_kinds import BY_NAME
from cop.people import service as people
from cop.people.models import Person
from cop.people.service import Identity


def mark(half: HalfDay, person_id: int, state: State | None, *, actor: Actor, now: datetime) -> None:
    """Note how it stands with somebody of the list; ``None``: nothing is known, after all.

    Raises ``Refused`` when the half-day is not open, ``NotFound`` for somebody who is not on the list.
    """
    _take(half, alone=False)
    rules.check_mark(queries.stage_of(half, now), state)
    if not queries.is_on_list(half.event_id, person_id):
        raise NotFound
    if state is None:
        _unmark(half, person_id, actor, now)
    else:
        _note(half, person_id, state, Source.LIST, actor, now)


def add_walk_in(half: HalfDay, said: Identity, *, actor: Actor, now: datetime) -> Person:
    """Somebody who came without having registered: on the list and present, in one press."""
    _take(half, alone=True)
    rules.check_mark(queries.stage_of(half, now), State.PRESENT)
    person = _already_listed(half.event_id, said) or people.find_or_create(
        said.given_name,
        said.family_name,
        email=said.email or None,
        profession_code=said.profession_code,
        commune_id=said.commune_id,
        actor=actor,
        now=now,
    )
    listed = queries.is_on_list(half.event_id, person.id)
    _note(half, person.id, State.PRESENT, Source.LIST if listed else Source.WALK_IN, actor, now)
    return person


def _already_listed(event_id: int, said: Identity) -> Person | None:
    """Without an address only the name tells: the same name on the same list is the same person, or a second press."""
    if said.email:
        return None
    for person in queries.namesakes(event_id, said.given_name, said.family_name):
        if not (person.profession_code and said.profession_code and person.profession_code != said.profession_code):
            return person
    return None


def remove_walk_in(half: HalfDay, person_id: int, *, actor: Actor, now: datetime) -> None:
    """Take somebody off the list who was added by mistake; who is registered stays on it."""
    _take(half, alone=False)
    rules.check_mark(queries.stage_of(half, now), None)
    removed = db.session.execute(
        sa.delete(Attendance).where(
            Attendance.half_day_id == half.id, Attendance.person_id == person_id, Attendance.source == Source.WALK_IN
        )
    )
    if removed.rowcount:  # type: ignore[attr-defined]
        activity.record(actor, "attendance.removed", half, person=person_id)


def set_headcount(
    half: HalfDay, people_counted: int | None, *, actor: Actor, now: datetime, children: int | None = None
) -> None:
    """How many people came, where nobody is named; ``children``: how many of them."""
    _take(half, alone=True)
    rules.check_mark(queries.stage_of(half, now), State.PRESENT)
    if people_counted is not None and not 0 <= people_counted <= rules.MOST_PEOPLE:
        raise Refused(_l("Give a number of people, from 0 upwards."), field="headcount")
    if children is not None and not 0 <= children <= (people_counted or 0):
        raise Refused(_l("No more children than people in all."), field="children")
    if (half.headcount, half.children) != (people_counted, children):
        half.headcount, half.children = people_counted, children
        activity.record(actor, "attendance.counted", half, people=people_counted, children=children)


def close(half: HalfDay, *, actor: Actor, now: datetime) -> int:
    """Close the list: registered people about whom nothing was noted become absent. Returns how many."""
    _take(half, alone=True)
    if half.closed_at is not None:
        return 0
    rules.check_close(queries.stage_of(half, now), half.starts_at, now)
    missing = queries.not_coming(half.event_id, half.id)
    for person_id in missing:
        _note(half, person_id, State.ABSENT, Source.CLOSING, actor, now)
    for one in _together(half):
        one.closed_at, one.closed_by_id = now, actor.account_id
    db.session.flush()
    activity.record(actor, "attendance.closed", half, absent=len(missing))
    return len(missing)


def reopen(half: HalfDay, *, actor: Actor) -> None:
    """Open a closed list again to correct it. What closing had concluded is unknown again; the log keeps both."""
    _take(half, alone=True)
    if half.closed_at is None:
        return
    rules.check_reopen(half.event.closed_at)
    db.session.execute(
        sa.delete(Attendance).where(
            Attendance.half_day_id == half.id,
            Attendance.source == Source.CLOSING,
            Attendance.state == State.ABSENT,
        )
    )
    for one in _together(half):
        one.closed_at = one.closed_by_id = None
    db.session.flush()
    activity.record(actor, "attendance.reopened", half)


def _together(half: HalfDay) -> list[HalfDay]:
    """The half-days a list is of: all of them where people are noted once for the event."""
    return list(half.event.half_days) if half.event.kind.attendance == BY_NAME else [half]


def _take(half: HalfDay, *, alone: bool) -> None:
    """Hold the half-day until the end of the transaction, and read it as it is now."""
    db.session.refresh(
        half,
        ["headcount", "closed_at", "closed_by_id", "starts_at", "cancelled_at"],
        with_for_update={"read": not alone},
    )


def _note(half: HalfDay, person_id: int, state: State, source: Source, actor: Actor, now: datetime) -> None:
    values = {
        "half_day_id": half.id,
        "person_id": person_id,
        "state": state.value,
        "source": source.value,
        "recorded_at": now,
        "recorded_by_id": actor.account_id,
    }
    if insert_if_absent(Attendance, values, key=["half_day_id", "person_id"]):
        return
    # Pressed again: the first hour of arrival stays.
    db.session.execute(
        sa.update(Attendance)
        .where(Attendance.half_day_id == half.id, Attendance.person_id == person_id, Attendance.state != state.value)
        .values(state=state.value, recorded_at=now, recorded_by_id=actor.account_id)
    )


def _unmark(half: HalfDay, person_id: int, actor: Actor, now: datetime) -> None:
    """Nothing is known again. Who came without registering stays on the list, or a slip would lose what was typed."""
    row = sa.and_(Attendance.half_day_id == half.id, Attendance.person_id == person_id)
    kept = db.session.execute(
        sa.update(Attendance)
        .where(row, Attendance.source == Source.WALK_IN, Attendance.state != State.ABSENT)
        .values(state=State.ABSENT.value, recorded_at=now, recorded_by_id=actor.account_id)
    )
    gone = db.session.execute(sa.delete(Attendance).where(row, Attendance.source != Source.WALK_IN))
    if kept.rowcount or gone.rowcount:  # type: ignore[attr-defined]
        activity.record(actor, "attendance.undone", half, person=person_id)
