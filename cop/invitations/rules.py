"""How a meeting becomes one calendar entry, and when people are told of a change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

# An organiser who corrects the date, then the hour, then the room sends one mail, not three.
STILL_FOR: Final = timedelta(minutes=5)
# A cancelled meeting stays visible in feeds for as long as slow calendar services may take to notice.
CANCELLED_SHOWN_FOR: Final = timedelta(weeks=4)
PAST_SHOWN_FOR: Final = timedelta(days=366)


class Withdrawal(StrEnum):
    """Why one person leaves a meeting that takes place; the mail says which."""

    BY_PERSON = "by_person"
    BY_ORGANISER = "by_organiser"
    BY_CALENDAR = "by_calendar"  # the person declined in their calendar program


@dataclass(frozen=True, slots=True)
class Span:
    """One half-day."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Timing:
    """One calendar entry: a block of hours, the same block on several days, or whole days.

    ``days``: how many occurrences, ``every`` so many days, ``without`` those that begin then. Whole days
    have no hours: ``last_day`` is the last one, and the hours are told in words.
    """

    starts_at: datetime
    ends_at: datetime
    days: int = 1
    every: int = 1
    without: tuple[datetime, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    busy: bool = True

    @property
    def whole_days(self) -> bool:
        return self.first_day is not None


def timing(spans: Iterable[Span], zone: ZoneInfo, *, may_recur: bool = True, called_off: Iterable[date] = ()) -> Timing:
    """The entry for these half-days, seen from ``zone``; ``called_off``: days on which some were to be held as well.

    One entry from the first to the last hour would block the nights of a seminar, and Outlook reads
    only the first of several entries in a mail. So: the same hours each day recur daily; otherwise the
    entry covers whole days. ``may_recur`` is false for a zone without VTIMEZONE text: a series in UTC
    would move by an hour at the change of clocks. A day called off in the middle of a series is an EXDATE,
    which all programs read, not a CANCEL of one occurrence, which Outlook takes for the whole.
    """
    blocks = _one_block_a_day(spans, zone)
    first, last = blocks[0], blocks[-1]
    if len(blocks) == 1:
        return Timing(first.starts_at, first.ends_at)
    dates = [block.starts_at.astimezone(zone).date() for block in blocks]
    gaps = _gaps(dates)
    alike = len({_hours(block, zone) for block in blocks}) == 1
    meant = sorted({*dates, *(day for day in called_off if dates[0] < day < dates[-1])})
    for series in (dates, meant):
        if may_recur and alike and len(_gaps(series)) == 1:
            off = (day for day in series if day not in dates)
            without = tuple(_same_hour(first.starts_at, day, zone) for day in off)
            return Timing(first.starts_at, first.ends_at, len(series), (series[1] - series[0]).days, without)
    last_day = last.ends_at.astimezone(zone).date()
    return Timing(first.starts_at, last.ends_at, first_day=dates[0], last_day=last_day, busy=gaps == {1})


def _gaps(dates: Sequence[date]) -> set[int]:
    return {(later - earlier).days for earlier, later in pairwise(dates)}


def _same_hour(start: datetime, day: date, zone: ZoneInfo) -> datetime:
    local = start.astimezone(zone)
    return datetime.combine(day, local.time(), zone)


def _one_block_a_day(spans: Iterable[Span], zone: ZoneInfo) -> list[Span]:
    days: dict[date, Span] = {}
    for span in sorted(spans, key=lambda span: span.starts_at):
        day = span.starts_at.astimezone(zone).date()
        earlier = days.get(day)
        days[day] = Span(earlier.starts_at, max(earlier.ends_at, span.ends_at)) if earlier else span
    return list(days.values())


def _hours(block: Span, zone: ZoneInfo) -> tuple[str, str]:
    start, end = block.starts_at.astimezone(zone), block.ends_at.astimezone(zone)
    return f"{start:%H:%M}", f"{(end.date() - start.date()).days} {end:%H:%M}"


def told_sequence(sequence: int, told: int, current: int) -> int:
    """The SEQUENCE of the next message: higher when people's plans change, the same for a mere correction.

    A higher one asks everybody to answer again (RFC 5546, 2.1.4).
    """
    return sequence + 1 if current > told else sequence
