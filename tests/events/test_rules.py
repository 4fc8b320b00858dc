"""What an event may be: each fault on its own field."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cop.core.errors import Refused
from cop.events import rules
from cop.events.rules import Description, Span

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
MORNING = Span(datetime(2027, 1, 14, 8, tzinfo=UTC), datetime(2027, 1, 14, 11, 30, tzinfo=UTC))
AFTERNOON = Span(datetime(2027, 1, 14, 13, tzinfo=UTC), datetime(2027, 1, 14, 16, tzinfo=UTC))
GOOD = Description(title="Oralité", half_days=(MORNING,), territory_id=1, commune_id=1, capacity=40)


def field_refused(description: Description) -> str | None:
    with pytest.raises(Refused) as refused:
        rules.check(description)
    assert str(refused.value.message)
    return refused.value.field


def test_a_plain_event_passes() -> None:
    rules.check(GOOD)
    rules.check(replace(GOOD, half_days=(MORNING, AFTERNOON), capacity=None, online_url="https://visio.example/a?b=c"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "x" * 5000}, "title"),
        ({"title": "ab"}, "title"),
        ({"title": "Oralité\nBEGIN:VALARM"}, "title"),
        ({"venue_name": "Salle 2\r\nX:Y"}, "venue_name"),
        ({"venue_address": "1 rue\u2028X"}, "venue_address"),
        ({"online_url": "https://visio.example/\nX"}, "online_url"),
        ({"online_url": "javascript:alert(1)"}, "online_url"),
        ({"online_url": "visio.example"}, "online_url"),
        ({"online_url": "https://[::1"}, "online_url"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 5001}, "capacity"),
        ({"mode": "dream"}, "mode"),
        ({"audience": "nobody"}, "audience"),
        ({"half_days": ()}, "day_0"),
        ({"half_days": (Span(MORNING.ends_at, MORNING.starts_at),)}, "ends_0"),
        ({"half_days": (Span(MORNING.starts_at, MORNING.starts_at),)}, "ends_0"),
        ({"half_days": (AFTERNOON, MORNING)}, "starts_1"),
        ({"half_days": (MORNING, MORNING)}, "starts_1"),
        ({"half_days": (Span(MORNING.starts_at, MORNING.starts_at + timedelta(hours=15)),)}, "ends_0"),
    ],
)
def test_each_fault_is_refused_on_its_field(changes: dict[str, object], field: str) -> None:
    assert field_refused(replace(GOOD, **changes)) == field  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "start", "end", "field"),
    [
        (date(2027, 3, 28), time(2, 30), time(9), "starts_1"),  # the spring night has no 2:30
        (date(2027, 3, 28), time(1), time(2, 30), "ends_1"),
        (date(2027, 10, 31), time(2, 30), time(9), "starts_1"),  # the autumn night has two
    ],
)
def test_hours_no_clock_shows_once_are_refused(day: date, start: time, end: time, field: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.span_at(day, start, end, PARIS, row=1)
    assert refused.value.field == field


def test_hours_are_read_on_the_clock_of_the_place() -> None:
    winter = rules.span_at(date(2027, 1, 14), time(9), time(12, 30), PARIS)
    summer = rules.span_at(date(2027, 7, 14), time(9), time(12, 30), PARIS)
    assert winter.starts_at == datetime(2027, 1, 14, 8, tzinfo=UTC)
    assert summer.starts_at == datetime(2027, 7, 14, 7, tzinfo=UTC)


def test_only_what_changes_is_named() -> None:
    numbered = replace(MORNING, number=7)
    assert rules.changes(GOOD, replace(GOOD, half_days=(numbered,))) == frozenset()
    assert rules.changes(GOOD, replace(GOOD, title="Autre", capacity=3)) == {"title", "capacity"}
    assert rules.changes(GOOD, replace(GOOD, half_days=(AFTERNOON,))) == {"half_days"}


def test_a_date_kept_may_be_past_a_new_one_may_not() -> None:
    past = Span(NOW - timedelta(days=2), NOW - timedelta(days=2) + timedelta(hours=3))
    rules.check_future((past,), NOW, kept=(past,))
    with pytest.raises(Refused) as refused:
        rules.check_future((MORNING, past), NOW)
    assert refused.value.field == "day_1"


def test_a_half_day_that_has_begun_stays() -> None:
    begun = Span(NOW - timedelta(hours=1), NOW + timedelta(hours=2), number=1)
    coming = Span(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=3), number=2)
    rules.check_removal((begun, coming), (begun,), NOW)
    with pytest.raises(Refused):
        rules.check_removal((begun, coming), (coming,), NOW)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Écrire à l’école sans se faire mal", "ecrire-a-l-ecole-sans-se-faire-mal-2027-01-14"),
        ("L'œil & la main : qui fait quoi ?", "l-oeil-la-main-qui-fait-quoi-2027-01-14"),
        ("??", "rencontre-2027-01-14"),
        ("../../etc/passwd", "etc-passwd-2027-01-14"),
    ],
)
def test_addresses_can_be_read_aloud(title: str, slug: str) -> None:
    assert rules.slug_of(title, date(2027, 1, 14)) == slug


def test_a_long_title_makes_a_short_address() -> None:
    slug = rules.slug_of("mot " * 200, date(2027, 1, 14))
    assert len(slug) <= 95
    assert slug.endswith("mot-2027-01-14")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("9 h Accueil\n9 h 20 Les textes", [("", [("9\xa0h", "Accueil"), ("9\xa0h\xa020", "Les textes")])]),
        ("9h30 - Ateliers", [("", [("9\xa0h\xa030", "Ateliers")])]),
        ("10:30 Pause", [("", [("10:30", "Pause")])]),
        ("Mardi\n9 h Un\n\nMercredi\n9 h Deux", [("Mardi", [("9\xa0h", "Un")]), ("Mercredi", [("9\xa0h", "Deux")])]),
        ("9 h Un\nAprès-midi\n14 h Deux", [("", [("9\xa0h", "Un")]), ("Après-midi", [("14\xa0h", "Deux")])]),
        ("Sans heure\n\nNi ici", [("", [("", "Sans heure"), ("", "Ni ici")])]),
        (" \n", []),
    ],
)
def test_a_programme_is_read_line_by_line(text: str, parts: list[tuple[str, list[tuple[str, str]]]]) -> None:
    assert [(part.heading, part.steps) for part in rules.programme_parts(text)] == parts


def test_a_kind_proposes_its_usual_half_days() -> None:
    day = date(2027, 1, 14)
    assert rules.usual_spans(day, "09:00", 210, 1) == [(day, time(9), time(12, 30))]
    seminar = rules.usual_spans(day, "09:00", 210, 4)
    assert [(on.day, start.hour) for on, start, _end in seminar] == [(14, 9), (14, 14), (15, 9), (15, 14)]
    evenings = rules.usual_spans(day, "18:30", 120, 2)
    assert [(on.day, start.hour) for on, start, _end in evenings] == [(14, 18), (15, 18)]


def test_a_copy_keeps_its_weekday_and_its_hour_across_the_change_of_clocks() -> None:
    span = rules.span_at(date(2027, 3, 25), time(9), time(12), PARIS)
    weeks = rules.next_weeks(span.starts_at, datetime(2027, 3, 22, tzinfo=UTC))
    moved = rules.moved(span, weeks, PARIS)
    assert weeks == 1
    assert moved.starts_at == datetime(2027, 4, 1, 9, tzinfo=PARIS)
    assert rules.next_weeks(datetime(2026, 1, 8, tzinfo=UTC), datetime(2027, 3, 22, tzinfo=UTC)) == 64
