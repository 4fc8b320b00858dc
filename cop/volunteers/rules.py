"""Who may be asked for a task, on plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from cop.core import clock
from cop.core.errors import Refused
from cop.core.i18n import _l

PARTS: Final = {"m": _l("morning"), "a": _l("afternoon"), "e": _l("evening")}
WEEKDAYS: Final = {
    "1": _l("Monday"),
    "2": _l("Tuesday"),
    "3": _l("Wednesday"),
    "4": _l("Thursday"),
    "5": _l("Friday"),
    "6": _l("Saturday"),
    "7": _l("Sunday"),
}
SLOTS: Final = tuple(f"{day}{part}" for day in WEEKDAYS for part in PARTS)
_NOON: Final = 12
_EVENING: Final = 18
MOST_PLACES: Final = 200
LONGEST: Final = 24 * 60  # minutes, of a task or of a line of hours


class Status(StrEnum):
    """``paused``: nothing is proposed for now. ``ended``: no longer a volunteer; the hours stay."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class State(StrEnum):
    """How a task stands; ``filled`` is read from its places."""

    OPEN = "open"
    FILLED = "filled"
    DONE = "done"
    CANCELLED = "cancelled"


class Answer(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a volunteer has said: skills, parts of the week, and where."""

    person_id: int
    name: str
    skills: frozenset[int]
    slots: frozenset[str]
    territory_id: int
    status: str = Status.ACTIVE
    minutes_given: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a task asks for. ``territories``: its own, those that hold it and those inside it. No skill: any will do."""

    skills: frozenset[int]
    slot: str
    territories: frozenset[int]


def slot_of(starts_at: datetime, zone: ZoneInfo = clock.PARIS) -> str:
    """The part of the week in which a task begins, where it takes place: "2m", Tuesday morning."""
    local = clock.local(starts_at, zone)
    part = "m" if local.hour < _NOON else "a" if local.hour < _EVENING else "e"
    return f"{local.isoweekday()}{part}"


def is_available(offer: Offer, wanted: Wanted) -> bool:
    """An active volunteer, free in that part of the week, within the territory, with one of the skills at least."""
    return (
        offer.status == Status.ACTIVE
        and wanted.slot in offer.slots
        and offer.territory_id in wanted.territories
        and (not wanted.skills or bool(offer.skills & wanted.skills))
    )


def available(offers: Iterable[Offer], wanted: Wanted) -> list[Offer]:
    """Those to ask: most of the skills first; then who gave least time, so that it is not always the same ones."""
    found = [offer for offer in offers if is_available(offer, wanted)]
    return sorted(found, key=lambda offer: (-len(offer.skills & wanted.skills), offer.minutes_given, offer.name))


def state_of(state: str, *, taken: int, places: int) -> State:
    return State.FILLED if state == State.OPEN and taken >= places else State(state)


def check_task(*, starts_at: datetime, minutes: int, places: int, now: datetime) -> None:
    if starts_at <= now:
        raise Refused(_l("This moment is past: nobody could answer in time. Choose a day to come."), "day")
    if not 1 <= minutes <= LONGEST:
        raise Refused(_l("A duration between one minute and a whole day."), "minutes")
    if not 1 <= places <= MOST_PLACES:
        raise Refused(_l("Between one place and two hundred."), "places")


class Stand(StrEnum):
    """What the page behind the link offers."""

    ASKED = "asked"
    FILLED = "filled"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OVER = "over"
    CANCELLED = "cancelled"


def stand(*, answer: str, state: str, taken: int, places: int, starts_at: datetime, now: datetime) -> Stand:
    """How a proposal stands for who received it: declined may become accepted again as long as there is a place."""
    if state == State.CANCELLED:
        return Stand.CANCELLED
    if starts_at <= now or state == State.DONE:
        return Stand.OVER
    if answer == Answer.ACCEPTED:
        return Stand.ACCEPTED
    if taken >= places:
        return Stand.FILLED
    return Stand.DECLINED if answer == Answer.DECLINED else Stand.ASKED


_REFUSALS: Final[dict[Stand, Any]] = {
    Stand.FILLED: _l("All places are taken in the meantime. Thank you for answering."),
    Stand.OVER: _l("This task has begun: it can no longer be answered here."),
    Stand.CANCELLED: _l("This task was cancelled: there is nothing left to answer."),
}


def check_answer(found: Stand) -> None:
    if found in _REFUSALS:
        raise Refused(_REFUSALS[found])


def check_hours(minutes: int | None, *, happened_at: datetime, now: datetime) -> int:
    if happened_at > now:
        raise Refused(_l("These hours are not given yet: note them once the day has come."), "day")
    if minutes is None or not 0 <= minutes <= LONGEST:
        raise Refused(_l("A duration between nothing and 24 hours."), "minutes")
    return minutes


def duration(hours: int | None, minutes: int | None) -> int | None:
    """Two fields of a form as minutes; ``None`` when neither was filled in."""
    return None if hours is None and minutes is None else (hours or 0) * 60 + (minutes or 0)


def end_of(starts_at: datetime, minutes: int) -> datetime:
    return starts_at + timedelta(minutes=minutes)


def in_words(minutes: int) -> str:
    """« 2 h 30 », « 45 min »."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}\u00a0min"
    return f"{hours}\u00a0h\u00a0{rest:02}" if rest else f"{hours}\u00a0h"
