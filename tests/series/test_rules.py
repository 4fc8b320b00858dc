"""Dates of a rule, hours on the clock, holidays: tables of cases."""

from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cop.core.errors import Refused
from cop.core.i18n import speaking
from cop.events.rules import span_at
from cop.series import rules, rules_holidays
from cop.series.rules import Rule

PARIS = ZoneInfo("Europe/Paris")
NEW_YEAR = date(2027, 1, 1)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule("weekday", NEW_YEAR, nth=3, weekday=3), ["2027-01-21", "2027-02-18", "2027-03-18"]),
        (Rule("weekday", NEW_YEAR, nth=-1, weekday=1), ["2027-01-26", "2027-02-23", "2027-03-30"]),
        (Rule("weekday", NEW_YEAR, nth=3, weekday=3, shift=1), ["2027-01-22", "2027-02-19", "2027-03-19"]),
        (Rule("weekday", NEW_YEAR, nth=1, weekday=0, interval=2), ["2027-01-04", "2027-03-01", "2027-05-03"]),
        (Rule("week", NEW_YEAR, weekday=4, interval=2), ["2027-01-15", "2027-01-29", "2027-02-12"]),
        (Rule("day", NEW_YEAR, day=31), ["2027-01-31", "2027-03-31", "2027-05-31"]),
        (Rule("day", NEW_YEAR, day=29, interval=1), ["2027-01-29", "2027-03-29", "2027-04-29"]),
    ],
)
def test_the_days_of_a_rule(rule: Rule, expected: list[str]) -> None:
    assert [day.isoformat() for day in rules.days(rule, NEW_YEAR, more=3)] == expected
    assert rules.read(rules.kept(rule)) == rule


def test_what_a_day_suggests() -> None:
    assert (rules.suggested(date(2027, 1, 21)).nth, rules.suggested(date(2027, 1, 31)).nth) == (3, -1)


@pytest.mark.parametrize("until", [date(2026, 12, 1), NEW_YEAR, date(2027, 1, 2)])
def test_a_rule_without_dates(until: date) -> None:
    with pytest.raises(Refused):
        rules.days(Rule("weekday", NEW_YEAR, nth=3, weekday=3), NEW_YEAR, until=until)


def test_the_same_hours_across_the_change_of_clocks() -> None:
    spans = (span_at(NEW_YEAR, time(9), time(12, 30), PARIS), span_at(date(2027, 1, 2), time(9), time(12), PARIS))
    form = rules.shape(spans, PARIS)
    summer = rules.placed(form, date(2027, 7, 1), PARIS)
    assert rules.shape(summer, PARIS) == form
    night = rules.shape((span_at(NEW_YEAR, time(2, 30), time(4), PARIS),), PARIS)
    with pytest.raises(Refused):
        rules.placed(night, date(2027, 3, 28), PARIS)


@pytest.mark.parametrize(
    ("day", "department", "words"),
    [
        (date(2027, 5, 8), "49", "Fête de la Victoire"),
        (date(2027, 5, 6), "", "Ascension"),
        (date(2027, 12, 26), "67", "Saint"),  # Alsace-Moselle
        (date(2027, 12, 20), "974", "esclavage"),
        (date(2027, 12, 20), "49", ""),
        (date(2027, 12, 26), "49", ""),
    ],
)
def test_public_holidays(app: Any, day: date, department: str, words: str) -> None:
    with speaking("fr"):
        name = rules_holidays.public_holiday(day, department)
    assert (words in name) if name and words else (name or "") == words


@pytest.mark.parametrize(
    ("department", "zone"),
    [
        ("49", "B"),
        ("35", "B"),
        ("69", "A"),
        ("69D", "A"),
        ("31", "C"),
        ("75", "C"),
        ("2A", None),
        ("974", None),
        ("", None),
    ],
)
def test_school_zones(department: str, zone: str | None) -> None:
    assert rules_holidays.zone_of(department) == zone


def test_school_holidays_and_what_is_not_known(app: Any) -> None:
    with speaking("fr"):
        assert rules_holidays.warnings(date(2027, 2, 18), "49") == []
        assert rules_holidays.warnings(date(2027, 2, 25), "49") == ["Vacances d’hiver (zone B)"]
        assert "inconnues ici" in rules_holidays.warnings(date(2027, 2, 25), "2A")[0]
        assert "pas encore connues" in rules_holidays.warnings(date(2035, 3, 6), "49")[0]
        assert rules_holidays.sure_warnings(date(2035, 3, 6), "49") == []
