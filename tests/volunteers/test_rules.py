"""Who is available for a task, and how a proposal stands: tables of cases."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cop.core.errors import Refused
from cop.volunteers import rules
from cop.volunteers.rules import Offer, Stand, State, Status, Wanted

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WANTED = Wanted(frozenset({1, 2}), "4m", frozenset({49, 52}))


def offer(number: int = 1, **changes: object) -> Offer:
    values = {"skills": frozenset({1}), "slots": frozenset({"4m"}), "territory_id": 49, **changes}
    return Offer(number, f"P{number}", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (offer(), True),
        (offer(skills=frozenset({1, 2, 3})), True),
        (offer(skills=frozenset({3})), False),
        (offer(skills=frozenset()), False),
        (offer(slots=frozenset({"4a", "3m"})), False),
        (offer(slots=frozenset()), False),
        (offer(territory_id=52), True),
        (offer(territory_id=44), False),
        (offer(status=Status.PAUSED), False),
        (offer(status=Status.ENDED), False),
    ],
)
def test_available(made: Offer, expected: bool) -> None:
    assert rules.is_available(made, WANTED) is expected


def test_without_a_wanted_skill_anybody_will_do() -> None:
    assert rules.is_available(offer(skills=frozenset()), Wanted(frozenset(), "4m", frozenset({49})))


def test_more_of_the_skills_first_then_who_gave_least() -> None:
    tired = offer(1, minutes_given=600)
    rested = offer(2, minutes_given=30)
    skilled = offer(3, skills=frozenset({1, 2}), minutes_given=900)
    assert [one.person_id for one in rules.available([tired, rested, skilled], WANTED)] == [3, 2, 1]


@pytest.mark.parametrize(
    ("at", "zone", "slot"),
    [
        (datetime(2027, 1, 14, 8, 0, tzinfo=UTC), "Europe/Paris", "4m"),  # 9 h
        (datetime(2027, 1, 14, 11, 0, tzinfo=UTC), "Europe/Paris", "4a"),  # 12 h
        (datetime(2027, 7, 14, 16, 0, tzinfo=UTC), "Europe/Paris", "3e"),  # 18 h, in summer
        (datetime(2027, 1, 17, 22, 59, tzinfo=UTC), "Europe/Paris", "7e"),
        (datetime(2027, 1, 17, 23, 0, tzinfo=UTC), "Europe/Paris", "1m"),  # midnight: Monday
        (datetime(2027, 1, 14, 8, 0, tzinfo=UTC), "Indian/Reunion", "4a"),
    ],
)
def test_the_part_of_the_week_is_read_on_the_clock_of_the_place(at: datetime, zone: str, slot: str) -> None:
    assert rules.slot_of(at, ZoneInfo(zone)) == slot


@pytest.mark.parametrize(
    ("answer", "state", "taken", "hours", "expected"),
    [
        ("proposed", "open", 0, 1, Stand.ASKED),
        ("proposed", "open", 1, 1, Stand.FILLED),
        ("declined", "open", 0, 1, Stand.DECLINED),
        ("declined", "open", 1, 1, Stand.FILLED),
        ("accepted", "open", 1, 1, Stand.ACCEPTED),
        ("accepted", "open", 1, -1, Stand.OVER),
        ("accepted", "cancelled", 1, 1, Stand.CANCELLED),
        ("proposed", "done", 0, 1, Stand.OVER),
    ],
)
def test_how_a_proposal_stands(answer: str, state: str, taken: int, hours: int, expected: Stand) -> None:
    found = rules.stand(
        answer=answer, state=state, taken=taken, places=1, starts_at=NOW + timedelta(hours=hours), now=NOW
    )
    assert found is expected


@pytest.mark.parametrize(("taken", "expected"), [(0, State.OPEN), (1, State.OPEN), (2, State.FILLED)])
def test_filled_is_read_from_the_places(taken: int, expected: State) -> None:
    assert rules.state_of("open", taken=taken, places=2) is expected
    assert rules.state_of("cancelled", taken=taken, places=2) is State.CANCELLED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": NOW}, "day"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"places": 0}, "places"),
    ],
)
def test_a_task_that_cannot_be(changes: dict[str, object], field: str) -> None:
    values = {"starts_at": NOW + timedelta(days=1), "minutes": 60, "places": 1, **changes}
    with pytest.raises(Refused) as refused:
        rules.check_task(**values, now=NOW)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize(("hours", "minutes", "total"), [(None, None, None), (2, None, 120), (None, 5, 5), (1, 30, 90)])
def test_two_fields_make_a_duration(hours: int | None, minutes: int | None, total: int | None) -> None:
    assert rules.duration(hours, minutes) == total


@pytest.mark.parametrize(("minutes", "words"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (95, "1 h 35")])
def test_a_duration_in_words(minutes: int, words: str) -> None:
    assert rules.in_words(minutes).replace("\u00a0", " ") == words
