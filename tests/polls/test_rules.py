"""The best date of a poll, and where it stands."""

from datetime import UTC, datetime, timedelta

import pytest

from cop.polls.rules import Stage, Tally, best, may_remind, stage

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def tally(number: int, yes: int, maybe: int = 0, no: int = 0, days: int = 10) -> Tally:
    return Tally(number, NOW + timedelta(days=days + number), yes, maybe, no)


@pytest.mark.parametrize(
    ("tallies", "expected"),
    [
        ([tally(1, 3), tally(2, 4)], 2),
        ([tally(1, 3, 1), tally(2, 3, 2)], 2),
        ([tally(2, 3, 1, 5), tally(1, 3, 1)], 1),
        ([tally(1, 0, 1), tally(2, 0)], 1),
        ([tally(1, 9, days=-30), tally(2, 1)], 2),
        ([tally(1, 0, 0, 4), tally(2, 0)], None),
        ([], None),
    ],
)
def test_the_best_date(tallies: list[Tally], expected: int | None) -> None:
    """Most yes, then most « if need be », then the soonest; never a past one, nor one nobody can come on."""
    found = best(tallies, NOW)
    assert (found.option_id if found else None) == expected


@pytest.mark.parametrize(
    ("status", "hours", "decided", "expected"),
    [
        ("draft", 1, False, Stage.DRAFT),
        ("open", 1, False, Stage.OPEN),
        ("open", 0, False, Stage.ENDED),
        ("closed", 1, False, Stage.CLOSED),
        ("closed", 1, True, Stage.DECIDED),
    ],
)
def test_where_it_stands(status: str, hours: int, decided: bool, expected: Stage) -> None:
    assert stage(status=status, closes_at=NOW + timedelta(hours=hours), decided=decided, now=NOW) is expected


def test_once_a_day() -> None:
    assert may_remind(at=Stage.OPEN, reminded_at=None, now=NOW)
    assert not may_remind(at=Stage.OPEN, reminded_at=NOW - timedelta(hours=19), now=NOW)
    assert may_remind(at=Stage.OPEN, reminded_at=NOW - timedelta(hours=20), now=NOW)
    assert not may_remind(at=Stage.ENDED, reminded_at=None, now=NOW)
