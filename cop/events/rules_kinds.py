"""What a kind of meeting may set, and what no kind can be."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Final

from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events.rules import AFTERNOON, AUDIENCES, LONGEST_HALF_DAY, MOST_HALF_DAYS, MOST_SEATS

BY_HALF_DAY: Final = "by_half_day"
BY_NAME: Final = "by_name"  # one presence for the whole event
HEADCOUNT: Final = "headcount"  # people are counted, not named
ATTENDANCES: Final = (BY_HALF_DAY, BY_NAME, HEADCOUNT)
MOST_HOURS: Final = 720
_BREAK: Final = re.compile(r"[\r\n\v\f\x85\u2028\u2029]")
_MIDNIGHT: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class KindDescription:
    """All that an organisation says of a kind; the hours count back from the start, none: up to it."""

    name_fr: str
    name_en: str = ""
    purpose_fr: str = ""
    purpose_en: str = ""
    starts_at: str = "09:00"
    duration_minutes: int = 120
    half_days: int = 1
    capacity: int | None = None
    key_event: bool = False
    attendance: str = BY_HALF_DAY
    audience: str = "public"
    approval: bool = False
    closes_hours_before: int | None = None
    offer_hours: int | None = None
    stop_hours: int | None = None
    colleagues: bool = False
    arrangement: bool = False
    carpool: bool = False


def check_kind(said: KindDescription) -> None:
    """Refuse what no kind can be, each with its sentence on its field."""
    _check_names(said)
    for name, allowed in (("attendance", ATTENDANCES), ("audience", AUDIENCES)):
        if getattr(said, name) not in allowed:
            raise Refused(_l("Choose one of the proposed values."), name)
    if said.capacity is not None and not 1 <= said.capacity <= MOST_SEATS:
        raise Refused(_l("From 1 to 5000 seats; leave empty when nobody counts them."), "capacity")
    if said.key_event and said.attendance == HEADCOUNT:
        sentence = _l("A key event counts people by name: it cannot only count how many they are.")
        raise Refused(sentence, "key_event")
    _check_half_days(said)
    _check_delays(said)


def _check_names(said: KindDescription) -> None:
    if not said.name_fr:
        raise Refused(_l("Give the kind a name."), "name_fr")
    for name in ("name_fr", "name_en"):
        if _BREAK.search(getattr(said, name)):
            raise Refused(_l("A name is on one line."), name)


def _check_delays(said: KindDescription) -> None:
    for name in ("closes_hours_before", "offer_hours", "stop_hours"):
        hours = getattr(said, name)
        if hours is not None and not 0 <= hours <= MOST_HOURS:
            raise Refused(_l("From 0 to 720 hours, which is thirty days."), name)
    if said.offer_hours == 0:
        raise Refused(_l("An offer needs at least one hour; leave empty to give the seat at once."), "offer_hours")


def _check_half_days(said: KindDescription) -> None:
    if not 1 <= said.half_days <= MOST_HALF_DAYS:
        raise Refused(_l("From 1 to 30 half-days."), "half_days")
    if not 15 <= said.duration_minutes <= LONGEST_HALF_DAY.total_seconds() / 60:
        raise Refused(_l("From 15 minutes to 14 hours."), "duration_minutes")
    start, afternoon = _minutes(time.fromisoformat(said.starts_at)), _minutes(AFTERNOON)
    if start + said.duration_minutes >= _MIDNIGHT:
        raise Refused(_l("It would end after midnight: make it shorter, or begin earlier."), "duration_minutes")
    if said.half_days > 1 and start < afternoon < start + said.duration_minutes:
        sentence = _l("The second half-day begins at 14:00: the first one would not be over.")
        raise Refused(sentence, "duration_minutes")


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def check_attendance(before: str, after: str, *, noted: int) -> None:
    """``noted``: meetings of the kind that people registered for, or where they were counted."""
    if before != after and noted:
        sentence = _l(
            "%(count)s meetings of this kind have people registered or counted: their lists would be lost. "
            "Add another kind, and archive this one.",
            count=noted,
        )
        raise Refused(sentence, "attendance")
