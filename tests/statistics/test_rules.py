"""Rates, coverage, small counts, periods: tables of cases."""

from datetime import date
from decimal import Decimal

import pytest

from cop.core.errors import Refused
from cop.statistics import rules
from cop.statistics.rules import Dates, Figure, Period, Reading, Share

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (36, 120, "30.0"),
        (10, 36, "27.8"),
        (41, 300, "13.7"),
        (1, 8, "12.5"),
        (1, 2000, "0.1"),  # 0.05: half up; half to even would say 0.0
        (249, 2000, "12.5"),  # 12.45
        (5, 4, "125.0"),
        (0, 7, "0.0"),
    ],
)
def test_a_rate_has_one_decimal_rounded_half_up(part: int, whole: int, expected: str) -> None:
    assert rules.rate(part, whole) == Decimal(expected)


@pytest.mark.parametrize(
    ("share", "reading", "rate"),
    [
        (Share(36, 120), Reading.RATE, Decimal("30.0")),
        (Share(0, 0), Reading.NOT_APPLICABLE, None),
        (Share(3, 0), Reading.NOT_APPLICABLE, None),
        (Share(3, None), Reading.NOT_KNOWN, None),
        (Share(5, 4), Reading.OVER, Decimal("125.0")),
    ],
)
def test_how_a_share_is_read(share: Share, reading: Reading, rate: Decimal | None) -> None:
    figure = rules.show(share, None)
    assert (figure.reading, figure.rate, figure.part) == (reading, rate, share.part)


@pytest.mark.parametrize(
    ("known", "present", "indicative"),
    [(41, 41, False), (80, 100, False), (79, 100, True), (4, 5, False), (0, 3, True), (0, 0, False)],
)
def test_below_80_per_cent_of_known_people_a_rate_is_indicative(known: int, present: int, indicative: bool) -> None:
    assert rules.is_indicative(known, present) is indicative


@pytest.mark.parametrize(
    ("share", "threshold", "expected"),
    [
        (Share(4, 120, official=True), 5, Figure(None, 120, Reading.HIDDEN)),
        (Share(5, 120, official=True), 5, Figure(5, 120, Reading.RATE)),
        (Share(0, 120, official=True), 5, Figure(0, 120, Reading.RATE)),
        # All three orthoptists of a place: the rate would name them.
        (Share(3, 3, official=True), 3, Figure(3, 3, Reading.RATE)),
        (Share(4, 4, official=True), 5, Figure(None, 4, Reading.HIDDEN)),
        (Share(6, 4, official=True), 5, Figure(None, 4, Reading.HIDDEN)),
        # Out of our own people: the whole hides as well.
        (Share(2, 4), 5, Figure(None, None, Reading.HIDDEN)),
        (Share(2, 36), 5, Figure(None, 36, Reading.HIDDEN)),
        # Never a threshold under three, whatever the organisation set.
        (Share(2, 120, official=True), 1, Figure(None, 120, Reading.HIDDEN)),
        (Share(3, None, official=True), 5, Figure(None, None, Reading.HIDDEN)),
    ],
)
def test_small_counts_are_hidden(share: Share, threshold: int, expected: Figure) -> None:
    assert rules.show(share, threshold) == expected
    assert rules.show(share, None).part == share.part


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, None), (4, None), (5, 5)])
def test_a_small_count_is_hidden_from_outside(count: int, shown: int | None) -> None:
    assert rules.show_count(count, 5) == shown
    assert rules.show_count(count, None) == count


def test_a_row_hidden_alone_takes_the_smallest_other_with_it() -> None:
    shares = {"a": Share(40, 90), "b": Share(9, 30), "c": Share(2, 20), "d": Share(0, 10)}
    shown = rules.show_rows(shares, 5)
    assert {key for key, figure in shown.items() if figure.part is None} == {"b", "c"}
    assert shown["b"].reading is Reading.HIDDEN


def test_two_hidden_rows_protect_each_other() -> None:
    shown = rules.show_rows({"a": Share(40, 90), "b": Share(3, 30), "c": Share(2, 20)}, 5)
    assert shown["a"].part == 40


def test_nothing_is_hidden_from_whoever_reads_the_names() -> None:
    shares = {"a": Share(40, 90), "b": Share(1, 30)}
    assert [figure.part for figure in rules.show_rows(shares, None).values()] == [40, 1]


@pytest.mark.parametrize(
    ("period", "start", "end", "expected"),
    [
        (Period.THIS_YEAR, None, None, Dates(date(2026, 1, 1), date(2026, 12, 31))),
        (Period.LAST_YEAR, None, None, Dates(date(2025, 1, 1), date(2025, 12, 31))),
        (Period.TWELVE_MONTHS, None, None, Dates(date(2025, 11, 21), TODAY)),
        (Period.SINCE, date(2024, 3, 1), None, Dates(date(2024, 3, 1), TODAY)),
        (Period.BETWEEN, date(2026, 3, 1), date(2026, 3, 1), Dates(date(2026, 3, 1), date(2026, 3, 1))),
    ],
)
def test_periods(period: Period, start: date | None, end: date | None, expected: Dates) -> None:
    assert rules.dates_of(period, TODAY, start, end) == expected


def test_twelve_months_before_a_29_february() -> None:
    assert rules.dates_of(Period.TWELVE_MONTHS, date(2028, 2, 29)) == Dates(date(2027, 3, 1), date(2028, 2, 29))


@pytest.mark.parametrize(
    ("period", "start", "end", "field"),
    [
        (Period.SINCE, None, None, "du"),
        (Period.BETWEEN, None, date(2026, 1, 1), "du"),
        (Period.BETWEEN, date(2026, 1, 1), None, "au"),
        (Period.BETWEEN, date(2026, 2, 1), date(2026, 1, 31), "au"),
    ],
)
def test_a_period_that_cannot_be(period: Period, start: date | None, end: date | None, field: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.dates_of(period, TODAY, start, end)
    assert refused.value.field == field
