"""When a reminder is due: on the calendar of the place, across both changes of clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cop.reminders import rules
from cop.reminders.rules import Occasion

PARIS = ZoneInfo("Europe/Paris")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
# Hypothesis wants the bounds naive, and gives aware moments.
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def occasion(starts: str, days: int = 1, at: str = "09:00", zone: str = "Europe/Paris", rule_id: int = 1) -> Occasion:
    moment = datetime.fromisoformat(starts).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return Occasion(rule_id, 7, days, at, moment, ZoneInfo(zone), LONG_AGO)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "days", "at", "zone", "due"),
    [
        # An ordinary week, winter and summer.
        ("2026-01-15 09:00", 1, "09:00", "Europe/Paris", "2026-01-14 08:00"),
        ("2026-07-09 09:00", 7, "09:00", "Europe/Paris", "2026-07-02 07:00"),
        # 29 March 2026, 2:00 becomes 3:00: the day before at nine is 23 hours before.
        ("2026-03-30 09:00", 1, "09:00", "Europe/Paris", "2026-03-29 07:00"),
        ("2026-03-29 09:00", 1, "09:00", "Europe/Paris", "2026-03-28 08:00"),
        ("2026-03-29 14:00", 0, "09:00", "Europe/Paris", "2026-03-29 07:00"),
        ("2026-04-02 20:00", 7, "09:00", "Europe/Paris", "2026-03-26 08:00"),
        # 25 October 2026, 3:00 becomes 2:00: 25 hours.
        ("2026-10-26 09:00", 1, "09:00", "Europe/Paris", "2026-10-25 08:00"),
        ("2026-10-25 09:00", 1, "09:00", "Europe/Paris", "2026-10-24 07:00"),
        ("2026-10-25 14:00", 0, "09:00", "Europe/Paris", "2026-10-25 08:00"),
        ("2026-10-29 20:00", 7, "09:00", "Europe/Paris", "2026-10-22 07:00"),
        # A time that does not exist, and one that happens twice: the rule is not refused.
        ("2026-03-30 09:00", 1, "02:30", "Europe/Paris", "2026-03-29 01:30"),
        ("2026-10-26 09:00", 1, "02:30", "Europe/Paris", "2026-10-25 00:30"),
        # The local date counts, not that of UTC: half past midnight is already the next day.
        ("2026-06-11 00:30", 1, "09:00", "Europe/Paris", "2026-06-10 07:00"),
        # Over the end of a year and of a short month.
        ("2027-01-04 09:00", 7, "09:00", "Europe/Paris", "2026-12-28 08:00"),
        ("2028-03-01 09:00", 1, "09:00", "Europe/Paris", "2028-02-29 08:00"),
        # Nine where the event takes place.
        ("2026-03-30 09:00", 1, "09:00", "Indian/Reunion", "2026-03-29 05:00"),
        ("2026-03-30 09:00", 1, "09:00", "America/Martinique", "2026-03-29 13:00"),
    ],
)
def test_due_at(starts: str, days: int, at: str, zone: str, due: str) -> None:
    assert occasion(starts, days, at, zone).due_at == utc(due)


@settings(deadline=None)
@given(
    MOMENTS,
    st.integers(0, 60),
    st.times(time(4), time(22)),
)
def test_the_clock_on_the_wall_always_says_the_hour_of_the_rule(start: datetime, days: int, at: time) -> None:
    at = at.replace(second=0, microsecond=0)
    found = Occasion(1, 1, days, at.isoformat("minutes"), start, PARIS, LONG_AGO).due_at.astimezone(PARIS)
    assert found.time() == at
    assert found.date() == start.astimezone(PARIS).date() - timedelta(days=days)


@settings(deadline=None)
@given(MOMENTS, st.integers(0, 60), st.times())
def test_nothing_is_due_before_the_horizon_looks_at_it(start: datetime, days: int, at: time) -> None:
    due_at = Occasion(1, 1, days, at.isoformat("minutes"), start, PARIS, LONG_AGO).due_at
    assert start <= rules.horizon(due_at, days)


def test_due_from_its_minute_until_the_event_starts() -> None:
    one = occasion("2026-01-15 09:00")
    assert rules.due([one], utc("2026-01-14 07:59")) == []
    assert rules.due([one], utc("2026-01-14 08:00")) == [one]
    assert rules.due([one], utc("2026-01-15 07:59")) == [one]
    assert rules.due([one], utc("2026-01-15 08:00")) == []


def test_a_rule_that_falls_after_the_start_is_never_due() -> None:
    one = occasion("2026-01-15 08:30", days=0, at="09:00")
    assert rules.due([one], utc("2026-01-15 07:29")) == []
    assert rules.due([one], utc("2026-01-15 08:00")) == []


def test_the_latest_of_two_due_reminders_is_the_one_to_send() -> None:
    week, eve = occasion("2026-01-15 09:00", 7, rule_id=1), occasion("2026-01-15 09:00", 1, rule_id=2)
    assert rules.due([week, eve], utc("2026-01-10 12:00")) == [week]
    assert rules.due([eve, week], utc("2026-01-14 12:00")) == [eve]


def test_the_key_holds_the_local_date_and_no_hour() -> None:
    assert occasion("2026-01-15 09:00").key(3) == "reminder:1:7:2026-01-15:3"
    assert occasion("2026-01-15 09:30").key(3) == occasion("2026-01-15 09:00").key(3)
    assert occasion("2026-01-16 09:00").key(3) != occasion("2026-01-15 09:00").key(3)
    # 23:30 UTC the day before
    assert occasion("2026-01-15 00:30").key(3) == "reminder:1:7:2026-01-15:3"
    assert rules.day_of(occasion("2026-01-15 00:30").key(3)).isoformat() == "2026-01-15"
