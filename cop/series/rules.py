"""Which dates a rule gives: « le 3e jeudi du mois », with the hours of the first meeting on each."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

from cop.core import clock, formats
from cop.core.errors import Refused
from cop.core.i18n import _, _l
from cop.events.rules import Span

MOST_DATES: Final = 60
LONGEST_INTERVAL: Final = 26
# A rule is followed so far and no further: a 31st or a 5th Thursday is not in every month.
FURTHEST: Final = timedelta(days=366 * 6)
NTHS: Final = (1, 2, 3, 4, -1)


class Every(StrEnum):
    WEEK = "week"
    WEEKDAY = "weekday"  # of the month: the 3rd Thursday
    DAY = "day"  # of the month: the 15th


@dataclass(frozen=True, slots=True)
class Rule:
    """``anchor``: the day the count of weeks or months begins. ``nth``: -1 is the last. ``shift``: days by which all
    the meetings were moved since, « the day after the 3rd Thursday »."""

    every: str
    anchor: date
    interval: int = 1
    nth: int = 1
    weekday: int = 0
    day: int = 1
    shift: int = 0


def kept(rule: Rule) -> dict[str, Any]:
    return {**asdict(rule), "anchor": rule.anchor.isoformat()}


def read(values: dict[str, Any]) -> Rule:
    names = Rule.__dataclass_fields__
    return Rule(**{**{name: values[name] for name in names}, "anchor": date.fromisoformat(values["anchor"])})


def suggested(day: date) -> Rule:
    """What a meeting on this day most likely follows: the 3rd Thursday, for one on a 3rd Thursday."""
    nth = (day.day - 1) // 7 + 1
    return Rule(Every.WEEKDAY, day, nth=nth if nth <= 4 else -1, weekday=day.weekday(), day=day.day)


def days(rule: Rule, after: date, *, until: date | None = None, more: int | None = None) -> list[date]:
    """The days after ``after``: up to ``until``, or the next ``more``. Refuses what gives none, or far too many."""
    _check(rule)
    if until is not None and until <= after:
        raise Refused(_l("The end comes before the first date."), "until")
    found = (day for day in _follow(rule) if day > after)
    if until is not None:
        chosen = list(islice((day for day in found if day <= until), MOST_DATES))
    else:
        chosen = list(islice(found, min(more or 0, MOST_DATES)))
    if not chosen:
        raise Refused(_l("This rule gives no other date: choose a later end, or another rhythm."), "until")
    if len(chosen) >= MOST_DATES:
        sentence = _l("This rule gives more than sixty dates: end it earlier, and extend it when the time comes.")
        raise Refused(sentence, "until" if until else "count")
    return chosen


def _check(rule: Rule) -> None:
    if not 1 <= rule.interval <= LONGEST_INTERVAL:
        raise Refused(_l("From 1 to 26."), "interval")
    if rule.every == Every.DAY and not 1 <= rule.day <= 31:
        raise Refused(_l("A day from 1 to 31."), "day")
    if rule.every not in set(Every) or rule.nth not in NTHS or not 0 <= rule.weekday <= 6:
        raise Refused(_l("Choose one of the proposed values."), "every")


def _follow(rule: Rule) -> Iterator[date]:
    begins = datetime.combine(rule.anchor, time())
    options: dict[str, Any] = {"dtstart": begins, "interval": rule.interval, "until": begins + FURTHEST}
    if rule.every == Every.WEEK:
        moments = rrule(WEEKLY, byweekday=rule.weekday, **options)
    elif rule.every == Every.WEEKDAY:
        moments = rrule(MONTHLY, byweekday=weekday(rule.weekday)(rule.nth), **{**options, "dtstart": _month(begins)})
    else:
        moments = rrule(MONTHLY, bymonthday=rule.day, **{**options, "dtstart": _month(begins)})
    return (moment.date() + timedelta(days=rule.shift) for moment in moments)


def _month(moment: datetime) -> datetime:
    """Months are counted from their first day: a 31st is not in each."""
    return moment.replace(day=1)


def without(rule: Rule, first: date, last: date) -> list[date]:
    """The months between two days that have no such day (a 31st), each by its first day."""
    if rule.every != Every.DAY or rule.day <= 28:
        return []
    months, month = [], rule.anchor.replace(day=1)
    while month <= last:
        if month >= first.replace(day=1) and (month + relativedelta(months=1, days=-1)).day < rule.day:
            months.append(month)
        month += relativedelta(months=rule.interval)
    return months


def moved(rule: Rule, by: int) -> Rule:
    return replace(rule, shift=rule.shift + by)


def words(rule: Rule) -> str:
    """« tous les mois, le 3e jeudi »"""
    text = _rhythm(rule)
    if rule.shift:
        text = _("%(rule)s, moved by %(days)s days", rule=text, days=f"{rule.shift:+d}")
    return text


def _rhythm(rule: Rule) -> str:
    name = formats.weekday(date(2024, 1, 1) + timedelta(days=rule.weekday))  # that day was a Monday
    if rule.every == Every.WEEK:
        if rule.interval == 1:
            return _("every week, on %(day)s", day=name)
        return _("every %(n)s weeks, on %(day)s", n=rule.interval, day=name)
    which = _("the %(day)s of the month", day=rule.day) if rule.every == Every.DAY else f"{nth_words(rule.nth)} {name}"
    if rule.interval == 1:
        return _("every month, %(which)s", which=which)
    return _("every %(n)s months, %(which)s", n=rule.interval, which=which)


def nth_words(nth: int) -> str:
    return {1: _("the 1st"), 2: _("the 2nd"), 3: _("the 3rd"), 4: _("the 4th"), -1: _("the last")}[nth]


# --- Hours, on the clock of the place -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Half:
    """A half-day as it is told, whatever the day: so many days after the first, from this hour to that one."""

    offset: int
    starts: time
    end_offset: int
    ends: time


Shape = tuple[Half, ...]


def first_day(spans: Sequence[Span], zone: ZoneInfo) -> date:
    return clock.local_date(min(span.starts_at for span in spans), zone)


def shape(spans: Sequence[Span], zone: ZoneInfo) -> Shape:
    first = first_day(spans, zone)

    def half(span: Span) -> Half:
        begins, ends = clock.local(span.starts_at, zone), clock.local(span.ends_at, zone)
        return Half((begins.date() - first).days, begins.time(), (ends.date() - first).days, ends.time())

    return tuple(half(span) for span in spans)


def placed(form: Shape, day: date, zone: ZoneInfo, numbers: Sequence[int | None] = ()) -> tuple[Span, ...]:
    """The same hours from another day on. Raises ``Refused`` for an hour the change of clocks skips or doubles."""

    def at(offset: int, hour: time) -> datetime:
        return clock.at_local(day + timedelta(days=offset), hour, zone)

    return tuple(
        Span(at(half.offset, half.starts), at(half.end_offset, half.ends), numbers[n] if n < len(numbers) else None)
        for n, half in enumerate(form)
    )
