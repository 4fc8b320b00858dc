"""What an answer from a calendar says (RFC 5546, 3.2.3), read from what each program really sends.

Nothing but who answers what to which invitation is taken from it: no title, no hour, no place, no other guest.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from icalendar import Calendar

LONGEST_COMMENT: Final = 1000


class Partstat(StrEnum):
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


class Unreadable(Exception):
    """The object is no answer one can apply; ``why`` is the code kept with the mail."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Answer:
    """``attendee``: who answers, lower case, without ``mailto:``. ``made_at``: DTSTAMP, aware UTC.

    ``starts_at``: for a COUNTER, the hour proposed (aware), where one can be read.
    """

    uid: str
    attendee: str
    partstat: str
    sequence: int
    made_at: datetime
    comment: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def read(octets: bytes) -> Answer:
    """The answer in a calendar object. Raises :class:`Unreadable`."""
    event = _master(_events(octets))
    attendees = _list(event.get("ATTENDEE"))
    if len(attendees) != 1:
        raise Unreadable("attendees")
    return Answer(
        uid=_one(event, "UID")[:255],
        attendee=_address(attendees[0]),
        partstat=str(getattr(attendees[0], "params", {}).get("PARTSTAT", "")).upper(),
        sequence=_number(event.get("SEQUENCE")),
        made_at=_moment(event.get("DTSTAMP")) or _raise("dtstamp"),
        comment=_comment(event, attendees[0]),
        starts_at=_moment(event.get("DTSTART")),
        ends_at=_moment(event.get("DTEND")),
    )


def _raise(why: str) -> Any:
    raise Unreadable(why)


def _events(octets: bytes) -> list[Any]:
    try:
        calendar = Calendar.from_ical(octets.decode("utf-8-sig", "replace"))
        events = [part for part in calendar.subcomponents if part.name == "VEVENT"]
    except Exception as error:  # a parser meets here whatever strangers send
        raise Unreadable("calendar") from error
    if not events:
        raise Unreadable("calendar")
    if len({str(event.get("UID", "")) for event in events}) != 1:
        raise Unreadable("several")
    return events


def _master(events: list[Any]) -> Any:
    """Thunderbird answers a series with the series and each moved date: the series is what was asked."""
    return next((event for event in events if event.get("RECURRENCE-ID") is None), events[0])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _one(event: Any, name: str) -> str:
    values = _list(event.get(name))
    if len(values) != 1 or not str(values[0]).strip():
        raise Unreadable(name.lower())
    return str(values[0]).strip()


def _address(value: Any) -> str:
    text = str(value).strip()
    scheme, colon, rest = text.partition(":")
    if colon and scheme.lower() != "mailto":
        raise Unreadable("attendees")
    return (rest if colon else text).strip().lower()[:320]


def _number(value: Any) -> int:
    """SEQUENCE; absent is 0 (RFC 5545, 3.8.7.4). Beyond what anybody counts to, it is no number of ours."""
    try:
        number = int(value) if value is not None else 0
    except (TypeError, ValueError) as error:
        raise Unreadable("sequence") from error
    return number if 0 <= number < 2**31 else _raise("sequence")


def _moment(value: Any) -> datetime | None:
    found = getattr(value, "dt", None)
    if not isinstance(found, datetime):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _comment(event: Any, attendee: Any) -> str:
    """What the person added; Google puts it on the attendee, others in COMMENT."""
    words = [str(value) for value in _list(event.get("COMMENT"))]
    words.append(str(getattr(attendee, "params", {}).get("X-RESPONSE-COMMENT", "")))
    return "\n".join(word.strip() for word in words if word.strip())[:LONGEST_COMMENT]
