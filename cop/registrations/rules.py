"""Whether one may register, and with what outcome."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import rules as event_rules
from cop.registrations import rules_seats

# Within this time a second press is the same press: the person sees the answer of the first.
SAME_PRESS: Final = timedelta(minutes=2)
# A person who registers again later has lost the mail: it is told again, once a day at most.
LOST_MAIL_AFTER: Final = timedelta(minutes=10)
HEADCOUNT: Final = "headcount"


class Status(StrEnum):
    CONFIRMED = "confirmed"
    OFFERED = "offered"  # a seat is held until the person says yes or no, or the time is over
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"


class Door(StrEnum):
    """What an event's page offers."""

    OPEN = "open"
    FULL = "full"  # the waiting list is open
    CLOSED = "closed"  # the last day to register has passed
    STARTED = "started"
    OVER = "over"
    CANCELLED = "cancelled"
    DRAFT = "draft"
    POSTPONED = "postponed"  # those registered keep their seat
    FREE = "free"  # nobody registers: people are counted, not named
    OUTSIDE = "outside"  # others hold it, and register people themselves


def door(
    *,
    status: str,
    attendance: str,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int | None,
    seats_taken: int,
    now: datetime,
    closes_at: datetime | None = None,
    outside: bool = False,
) -> Door:
    if status in event_rules.OFF:
        return Door(status)
    if status != event_rules.PUBLISHED:
        return Door.DRAFT
    if ends_at <= now:
        return Door.OVER
    if outside:
        return Door.OUTSIDE
    if attendance == HEADCOUNT:
        return Door.FREE
    if starts_at <= now:
        return Door.STARTED
    if closes_at is not None and closes_at <= now:
        return Door.CLOSED
    return Door.FULL if capacity is not None and seats_taken >= capacity else Door.OPEN


_REFUSALS: Final = {
    Door.DRAFT: _l("This event is not published yet: nobody can be registered."),
    Door.POSTPONED: _l("This event is postponed: registration opens again with the new date."),
    Door.CANCELLED: _l("This event is cancelled: nobody can be registered any more."),
    Door.OVER: _l("This event has taken place."),
    Door.CLOSED: _l("Registration is closed. A seat matters to you? Write to those who run the meeting."),
    Door.STARTED: _l("This event has begun: registration is closed. Come and say so at the door."),
    Door.FREE: _l("There is no registration for this event: just come."),
    Door.OUTSIDE: _l("This event is held by others: one registers with them."),
}


def check_door(found: Door, *, staff: bool) -> None:
    """Refuse unless one may register; the staff may until the end of the event."""
    if found in {Door.OPEN, Door.FULL} or (staff and found in {Door.CLOSED, Door.STARTED, Door.OUTSIDE}):
        return
    raise Refused(_REFUSALS[found])


def may_promote(*, status: str, starts_at: datetime, stop_hours: int | None, now: datetime) -> bool:
    """Nobody is called from the waiting list to a meeting that has begun, or after the last call."""
    return status == event_rules.PUBLISHED and starts_at > now and not rules_seats.stopped(starts_at, stop_hours, now)


def may_cancel(registration_status: str, *, event_status: str, starts_at: datetime, now: datetime) -> bool:
    if registration_status == Status.CANCELLED:
        return False
    return event_status == event_rules.POSTPONED or (event_status == event_rules.PUBLISHED and starts_at > now)


def to_come(registration_status: str, event_status: str, ends_at: datetime, now: datetime) -> bool:
    """Whether somebody still has it before them. The date of a meeting put off says nothing: the new one is to come."""
    return registration_status != Status.CANCELLED and (event_status == event_rules.POSTPONED or ends_at > now)


def may_change(registration_status: str, found: Door, *, staff: bool) -> bool:
    """Answers are changed until registration closes; the staff may until the end."""
    doors = {Door.OPEN, Door.FULL, *((Door.CLOSED, Door.STARTED) if staff else ())}
    return registration_status != Status.CANCELLED and found in doors


class Shown(StrEnum):
    """What the page after the form says. The mail, which only the person reads, says how it really is."""

    SEAT = "seat"
    WAITING = "waiting"
    FULL = "full"
    MEMBERS = "members"  # only the mail says whether the address is a member's


def shown(status: str, *, fresh: bool, queued_at: datetime, found: Door, now: datetime) -> Shown:
    """Who types somebody else's address must not learn whether they had registered.

    A registration made now, or a moment ago by the same double press, is told as it is; for an older
    one the page says what any newcomer would read.
    """
    if fresh or now - queued_at < SAME_PRESS:
        return Shown.SEAT if status == Status.CONFIRMED else Shown.WAITING
    return Shown.FULL if found == Door.FULL else Shown.SEAT
