"""One entry for one meeting: a block, the same block on several days, or whole days."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from cop.invitations import rules
from cop.invitations.rules import Span, Timing, timing

PARIS = ZoneInfo("Europe/Paris")


def span(day: str, start: str, end: str, zone: ZoneInfo = PARIS) -> Span:
    def at(hour: str) -> datetime:
        return datetime.fromisoformat(f"{day} {hour}").replace(tzinfo=zone).astimezone(UTC)

    return Span(at(start), at(end))


def test_one_half_day_is_one_block() -> None:
    morning = span("2027-01-14", "09:00", "12:30")
    assert timing([morning], PARIS) == Timing(morning.starts_at, morning.ends_at)


def test_morning_and_afternoon_of_a_day_are_one_block() -> None:
    morning, afternoon = span("2027-01-14", "09:00", "12:30"), span("2027-01-14", "14:00", "17:00")
    assert timing([afternoon, morning], PARIS) == Timing(morning.starts_at, afternoon.ends_at)


def test_the_same_hours_each_day_recur_daily_through_the_change_of_clocks() -> None:
    hours = (("09:00", "12:00"), ("14:00", "17:00"))
    days = [span(f"2027-03-{day}", start, end) for day in (27, 28, 29) for start, end in hours]
    made = timing(days, PARIS)
    assert (made.days, made.every, made.whole_days) == (3, 1, False)
    assert (made.starts_at, made.ends_at) == (days[0].starts_at, days[1].ends_at)


def test_the_same_hours_each_week_recur_by_seven_days() -> None:
    made = timing([span(day, "18:00", "20:00") for day in ("2027-01-07", "2027-01-14", "2027-01-21")], PARIS)
    assert (made.days, made.every) == (3, 7)


def test_other_hours_each_day_are_whole_days() -> None:
    made = timing([span("2026-11-24", "14:00", "18:00"), span("2026-11-25", "09:00", "17:00")], PARIS)
    assert (made.first_day, made.last_day, made.busy) == (date(2026, 11, 24), date(2026, 11, 25), True)


def test_days_far_apart_and_uneven_leave_the_calendar_free_between_them() -> None:
    made = timing([span(day, "09:00", "12:00") for day in ("2027-01-07", "2027-01-14", "2027-02-01")], PARIS)
    assert (made.first_day, made.last_day, made.busy) == (date(2027, 1, 7), date(2027, 2, 1), False)


def test_days_are_those_of_the_place_not_of_paris() -> None:
    noumea = ZoneInfo("Pacific/Noumea")
    made = timing([span(day, "08:00", "11:00", noumea) for day in ("2027-01-14", "2027-01-15")], noumea)
    assert (made.days, made.every) == (2, 1)


def test_without_a_zone_of_our_own_a_series_is_whole_days() -> None:
    made = timing([span("2027-01-14", "09:00", "12:00"), span("2027-01-15", "09:00", "12:00")], PARIS, may_recur=False)
    assert made.whole_days


def test_the_sequence_grows_when_plans_change_only() -> None:
    assert rules.told_sequence(sequence=3, told=7, current=8) == 4
    assert rules.told_sequence(sequence=3, told=7, current=7) == 3
