"""What a reader of the agenda asks for, read from an address that anybody may have typed."""

import re
from calendar import Calendar
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from typing import Any, Final

from cop.mail.content_lines import one_line

# How an address names each choice; the feeds and the frame in other sites are asked in the same words.
NAMES: Final = {
    "territory": "territoire",
    "kind": "type",
    "theme": "theme",
    "mode": "mode",
    "hours": "quand",
    "words": "q",
}
WEEK: Final = "week"
MONTH: Final = "month"
OUTSIDE_HOURS: Final = "evening_weekend"
# Within so many days.
PERIODS: Final = {WEEK: 7, MONTH: 31}
LONGEST: Final = 100
MOST_WORDS: Final = 8
# Whoever practises by day comes after it: what ends later than this is an evening.
EVENING: Final = time(19, 0)
# Beyond, a calendar of months means nothing to anybody, and a date may not exist.
FIRST_YEAR, LAST_YEAR = 2000, 2100

_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Filters:
    """Each is a code, or nothing; ``words`` is what was typed."""

    territory: str = ""
    kind: str = ""
    theme: str = ""
    mode: str = ""
    hours: str = ""
    words: str = ""

    @property
    def any(self) -> bool:
        return self != NO_FILTER

    def address(self, **changes: Any) -> dict[str, str]:
        """The values of the address that asks for this, with ``changes``; what is not asked for is left out."""
        asked = replace(self, **changes)
        return {NAMES[f.name]: value for f in fields(asked) if (value := getattr(asked, f.name))}


NO_FILTER: Final = Filters()


def filters_of(asked: Mapping[str, str]) -> Filters:
    """Anything typed is kept, without what no database takes; what is unknown matches nothing."""
    return Filters(**{name: one_line(asked.get(said, "")[: LONGEST * 4])[:LONGEST] for name, said in NAMES.items()})


def month_of(text: str) -> date | None:
    """The first day of « 2026-12 »; ``None`` for what is no month."""
    found = _MONTH.fullmatch(text)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2])
    return date(year, month, 1) if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 else None


def neighbours(month: date) -> tuple[date | None, date | None]:
    """The month before and the month after, where there is one."""
    before = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
    after = date(month.year + (month.month == 12), month.month % 12 + 1, 1)
    return (before if before.year >= FIRST_YEAR else None), (after if after.year <= LAST_YEAR else None)


def weeks_of(month: date) -> list[list[date]]:
    """Whole weeks from Monday, days of the neighbouring months included."""
    return Calendar().monthdatescalendar(month.year, month.month)


def outside_hours(start: datetime, end: datetime) -> bool:
    """Whether a half-day, read on a clock, is in an evening or a week-end."""
    return start.weekday() >= 5 or end.time() > EVENING or end.date() > start.date()
