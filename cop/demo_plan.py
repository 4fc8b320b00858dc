"""What takes place in the demonstration: a year and a half of meetings around the present moment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import cycle
from random import Random
from typing import Any, Final

from cop.core import clock
from cop.demo_people import PAST_DAYS
from cop.events.models import EventKind
from cop.events.rules import Span

FUTURE_DAYS: Final = 125
_TUESDAY_TO_FRIDAY: Final = (1, 3, 4, 1, 3, 4, 5)
_MONDAY_TO_THURSDAY: Final = (0, 1, 3)
_CLOSED: Final = frozenset({"05-01", "05-08", "07-14", "11-01", "11-11"})
_AFTERNOON: Final = time(14, 0)
_LATEST_OF_TODAY: Final = time(20, 30)
_EARLIEST_OF_TODAY: Final = time(8, 30)


@dataclass(slots=True)
class Planned:
    """``fate``: held (or to be held), cancelled, draft, unclosed (attendance still to close), moved, now."""

    kind: EventKind
    rhythm: Mapping[str, Any]
    subject: Mapping[str, Any]
    venue: Mapping[str, str]
    days: list[date]
    starts: list[time]
    fate: str = "held"
    fill: float = 0.6
    waiting: int = 0
    event_id: int = 0
    spans: tuple[Span, ...] = field(default=())

    @property
    def starts_at(self) -> datetime:
        return self.spans[0].starts_at

    @property
    def ends_at(self) -> datetime:
        return self.spans[-1].ends_at

    def settle(self) -> "Planned":
        length = timedelta(minutes=self.kind.duration_minutes)
        moments = [clock.nearest_local(day, start) for day in self.days for start in self.starts]
        self.spans = tuple(Span(moment, moment + length) for moment in moments[: self.kind.half_days])
        return self


def plan(world: Mapping[str, Any], kinds: Mapping[str, EventKind], now: datetime, rng: Random) -> list[Planned]:
    """Every meeting, the earliest first. The first rhythm is the organisation's main one, and shows every case."""
    venues = cycle(rng.sample(world["venues"], len(world["venues"])))
    planned: list[Planned] = []
    for rhythm in world["rhythms"]:
        kind = kinds[rhythm["kind"]]
        subjects = [subject for subject in world["subjects"] if subject["kind"] == kind.code]
        shuffled = cycle(rng.sample(subjects, len(subjects)))
        days = sorted(_days(rhythm, kind, clock.local_date(now), rng, main=rhythm is world["rhythms"][0]))
        planned += [_meeting(kind, rhythm, next(shuffled), next(venues), day, rng) for day in days]
    main = [one for one in planned if one.rhythm is world["rhythms"][0]]
    _show_every_case(main, world["venues"], now)
    second = next((one for one in planned if _may_be_now(one, main[0])), None)
    planned += _today(second, now)
    return sorted((one.settle() for one in planned), key=lambda one: one.starts_at)


def _days(rhythm: Mapping[str, Any], kind: EventKind, today: date, rng: Random, *, main: bool) -> Iterator[date]:
    """At its rhythm, on suitable weekdays, with holidays. The main kind meets tomorrow, and met two days ago."""
    weekdays = _MONDAY_TO_THURSDAY if kind.starts_at >= "18:00" or kind.half_days > 1 else _TUESDAY_TO_FRIDAY
    offset = -PAST_DAYS + rng.randrange(rhythm["every"])
    if main:
        yield from (today - timedelta(days=2), today + timedelta(days=1))
    while offset < FUTURE_DAYS:
        near = today + timedelta(days=offset)
        day = near + timedelta(days=(rng.choice(weekdays) - near.weekday()) % 7)
        offset += max(1, rhythm["every"] + rng.randint(-2, 2))
        busy = abs((day - today).days) < (7 if main else 3)
        if not busy and not _holiday(day):
            yield day


def _holiday(day: date) -> bool:
    """August, the end of the year, public holidays: nobody would come."""
    movable = {_easter(day.year) + timedelta(days=days) for days in (1, 39, 50)}
    return day in movable or f"{day:%m-%d}" in _CLOSED or day.month == 8 or not "01-03" < f"{day:%m-%d}" < "12-23"


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Butcher 1876)."""
    moon_year, (century, years) = year % 19, divmod(year, 100)
    shift = (8 * century + 13) // 25
    moon = (19 * moon_year + century - century // 4 - shift + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (years // 4) - moon - years % 4) % 7
    late = (moon_year + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _meeting(
    kind: EventKind,
    rhythm: Mapping[str, Any],
    subject: Mapping[str, Any],
    venue: Mapping[str, str],
    day: date,
    rng: Random,
) -> Planned:
    start = time.fromisoformat(kind.starts_at)
    low, high = rhythm.get("fill", (0.5, 0.9))
    planned = Planned(kind, rhythm, subject, venue, [day], [start], fill=rng.uniform(low, high))
    if kind.half_days > 1:
        planned.days = [day + timedelta(days=number) for number in range((kind.half_days + 1) // 2)]
        planned.starts = [start, _AFTERNOON]
    return planned


def _show_every_case(main: list[Planned], venues: Sequence[Mapping[str, str]], now: datetime) -> None:
    """Among the meetings of the main kind: full ones, cancelled ones, drafts, one moved, one left open."""
    today = clock.local_date(now)
    past = sorted((one for one in main if one.days[0] < today), key=lambda one: one.days[0])
    coming = sorted((one for one in main if one.days[0] > today), key=lambda one: one.days[0])
    past[-1].fate = "unclosed"
    past[-1].venue = coming[0].venue = venues[0]
    for one in past[-5:-4] + past[-14:-13]:
        one.fate = "cancelled"
    for one, (fate, fill, waiting) in zip(
        coming,
        (
            ("held", 1.0, 4),
            ("held", 1.0, 6),
            ("moved", 0.6, 0),
            ("cancelled", 0.4, 0),
            ("held", 0.45, 0),
            ("draft", 0.0, 0),
            ("held", 0.2, 0),
            ("draft", 0.0, 0),
        ),
        strict=False,
    ):
        one.fate, one.fill, one.waiting = fate, fill, waiting
    if len(coming) < 6:
        coming[-1].fate = "draft"


def _may_be_now(one: Planned, main: Planned) -> bool:
    kind = one.kind
    return (
        kind is not main.kind and kind.half_days == 1 and kind.attendance != "headcount" and "seats" not in one.rhythm
    )


def _today(like: Planned | None, now: datetime) -> Iterator[Planned]:
    """A meeting that has just begun, if the hour is one at which people meet."""
    local = clock.local(now)
    if like is None or not _EARLIEST_OF_TODAY <= local.time() <= _LATEST_OF_TODAY:
        return
    begun = local - timedelta(minutes=10)
    start = time(begun.hour, 30 if begun.minute >= 30 else 0)
    yield Planned(like.kind, like.rhythm, like.subject, like.venue, [local.date()], [start], fate="now", fill=0.85)


def programme(one: Planned) -> str:
    """One line per step, on the hours of the first half-day; the other half-days follow their own."""
    lines = []
    for number, span in enumerate(one.spans):
        if len(one.spans) > 1:
            lines.append(f"Demi-journée {number + 1}")
        length = (span.ends_at - span.starts_at) / timedelta(minutes=1)
        for share, words in _steps(one, length, first=number == 0):
            lines.append(f"{_hour(span.starts_at + timedelta(minutes=round(length * share / 5) * 5))} {words}")
    return "\n".join(lines)


def _steps(one: Planned, length: float, *, first: bool) -> list[tuple[float, str]]:
    if length < 75:
        return [(0.0, "Connexion et tour de table"), (0.15, "Exposé"), (0.6, "Questions")]
    if one.kind.audience == "invited" and len(one.spans) == 1:
        return [(0.0, "Accueil"), (0.1, "Points d’étape"), (0.6, "Décisions"), (0.9, "Questions diverses")]
    if length < 150:
        return [(0.0, "Accueil"), (0.15, "Tour de table"), (0.3, "Travail en groupe"), (0.85, "Ce que l’on retient")]
    opening = "Accueil, café" if first else "Reprise"
    return [
        (0.0, opening),
        (0.08, "Apports et récits"),
        (0.4, "Échanges entre métiers"),
        (0.55, "Pause"),
        (0.62, "Ateliers par petits groupes"),
        (0.92, "Ce que l’on garde, ce que l’on essaie"),
    ]


def _hour(moment: datetime) -> str:
    at = clock.local(moment)
    return f"{at.hour}\u00a0h" + (f"\u00a0{at.minute:02}" if at.minute else "")
