"""Meetings of long ago in the demonstration: their outcome is written at once, as a file taken over would be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import sqlalchemy as sa

from cop.activity.service import Actor
from cop.attendance.models import Attendance
from cop.attendance.rules import HEADCOUNT, Source, State
from cop.core.db import db
from cop.demo_attendance import MINUTE, arrival, state_of
from cop.demo_plan import Planned
from cop.events.models import Event, HalfDay
from cop.events.rules_kinds import BY_NAME
from cop.invitations import service as invitations
from cop.invitations.models import Invitation
from cop.invitations.models import State as InvitationState
from cop.registrations.models import Registration
from cop.registrations.rules import Status

CHANGE_OF_MIND: Final = 0.07


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who registered."""

    person_id: int
    registered_at: datetime


def happened(
    one: Planned, event: Event, guests: Sequence[Guest], walk_ins: Sequence[int], actor: Actor, rng: Random
) -> None:
    """Registrations, invitations and attendance of an event that is over; nobody is written to."""
    left = [guest for guest in guests if rng.random() < CHANGE_OF_MIND]
    stayed = [guest for guest in guests if guest not in left]
    source = "public" if one.kind.audience == "public" else "staff"
    _insert(Registration, [_registration(event, guest, source, None) for guest in stayed])
    _insert(Registration, [_registration(event, guest, source, _between(guest, event, rng)) for guest in left])
    _insert(Invitation, [_invitation(event, guest, InvitationState.REQUESTED) for guest in stayed])
    event.seats_taken = len(stayed)
    for number, half in enumerate(event.half_days):
        if one.kind.attendance == HEADCOUNT:
            half.headcount = rng.randint(11, 64)
            half.children = half.headcount // 5
        elif number == 0 or one.kind.attendance != BY_NAME:
            _insert(Attendance, [_noted(half, guest.person_id, number, actor, rng) for guest in stayed])
            if number == 0:
                _insert(
                    Attendance,
                    [_mark(half, person_id, State.PRESENT, Source.WALK_IN, actor, rng) for person_id in walk_ins],
                )
        half.closed_at, half.closed_by_id = half.ends_at + 12 * MINUTE, actor.account_id
    db.session.flush()


def was_called_off(one: Planned, event: Event, guests: Sequence[Guest]) -> None:
    """Those registered kept their line, and were told at the time."""
    source = "public" if one.kind.audience == "public" else "staff"
    _insert(Registration, [_registration(event, guest, source, None) for guest in guests])
    _insert(Invitation, [_invitation(event, guest, InvitationState.CANCELLED) for guest in guests])
    event.seats_taken = len(guests)
    db.session.flush()


def _insert(model: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(sa.insert(model), rows)


def _between(guest: Guest, event: Event, rng: Random) -> datetime:
    return guest.registered_at + rng.random() * max(event.starts_at - guest.registered_at, timedelta(0))


def _registration(event: Event, guest: Guest, source: str, cancelled_at: datetime | None) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "person_id": guest.person_id,
        "status": Status.CANCELLED if cancelled_at else Status.CONFIRMED,
        "source": source,
        "created_at": guest.registered_at,
        "queued_at": guest.registered_at,
        "confirmed_at": guest.registered_at,
        "cancelled_at": cancelled_at,
    }


def _invitation(event: Event, guest: Guest, state: str) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "person_id": guest.person_id,
        "uid": invitations.new_uid(),
        "sequence": int(state == InvitationState.CANCELLED),
        "told_sequence": event.calendar_sequence,
        "told_revision": event.calendar_revision,
        "state": state,
        "partstat": "NEEDS-ACTION",
        "last_told_at": guest.registered_at,
        "created_at": guest.registered_at,
    }


def _noted(half: HalfDay, person_id: int, number: int, actor: Actor, rng: Random) -> dict[str, Any]:
    """Who was not noted became absent at the closing."""
    state = state_of(half.event_id, person_id, number, rng)
    return _mark(half, person_id, state or State.ABSENT, Source.LIST if state else Source.CLOSING, actor, rng)


def _mark(half: HalfDay, person_id: int, state: State, source: Source, actor: Actor, rng: Random) -> dict[str, Any]:
    return {
        "half_day_id": half.id,
        "person_id": person_id,
        "state": state,
        "source": source,
        "recorded_at": half.ends_at + 12 * MINUTE if source is Source.CLOSING else arrival(half.starts_at, rng),
        "recorded_by_id": actor.account_id,
    }
