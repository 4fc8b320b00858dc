"""What an event goes through: when it has to wait for a yes, may be put off, and is over and done with."""

from collections.abc import Collection, Iterable
from datetime import datetime, time
from enum import StrEnum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from cop.core import clock
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import rules
from cop.events.rules import Span

LONGEST_SENTENCE: Final = 500
# Outside the hours of an office: what an evening or a week-end asks of people is told in the plan.
_EVENING: Final = time(18, 0)
_SATURDAY: Final = 5


class Stage(StrEnum):
    """Where an event stands, in one word: what is kept, and what its seats and the time make of it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    FULL = "full"
    UNDER_WAY = "under_way"
    HELD = "held"
    CLOSED = "closed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    TEMPLATE = "template"


class Standing(Protocol):
    """An event, as far as its stage goes."""

    @property
    def status(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def closed_at(self) -> datetime | None: ...
    @property
    def seats_left(self) -> int | None: ...


def stage(event: Standing, now: datetime) -> Stage:
    if event.status != rules.PUBLISHED:
        return Stage(event.status)
    if event.closed_at is not None:
        return Stage.CLOSED
    if event.ends_at <= now:
        return Stage.HELD
    if event.starts_at <= now:
        return Stage.UNDER_WAY
    return Stage.FULL if event.seats_left == 0 else Stage.PUBLISHED


STAGES: Final = {
    Stage.DRAFT: (_l("Draft"), "wait"),
    Stage.SUBMITTED: (_l("To be approved"), "wait"),
    Stage.PUBLISHED: (_l("Published"), "good"),
    Stage.FULL: (_l("Full"), "good"),
    Stage.UNDER_WAY: (_l("Under way"), "good"),
    Stage.HELD: (_l("Took place"), "quiet"),
    Stage.CLOSED: (_l("Closed"), "quiet"),
    Stage.POSTPONED: (_l("Postponed"), "warn"),
    Stage.CANCELLED: (_l("Cancelled"), "bad"),
    Stage.TEMPLATE: (_l("Template"), "quiet"),
}
ODD_HOURS: Final = {"evening": _l("evening"), "weekend": _l("week-end")}


def has_to_wait(status: str, *, wanted: bool, may: bool) -> bool:
    """What was announced once was approved: a new date does not ask for it again."""
    return wanted and not may and status in rules.UNPUBLISHED


def check_postponable(status: str, ends_at: datetime, now: datetime) -> None:
    if status != rules.PUBLISHED:
        raise Refused(_l("Only what is published can be postponed."))
    if ends_at <= now:
        raise Refused(_l("This event has taken place: it can no longer be postponed."))


def check_closable(status: str, still_open: int, ends_at: datetime, now: datetime) -> None:
    if status != rules.PUBLISHED or ends_at > now:
        raise Refused(_l("An event is closed once it has taken place."))
    if still_open:
        sentence = _l("Close the attendance of every half-day first: %(count)d left.", count=still_open)
        raise Refused(sentence)


def check_noted(
    before: Iterable[Span], after: Iterable[Span], noted: Collection[int], zone: ZoneInfo, now: datetime
) -> None:
    """A half-day somebody noted something of stays; once begun, it stays on its day."""
    kept = {span.number: (row, span) for row, span in enumerate(after) if span.number}
    for span in before:
        if span.number not in noted:
            continue
        if span.number not in kept:
            sentence = _l("A half-day holds attendance or excuses: undo them first, or call it off instead.")
            raise Refused(sentence, rules.field_of(0, "day"))
        row, moved = kept[span.number]
        days = {clock.local_date(one.starts_at, zone) for one in (span, moved)}
        if span.starts_at <= now and len(days) > 1:
            sentence = _l("Attendance was noted that day: this half-day stays on it. Copy the event for another date.")
            raise Refused(sentence, rules.field_of(row, "day"))


def odd_hours(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """``weekend``, ``evening`` or nothing, by the hours people meet at."""
    first, last = clock.local(starts_at, zone), clock.local(ends_at, zone)
    if first.weekday() >= _SATURDAY:
        return "weekend"
    return "evening" if first.time() >= _EVENING or last.time() > time(19, 0) or last.date() > first.date() else ""
