"""Half-days one by one: how they are called, and which may be called off while the rest is held."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from cop.core import clock
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import rules

_NOON: Final = 12
_EVENING: Final = 17


class Part(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


def part_of_day(starts_at: datetime, zone: ZoneInfo) -> str:
    """morning, afternoon or evening, as people call the half-day."""
    hour = clock.local(starts_at, zone).hour
    return Part.MORNING if hour < _NOON else Part.AFTERNOON if hour < _EVENING else Part.EVENING


def may_call_off(*, status: str, starts_at: datetime, held: int, now: datetime) -> bool:
    return status == rules.PUBLISHED and starts_at > now and held > 1


def check_call_off(*, status: str, starts_at: datetime, held: int, now: datetime) -> None:
    """``held``: how many half-days of the event take place, this one among them."""
    if status != rules.PUBLISHED:
        raise Refused(_l("Only a half-day of a published event is called off; a draft is simply changed."))
    if starts_at <= now:
        raise Refused(_l("This half-day has begun: it can no longer be called off."))
    if held <= 1:
        raise Refused(_l("It is the last half-day that takes place: cancel the event itself, everybody is told."))


def check_restore(*, status: str, starts_at: datetime, now: datetime) -> None:
    if status != rules.PUBLISHED or starts_at <= now:
        raise Refused(_l("It is too late to hold this half-day after all."))
