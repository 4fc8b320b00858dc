"""The rate year by year, and since the first year: a rate that adds up over years can only grow, so both are given."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from cop.core import clock
from cop.statistics import queries, queries_register
from cop.statistics.queries_ground import Ground
from cop.statistics.rules import Dates, Extract, Share, nearest
from cop.statistics.rules_crowd import By

MOST_YEARS: Final = 5


@dataclass(frozen=True, slots=True)
class Year:
    """One year, or all of them since ``first`` (``year`` is then missing)."""

    first: int
    year: int | None
    extract: Extract | None


def by_year(ground: Ground) -> list[tuple[Year, Share]]:
    """From the first year with a key event to the one the period ends in; nothing when that is one year."""
    began = queries.first_key_event()
    last = ground.question.dates.end.year
    if began is None:
        return []
    first = max(clock.local_date(began, ground.zone).year, last - MOST_YEARS + 1)
    if first >= last:
        return []
    years = [Year(first, year, nearest(ground.extracts, date(year, 12, 31))) for year in range(first, last + 1)]
    years.append(Year(first, None, years[-1].extract))
    counts, wholes = _mobilised(ground, first, last), _headcounts(ground, years)
    return [(year, Share(counts[year.year], wholes.get(year.extract), official=True)) for year in years]


def _mobilised(ground: Ground, first: int, last: int) -> dict[int | None, int]:
    """Distinct people of each year, and of all (under ``None``)."""
    dates = Dates(date(first, 1, 1), date(last, 12, 31))
    wide = Ground(replace(ground.question, dates=dates), zone=ground.zone)
    seen = wide.mobilised(By.TOTAL).get(None, {})
    counts: dict[int | None, int] = {None: len(seen), **dict.fromkeys(range(first, last + 1), 0)}
    for events in seen.values():
        for year in {wide.events[number].day.year for number in events}:
            counts[year] += 1
    return counts


def _headcounts(ground: Ground, years: list[Year]) -> dict[Extract | None, int]:
    wanted = {year.extract.import_id: year.extract for year in years if year.extract}
    if not wanted or ground.set_code is None:
        return {}
    found = queries_register.headcounts(list(wanted.values()), [ground.question.territory_id], [ground.set_code])
    return {wanted[number]: people for (number, _, _), people in found.items()}
