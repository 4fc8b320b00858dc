"""Who belongs where, which line has room, how long an offer runs."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cop.registrations.rules_seats import Group, Line, Seats, Side, beyond, fits, offer_until, release_at, stopped

PARIS = ZoneInfo("Europe/Paris")


def group(number: int, capacity: int, taken: int = 0, waiting: int = 0, **values: object) -> Group:
    usual = {"kept": True, "online": False, "professions": frozenset(), "guests_only": False, "released": False}
    return Group(number, f"g{number}", capacity, taken, waiting, **{**usual, **values})  # type: ignore[arg-type]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def test_the_first_group_whose_conditions_are_all_met() -> None:
    doctors = group(1, 5, professions=frozenset({"10"}))
    guests = group(2, 5, guests_only=True)
    asked_doctors = group(3, 5, professions=frozenset({"10"}), guests_only=True)
    seats = Seats(Side(20, 0, 0, 15), None, (asked_doctors, doctors, guests))
    found = {
        (code, guest): seats.line(online=False, profession=code, guest=guest).group
        for code in ("10", "70", None)
        for guest in (False, True)
    }
    assert found == {
        ("10", False): doctors, ("10", True): asked_doctors,
        ("70", False): None, ("70", True): guests,
        (None, False): None, (None, True): guests,
    }  # fmt: skip


def test_of_a_hybrid_event_a_group_has_one_side() -> None:
    nurses = {side: group(1 + side, 5, online=bool(side), professions=frozenset({"60"})) for side in (0, 1)}
    seats = Seats(Side(10, 0, 0, 5), Side(10, 0, 0, 5), tuple(nurses.values()))
    assert seats.line(online=True, profession="60", guest=False).group == nurses[1]
    assert seats.line(online=False, profession="60", guest=False).group == nurses[0]
    one_room = Seats(Side(20, 0, 0, 10), None, tuple(nurses.values()))
    assert one_room.line(online=True, profession="60", guest=False).group == nurses[0]


def test_room_and_who_is_called() -> None:
    kept, most = group(1, 5, taken=3, waiting=2), group(2, 4, taken=1, waiting=1, kept=False)
    full = Seats(Side(20, 18, 4, 2), None, (kept, most))
    assert [full.has_room(line) for line in full.lines()] == [True, False, False]
    assert full.waiting(Line(online=False)) == 1
    assert [line.group for line in full.callable()] == [kept]
    assert full.somebody_is_before(Line(False, kept))
    assert not full.somebody_is_before(Line(online=False))
    freed = Seats(Side(20, 17, 4, 2), None, (kept, most))
    assert [line.group for line in freed.callable()] == [kept, most, None]
    assert freed.somebody_is_before(Line(False, most))


def test_seats_are_given_again_in_order() -> None:
    kept, most = group(1, 1), group(2, 2, kept=False)
    seats = Seats(Side(4, 0, 0, 1), None, (kept, most))
    lines = [Line(False, kept), Line(False, kept), *[Line(False, most)] * 3, Line(False), Line(False)]
    assert beyond(lines, seats) == [1, 4, 6]
    assert fits(seats)
    assert not fits(Seats(Side(0, 0, 0, 1), None, (kept,)))
    assert fits(Seats(Side(None, 0, 0, 1), None, (kept,)))


@pytest.mark.parametrize(
    ("now", "hours", "stop", "until"),
    [
        ("2026-11-20 10:00", 4, None, "2026-11-20 14:00"),
        ("2026-11-20 20:00", 4, None, "2026-11-21 09:00"),
        ("2026-11-20 23:30", 2, None, "2026-11-21 09:00"),
        ("2026-11-20 03:00", 1, None, "2026-11-20 08:00"),
        ("2026-11-20 10:00", 24, None, "2026-11-21 19:00"),
        ("2027-01-13 10:00", 24, None, "2027-01-14 09:00"),
        ("2027-01-12 10:00", 48, 24, "2027-01-13 09:00"),
        ("2027-01-13 12:00", 4, 24, "2027-01-13 12:00"),
        ("2026-10-24 21:00", 2, None, "2026-10-25 08:00"),  # the night the clocks go back
    ],
)
def test_an_offer_sleeps_at_night_and_ends_before_the_last_call(
    now: str, hours: int, stop: int | None, until: str
) -> None:
    found = offer_until(at(now), hours, starts_at=at("2027-01-14 09:00"), stop_hours=stop, zone=PARIS)
    assert found == at(until)


def test_the_last_call_and_the_day_a_group_lets_go() -> None:
    starts_at = at("2027-04-01 09:00")
    assert not stopped(starts_at, None, starts_at)
    assert not stopped(starts_at, 12, at("2027-03-31 20:59"))
    assert stopped(starts_at, 12, at("2027-03-31 21:00"))
    assert release_at(starts_at, 7, PARIS) == datetime(2027, 3, 25, 8, tzinfo=UTC), "the same hour on the clock"
