"""Amounts, periods and states, as tables of cases."""

from datetime import date

import pytest

from cop.core.errors import Refused
from cop.core.web import Application
from cop.memberships import rules
from cop.memberships.rules import Span, State, Window


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("25", 2500),
        ("25,5", 2550),
        ("25,50", 2550),
        ("25.50", 2550),
        ("25,50 €", 2550),
        ("€25", 2500),
        ("25 euros", 2500),
        ("1\u202f200,00\u00a0€", 120000),
        ("0", 0),
    ],
)
def test_amounts_as_people_write_them(typed: str, cents: int) -> None:
    assert rules.cents(typed) == cents


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("-25", "ne peut pas être négatif"),
        ("-0,50", "ne peut pas être négatif"),
        ("vingt-cinq", "pas un montant"),
        ("25,505", "pas un montant"),
        ("2 500 000", "manque-t-il une virgule"),
        ("", "pas un montant"),
    ],
)
def test_amounts_that_are_none(app: Application, typed: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.cents(typed)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        ("civil_year", date(2026, 11, 20), date(2026, 1, 1), date(2026, 12, 31)),
        ("rolling", date(2026, 11, 20), date(2026, 11, 20), date(2027, 11, 19)),
        ("rolling", date(2028, 2, 29), date(2028, 2, 29), date(2029, 2, 28)),
        ("rolling", date(2027, 3, 1), date(2027, 3, 1), date(2028, 2, 29)),
    ],
)
def test_periods(period: str, day: date, first: date, last: date) -> None:
    assert rules.span(period, day) == Span(first, last)


def test_a_renewal_follows_or_begins_today() -> None:
    assert rules.next_span("rolling", date(2026, 12, 9), date(2026, 11, 20)).starts_on == date(2026, 12, 10)
    assert rules.next_span("rolling", date(2026, 3, 1), date(2026, 11, 20)).starts_on == date(2026, 11, 20)
    assert rules.next_span("civil_year", date(2026, 12, 31), date(2026, 11, 20)).ends_on == date(2027, 12, 31)


@pytest.mark.parametrize(
    ("settled", "ended_on", "today", "state"),
    [
        (0, None, date(2026, 6, 1), State.AWAITING),
        (1000, None, date(2026, 6, 1), State.PARTLY),
        (2500, None, date(2026, 6, 1), State.PAID),
        (2500, None, date(2026, 12, 31), State.PAID),
        (2500, None, date(2027, 1, 1), State.ENDED),
        (2500, date(2026, 5, 31), date(2026, 6, 1), State.ENDED),
        (2500, date(2026, 6, 1), date(2026, 6, 1), State.PAID),
    ],
)
def test_states(settled: int, ended_on: date | None, today: date, state: State) -> None:
    assert rules.state(due=2500, settled=settled, ends_on=date(2026, 12, 31), ended_on=ended_on, today=today) is state


def test_each_day_has_one_step() -> None:
    steps, today = [45, 10, -30], date(2026, 12, 5)
    assert rules.window(45, steps, today) == Window(date(2026, 12, 15), date(2027, 1, 19))
    assert rules.window(10, steps, today) == Window(date(2026, 11, 5), date(2026, 12, 15))
    assert rules.window(-30, steps, today).until == date(2026, 11, 5)


@pytest.mark.parametrize(
    ("today", "due"),
    [(date(2026, 11, 1), []), (date(2026, 11, 2), [60]), (date(2026, 12, 16), [60]), (date(2026, 12, 17), [15])],
)
def test_the_coordination_is_told_before_the_first_of_january(today: date, due: list[int]) -> None:
    assert [days for days in (60, 15) if rules.deadline_due(days, [60, 15], today)] == due
