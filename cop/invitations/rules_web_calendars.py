"""Addresses at which calendars of the web open an entry already filled in. Copies: they follow no change."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from cop.invitations.rules import Timing

GOOGLE: Final = "https://calendar.google.com/calendar/render"
OUTLOOK_WORK: Final = "https://outlook.office.com/calendar/0/deeplink/compose"
OUTLOOK_HOME: Final = "https://outlook.live.com/calendar/0/deeplink/compose"
# Longer addresses are cut or refused on the way.
LONGEST: Final = 900


@dataclass(frozen=True, slots=True)
class Meeting:
    timing: Timing
    zone: ZoneInfo
    title: str
    details: str
    location: str


def google(meeting: Meeting) -> str:
    timing = meeting.timing
    values = {"action": "TEMPLATE", "text": meeting.title, "details": _short(meeting.details)}
    values |= {"location": meeting.location, "ctz": meeting.zone.key}
    if timing.first_day and timing.last_day:
        # The day after the last one, as in a calendar's file.
        values["dates"] = f"{timing.first_day:%Y%m%d}/{timing.last_day + timedelta(days=1):%Y%m%d}"
    else:
        values["dates"] = f"{_utc(timing.starts_at)}/{_utc(timing.ends_at)}"
    if timing.days > 1:
        values["recur"] = f"RRULE:FREQ=DAILY;INTERVAL={timing.every};COUNT={timing.days}"
    return f"{GOOGLE}?{urlencode(values)}"


def outlook(meeting: Meeting, address: str) -> str:
    """Outlook takes no rule by this way: the same hours on several days become whole days, their hours in words."""
    timing = meeting.timing
    values = {"path": "/calendar/action/compose", "rru": "addevent", "subject": meeting.title}
    values |= {"body": _short(meeting.details), "location": meeting.location}
    if timing.whole_days or timing.days > 1:
        first = timing.first_day or timing.starts_at.astimezone(meeting.zone).date()
        last = timing.last_day or first + timedelta(days=(timing.days - 1) * timing.every)
        values |= {"startdt": f"{first}", "enddt": f"{last + timedelta(days=1)}", "allday": "true"}
    else:
        values |= {"startdt": _iso(timing.starts_at), "enddt": _iso(timing.ends_at)}
    return f"{address}?{urlencode(values)}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
