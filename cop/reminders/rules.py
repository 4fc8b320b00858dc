"""When a reminder is due, and which one. Plain values only; the time is an argument."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cop.core import clock
from cop.core.errors import Refused
from cop.core.i18n import _l

KIND: Final = "reminders.reminder"
DEFAULT_AT: Final = "09:00"
MOST_DAYS: Final = 60
LONGEST: Final = 1000
# From the reminder's hour to the event's own there is at most one more day, and the hour of a clock change.
_MARGIN: Final = timedelta(days=1, hours=1)


@dataclass(frozen=True, slots=True)
class Occasion:
    """One rule applied to one event.

    ``known_from`` is the moment since when the rule holds and the event stands published on its present date.
    """

    rule_id: int
    event_id: int
    days_before: int
    at: str
    starts_at: datetime
    zone: ZoneInfo
    known_from: datetime

    @property
    def event_day(self) -> date:
        return clock.local_date(self.starts_at, self.zone)

    @property
    def due_at(self) -> datetime:
        return due_at(self.event_day, self.days_before, self.at, self.zone)

    def key(self, person_id: int | str) -> str:
        """With the event's local date: a postponed event is reminded again, one moved by half an hour is not."""
        return f"reminder:{self.rule_id}:{self.event_id}:{self.event_day.isoformat()}:{person_id}"


def due_at(event_day: date, days_before: int, at: str, zone: ZoneInfo) -> datetime:
    """Counted on the calendar, not in hours: "the day before at nine" has 23 or 25 hours twice a year."""
    return clock.nearest_local(event_day - timedelta(days=days_before), time.fromisoformat(at), zone)


def event_and_rule(key: str) -> tuple[int, int]:
    _name, rule_id, event_id, *_rest = key.split(":")
    return int(event_id), int(rule_id)


def day_of(key: str) -> date:
    """The event's local date a reminder was written for."""
    return date.fromisoformat(key.split(":")[3])


def horizon(now: datetime, days_before: int) -> datetime:
    """No event that starts later can be due at ``now`` under a rule of so many days."""
    return now + timedelta(days=days_before) + _MARGIN


def due(occasions: Iterable[Occasion], now: datetime) -> list[Occasion]:
    """What is due at ``now``: for each event the latest reminder whose moment has come.

    A moment that had passed before the rule or the date existed is not caught up: an event moved from
    next month to tomorrow is told by the update, not by the reminder of last week. And a worker back
    after days of rest sends each person one reminder, not the whole backlog.
    """
    latest: dict[int, Occasion] = {}
    for occasion in occasions:
        moment = occasion.due_at
        if not occasion.known_from <= moment <= now < occasion.starts_at:
            continue
        other = latest.get(occasion.event_id)
        if other is None or (other.due_at, other.rule_id) < (moment, occasion.rule_id):
            latest[occasion.event_id] = occasion
    return sorted(latest.values(), key=lambda occasion: (occasion.starts_at, occasion.event_id))


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody says of a rule: its moment, and a sentence in each language."""

    days_before: int
    at: str
    text_fr: str = ""
    text_en: str = ""


def check(said: Wording, *, kind_start: str, others: Iterable[tuple[int, str]]) -> None:
    """``others``: the moments of the other rules of the kind."""
    if not 0 <= said.days_before <= MOST_DAYS:
        raise Refused(_l("From 0 to 60 days before."), "days_before")
    if said.days_before == 0 and said.at >= kind_start:
        raise Refused(_l("On the day itself, before the usual start of the meeting."), "at")
    if (said.days_before, said.at) in set(others):
        raise Refused(_l("A reminder goes out at that moment already: change that one."), "at")
