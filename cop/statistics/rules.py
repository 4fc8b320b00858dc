"""Sums on plain values: rates, coverage, what is too small to be shown, periods."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final, TypeVar

from cop.core.errors import Refused
from cop.core.i18n import _l

# Below this share of present people whose profession and place are known, a rate is only indicative.
COVERAGE_WANTED: Final = 80
# A threshold set lower would let one person be recognised; the host may only raise it.
SMALLEST_THRESHOLD: Final = 3
Key = TypeVar("Key")


class Period(StrEnum):
    """The periods one asks for most; the dates are worked out from today."""

    THIS_YEAR = "annee"
    LAST_YEAR = "annee-derniere"
    TWELVE_MONTHS = "douze-mois"
    SINCE = "depuis"
    BETWEEN = "dates"


@dataclass(frozen=True, slots=True)
class Dates:
    """First and last day, both included."""

    start: date
    end: date

    @property
    def is_a_year(self) -> bool:
        return (self.start.month, self.start.day, self.end.month, self.end.day) == (1, 1, 12, 31) and (
            self.start.year == self.end.year
        )


def dates_of(period: Period, today: date, start: date | None = None, end: date | None = None) -> Dates:
    """The days of a period. Raises ``Refused`` when a date it needs is missing, or the two are the wrong way round."""
    match period:
        case Period.THIS_YEAR:
            return Dates(date(today.year, 1, 1), date(today.year, 12, 31))
        case Period.LAST_YEAR:
            return Dates(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))
        case Period.TWELVE_MONTHS:
            return Dates(_a_year_before(today) + timedelta(days=1), today)
    if start is None:
        raise Refused(_l("Say from which day."), field="du")
    if period is Period.SINCE:
        end = max(today, start)
    if end is None:
        raise Refused(_l("Say until which day."), field="au")
    if end < start:
        raise Refused(_l("The last day comes before the first one."), field="au")
    return Dates(start, end)


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


@dataclass(frozen=True, slots=True)
class Extract:
    """An extract of the official register that was read. ``day``: the one it speaks of."""

    import_id: int
    day: date


def nearest(extracts: Iterable[Extract], end: date) -> Extract | None:
    """The extract nearest to the end of a period. Of two as near, the later: it knows who has come since."""
    return min(extracts, key=lambda one: (abs(one.day - end), -one.day.toordinal()), default=None)


@dataclass(frozen=True, slots=True)
class Question:
    """What a figure is asked about: when, where, and which professions count."""

    dates: Dates
    territory_id: int
    professions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Share:
    """A count of people on a count of people.

    ``whole`` is ``None`` when it is not known (no register read). ``official``: it comes from the public
    register, so it may always be shown; otherwise it counts people of ours and hides like any such count.
    """

    part: int
    whole: int | None
    official: bool = False


class Reading(StrEnum):
    """How a share is to be read; the page says it in words."""

    RATE = "rate"
    NOT_KNOWN = "not_known"  # no denominator: nothing was imported
    NOT_APPLICABLE = "not_applicable"  # a denominator of zero: « sans objet », never 0 %
    OVER = "over"  # more than everybody: shown as it is, with an alert
    HIDDEN = "hidden"  # so few people that one could be recognised


@dataclass(frozen=True, slots=True)
class Figure:
    """A share as one viewer may see it. ``part`` is ``None`` when it is hidden."""

    part: int | None
    whole: int | None
    reading: Reading

    @property
    def rate(self) -> Decimal | None:
        """Per cent, one decimal, half up; none unless it may be shown."""
        if self.reading not in {Reading.RATE, Reading.OVER} or self.part is None or not self.whole:
            return None
        return rate(self.part, self.whole)


def rate(part: int, whole: int) -> Decimal:
    """Per cent, one decimal, half up. A whole of zero has no rate: ask ``reading`` first."""
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def reading(share: Share) -> Reading:
    if share.whole is None:
        return Reading.NOT_KNOWN
    if share.whole == 0:
        return Reading.NOT_APPLICABLE
    return Reading.OVER if share.part > share.whole else Reading.RATE


def is_indicative(known: int, present: int) -> bool:
    """Too few of the present people have a known profession and place for the rate to be trusted."""
    return present > 0 and known * 100 < COVERAGE_WANTED * present


def show(share: Share, threshold: int | None) -> Figure:
    """The share as it may be seen. ``threshold``: counts below it are hidden; ``None``: everything is shown."""
    if threshold is None:
        return Figure(share.part, share.whole, reading(share))
    threshold = max(threshold, SMALLEST_THRESHOLD)
    # Of a profession with three people, the rate alone would name them: a small whole hides the part too.
    small_whole = share.whole is not None and 0 < share.whole < threshold
    if 0 < share.part < threshold or (share.part and small_whole):
        return Figure(None, share.whole if share.official or not small_whole else None, Reading.HIDDEN)
    return Figure(share.part, share.whole, reading(share))


def show_count(count: int, threshold: int | None) -> int | None:
    """A count of people as it may be seen; ``None`` when it is too small."""
    return None if threshold is not None and 0 < count < max(threshold, SMALLEST_THRESHOLD) else count


def show_rows(shares: Mapping[Key, Share], threshold: int | None) -> dict[Key, Figure]:
    """The rows of a table whose total is shown too: a row hidden alone would be found by subtraction.

    So a single hidden row takes the smallest other one with it.
    """
    shown = {key: show(share, threshold) for key, share in shares.items()}
    hidden = [key for key, figure in shown.items() if figure.reading is Reading.HIDDEN]
    others = [key for key, figure in shown.items() if figure.part]
    if len(hidden) == 1 and others:
        smallest = min(others, key=lambda key: shares[key].part)
        shown[smallest] = replace(shown[smallest], part=None, reading=Reading.HIDDEN)
    return shown
