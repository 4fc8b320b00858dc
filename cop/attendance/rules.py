"""When a half-day may be checked in, and which one is meant."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, TypeVar
from zoneinfo import ZoneInfo

from cop.core import clock
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import rules as event_rules

HEADCOUNT: Final = "headcount"  # people are counted at the door, not named
MOST_PEOPLE: Final = 100_000


class State(StrEnum):
    PRESENT = "present"
    EXCUSED = "excused"
    ABSENT = "absent"


class Source(StrEnum):
    LIST = "list"
    WALK_IN = "walk_in"
    CLOSING = "closing"


class Stage(StrEnum):
    """Where a half-day stands."""

    DRAFT = "draft"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    CALLED_OFF = "called_off"  # this half-day alone
    BEFORE = "before"
    OPEN = "open"
    CLOSED = "closed"


def stage(
    *,
    status: str,
    starts_at: datetime,
    closed_at: datetime | None,
    now: datetime,
    zone: ZoneInfo,
    called_off: bool = False,
) -> Stage:
    """Check-in opens with the day itself: nobody was present at what has not taken place."""
    if status in event_rules.OFF:
        return Stage(status)
    if status != event_rules.PUBLISHED:
        return Stage.DRAFT
    if called_off:
        return Stage.CALLED_OFF
    if closed_at is not None:
        return Stage.CLOSED
    return Stage.BEFORE if clock.local_date(now, zone) < clock.local_date(starts_at, zone) else Stage.OPEN


_REFUSALS: Final = {
    Stage.DRAFT: _l("This event is not published: nobody can be checked in."),
    Stage.POSTPONED: _l("This event is postponed: nobody can be checked in before its new date."),
    Stage.CANCELLED: _l("This event was cancelled: nobody can be checked in."),
    Stage.CALLED_OFF: _l("This half-day was called off: nobody can be checked in."),
    Stage.BEFORE: _l("Check-in opens on the day itself."),
    Stage.CLOSED: _l("This half-day is closed. Reopen it to correct it."),
}


def check_mark(at: Stage, state: State | None) -> None:
    """Raises ``Refused`` unless the state may be noted. Somebody may be excused beforehand, or no longer."""
    if at is Stage.OPEN or (at is Stage.BEFORE and state in {State.EXCUSED, None}):
        return
    raise Refused(_REFUSALS[at])


def check_close(at: Stage, starts_at: datetime, now: datetime) -> None:
    if at is not Stage.OPEN:
        raise Refused(_REFUSALS[at])
    if now < starts_at:
        raise Refused(_l("This half-day has not begun: it cannot be closed yet."))


def check_reopen(event_closed_at: datetime | None) -> None:
    if event_closed_at is not None:
        raise Refused(_l("The event is closed, its figures are final: open the event again first."))


class Span(Protocol):
    """Any half-day: the row, or a test's own."""

    @property
    def id(self) -> int: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def closed_at(self) -> datetime | None: ...
    @property
    def cancelled_at(self) -> datetime | None: ...


AnySpan = TypeVar("AnySpan", bound=Span)


def meant(half_days: Sequence[Span], now: datetime, zone: ZoneInfo) -> int:
    """The half-day one comes for: today's that began last, else the one left open, else the next one."""
    held = [half for half in half_days if half.cancelled_at is None]
    ordered = sorted(held or half_days, key=lambda half: half.starts_at)
    today = [half for half in ordered if clock.local_date(half.starts_at, zone) == clock.local_date(now, zone)]
    if today:
        begun = [half for half in today if half.starts_at <= now]
        return (begun[-1] if begun else today[0]).id
    left_open = [half for half in ordered if half.starts_at <= now and half.closed_at is None]
    coming = [half for half in ordered if half.starts_at > now]
    return (left_open or coming or ordered[-1:])[0].id


def noted_on(half_days: Sequence[AnySpan]) -> AnySpan:
    """The half-day on which presence at the whole event is noted: the first one held."""
    ordered = sorted(half_days, key=lambda half: half.starts_at)
    return next((half for half in ordered if half.cancelled_at is None), ordered[0])


def split_name(words: str) -> dict[str, str]:
    """What was searched for in vain, as the name of somebody to add: « Claire Le Goff » → Claire, Le Goff."""
    given, _, family = " ".join(words.split()).partition(" ")
    return {"given_name": given, "family_name": family} if given else {}
