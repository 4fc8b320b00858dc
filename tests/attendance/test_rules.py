"""When one may check in, and which half-day is meant."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cop.attendance import rules
from cop.attendance.rules import Stage, State
from cop.core.errors import Refused

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")


def at(text: str, zone: ZoneInfo = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@dataclass
class Half:
    id: int
    starts_at: datetime
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None


@pytest.mark.parametrize(
    ("status", "closed", "now", "zone", "expected"),
    [
        ("published", None, "2027-01-13 23:59", PARIS, Stage.BEFORE),
        ("published", None, "2027-01-14 00:01", PARIS, Stage.OPEN),
        ("published", None, "2027-03-01 10:00", PARIS, Stage.OPEN),
        ("published", "2027-01-14 13:00", "2027-01-15 10:00", PARIS, Stage.CLOSED),
        ("draft", None, "2027-01-14 10:00", PARIS, Stage.DRAFT),
        ("cancelled", "2027-01-14 13:00", "2027-01-14 10:00", PARIS, Stage.CANCELLED),
    ],
)
def test_the_list_opens_with_the_day(
    status: str, closed: str | None, now: str, zone: ZoneInfo, expected: Stage
) -> None:
    found = rules.stage(
        status=status,
        starts_at=at("2027-01-14 09:00", zone),
        closed_at=at(closed) if closed else None,
        now=at(now),
        zone=zone,
    )
    assert found is expected


def test_the_day_is_the_one_of_the_place() -> None:
    """In Réunion the day begins at 21:00 of the eve, Paris time."""
    found = rules.stage(
        status="published",
        starts_at=at("2027-01-14 09:00", REUNION),
        closed_at=None,
        now=at("2027-01-13 21:30"),
        zone=REUNION,
    )
    assert found is Stage.OPEN


@pytest.mark.parametrize(
    ("stage", "state", "allowed"),
    [
        (Stage.OPEN, State.PRESENT, True),
        (Stage.OPEN, None, True),
        (Stage.BEFORE, State.PRESENT, False),
        (Stage.BEFORE, State.EXCUSED, True),
        (Stage.BEFORE, None, True),
        (Stage.CLOSED, State.PRESENT, False),
        (Stage.CLOSED, None, False),
        (Stage.CANCELLED, State.EXCUSED, False),
        (Stage.DRAFT, State.PRESENT, False),
    ],
)
def test_what_may_be_noted_when(stage: Stage, state: State | None, allowed: bool) -> None:
    if allowed:
        rules.check_mark(stage, state)
    else:
        with pytest.raises(Refused):
            rules.check_mark(stage, state)


MORNING = Half(1, at("2027-01-14 09:00"))
AFTERNOON = Half(2, at("2027-01-14 14:00"))
NEXT_DAY = Half(3, at("2027-01-15 09:00"))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2027-01-10 10:00", 1),
        ("2027-01-14 08:30", 1),
        ("2027-01-14 13:50", 1),
        ("2027-01-14 14:05", 2),
        ("2027-01-15 08:00", 3),
        ("2027-01-20 10:00", 1),
    ],
)
def test_the_half_day_one_comes_for(now: str, expected: int) -> None:
    assert rules.meant([AFTERNOON, NEXT_DAY, MORNING], at(now), PARIS) == expected


def test_afterwards_the_one_left_open_then_the_last() -> None:
    closed = at("2027-01-16 09:00")
    first, second, third = (Half(h.id, h.starts_at, closed) for h in (MORNING, AFTERNOON, NEXT_DAY))
    assert rules.meant([first, AFTERNOON, third], at("2027-01-20 10:00"), PARIS) == 2
    assert rules.meant([first, second, third], at("2027-01-20 10:00"), PARIS) == 3


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Claire Le Goff", {"given_name": "Claire", "family_name": "Le Goff"}),
        ("  Claire ", {"given_name": "Claire", "family_name": ""}),
        ("", {}),
    ],
)
def test_what_was_searched_in_vain_becomes_a_name(words: str, names: dict[str, str]) -> None:
    assert rules.split_name(words) == names
