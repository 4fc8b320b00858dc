"""Calendar objects, written line by line (RFC 5545, 5546).

By hand because the object made for each recipient must cost little, and because every line of it is
one that Outlook, Google, Apple and Thunderbird have been seen or documented to read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cop.invitations import timezones
from cop.invitations.rules import Timing
from cop.mail.content_lines import join, mailto, one_line, quoted, text, uri

PRODUCT: Final = "-//Cop//Invitations//FR"
# Clients drop or refuse objects far larger than any meeting needs.
LONGEST_DESCRIPTION: Final = 8000


@dataclass(frozen=True, slots=True)
class Mailbox:
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One meeting as a calendar shows it."""

    uid: str
    sequence: int
    timing: Timing
    zone: ZoneInfo
    title: str
    description: str
    location: str
    url: str
    organizer: Mailbox
    created_at: datetime
    changed_at: datetime
    cancelled: bool = False
    # Whether somebody reads what is written to the organiser: else Outlook hides « Propose a new time ».
    answers_are_read: bool = False


def request(entry: Entry, attendee: Mailbox, partstat: str, now: datetime) -> str:
    """The invitation of one person, who is the only attendee named: the others' addresses are nobody's business."""
    guest = (
        f"ATTENDEE;CN={quoted(attendee.name)};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;"
        f"PARTSTAT={partstat};RSVP=TRUE:{mailto(attendee.address)}"
    )
    return _object("REQUEST", [entry.zone], _event(entry, now, "CONFIRMED", guest))


def cancel(entry: Entry, attendee: Mailbox, now: datetime, *, whole_event: bool) -> str:
    """Take the entry out of one person's calendar.

    STATUS says that the meeting is cancelled for everybody; it is left out when one person is taken
    off (RFC 5546, 3.2.5).
    """
    guest = f"ATTENDEE;CN={quoted(attendee.name)}:{mailto(attendee.address)}"
    return _object("CANCEL", [entry.zone], _event(entry, now, "CANCELLED" if whole_event else "", guest))


def decline_counter(entry: Entry, attendee: Mailbox, now: datetime) -> str:
    """No to a proposal of another time: the entry stays as it was (RFC 5546, 3.2.8)."""
    guest = f"ATTENDEE;CN={quoted(attendee.name)}:{mailto(attendee.address)}"
    return _object("DECLINECOUNTER", [entry.zone], _event(entry, now, "", guest))


def publish(entries: Iterable[Entry], about: Sequence[str] = ()) -> str:
    """Meetings for who wants them in a calendar without being asked to answer: a file, or a feed, ``about`` which
    something is said first."""
    made = list(entries)
    lines = [line for entry in made for line in _event(entry, entry.changed_at, _status(entry))]
    zones = {entry.zone.key: entry.zone for entry in made if not entry.timing.whole_days}
    return _object("PUBLISH", [zones[name] for name in sorted(zones)], lines, about)


def _status(entry: Entry) -> str:
    return "CANCELLED" if entry.cancelled else "CONFIRMED"


def _object(method: str, zones: Sequence[ZoneInfo], event: list[str], about: Sequence[str] = ()) -> str:
    needs_zone = any(line.startswith("DTSTART;TZID=") for line in event)
    return join(
        [
            "BEGIN:VCALENDAR",
            f"PRODID:{PRODUCT}",
            "VERSION:2.0",
            "CALSCALE:GREGORIAN",
            f"METHOD:{method}",
            *about,
            *(line for zone in zones if needs_zone for line in timezones.lines(zone)),
            *event,
            "END:VCALENDAR",
        ]
    )


def _event(entry: Entry, stamp: datetime, status: str, *guest: str) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{text(entry.uid)}",
        f"DTSTAMP:{utc(stamp)}",
        f"SEQUENCE:{entry.sequence}",
        *times(entry),
        f"SUMMARY:{text(one_line(entry.title))}",
        *_told(entry),
        f"ORGANIZER;CN={quoted(entry.organizer.name)}:{mailto(entry.organizer.address)}",
        *guest,
        *([f"STATUS:{status}"] if status else ()),
        f"TRANSP:{'OPAQUE' if entry.timing.busy else 'TRANSPARENT'}",
        f"CREATED:{utc(entry.created_at)}",
        f"LAST-MODIFIED:{utc(entry.changed_at)}",
        *(() if entry.answers_are_read else ("X-MICROSOFT-DISALLOW-COUNTER:TRUE",)),
        "END:VEVENT",
    ]


def _told(entry: Entry) -> list[str]:
    lines = []
    if entry.description:
        lines.append(f"DESCRIPTION:{text(entry.description[:LONGEST_DESCRIPTION])}")
    if entry.location:
        lines.append(f"LOCATION:{text(one_line(entry.location))}")
    if entry.url:
        lines.append(f"URL:{uri(entry.url)}")
    return lines


def times(entry: Entry) -> list[str]:
    """DTSTART, DTEND and, for several like days, the RRULE."""
    timing = entry.timing
    if timing.first_day and timing.last_day:
        # DTEND is the day after the last one (RFC 5545, 3.6.1).
        after = timing.last_day + timedelta(days=1)
        return [f"DTSTART;VALUE=DATE:{timing.first_day:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"]
    lines = [_moment("DTSTART", timing.starts_at, entry.zone), _moment("DTEND", timing.ends_at, entry.zone)]
    if timing.days > 1:
        interval = f"INTERVAL={timing.every};" if timing.every > 1 else ""
        lines.append(f"RRULE:FREQ=DAILY;{interval}COUNT={timing.days}")
        # In the form of DTSTART, or programs do not find the occurrence (RFC 5545, 3.8.5.1).
        lines += [_moment("EXDATE", moment, entry.zone) for moment in timing.without]
    return lines


def _moment(name: str, moment: datetime, zone: ZoneInfo) -> str:
    if zone.key in timezones.TEXTS:
        return f"{name};TZID={zone.key}:{moment.astimezone(zone):%Y%m%dT%H%M%S}"
    return f"{name}:{utc(moment)}"


def utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
