"""What an event may be: its hours, its words, its seats, and what telling people of a change means."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from unicodedata import normalize
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cop.core import clock
from cop.core.errors import Refused
from cop.core.formats import NBSP
from cop.core.i18n import _l

DRAFT: Final = "draft"
SUBMITTED: Final = "submitted"  # waits for somebody's approval
PUBLISHED: Final = "published"
POSTPONED: Final = "postponed"  # announced, without date for now: the seats are kept
CANCELLED: Final = "cancelled"
TEMPLATE: Final = "template"  # what events are made from, never one itself
# What the public may see: name these, never what they may not, or the next state leaks.
VISIBLE: Final = frozenset({PUBLISHED, POSTPONED, CANCELLED})
# Being written: nobody outside knows of it.
UNPUBLISHED: Final = frozenset({DRAFT, SUBMITTED})
# Announced, and not taking place as it was.
OFF: Final = frozenset({POSTPONED, CANCELLED})
MODES: Final = ("onsite", "online", "hybrid")
AUDIENCES: Final = ("public", "members", "invited")

LONGEST_TITLE: Final = 200
LONGEST_HALF_DAY: Final = timedelta(hours=14)
MOST_HALF_DAYS: Final = 30
MOST_SEATS: Final = 5000
AFTERNOON: Final = time(14, 0)
# From here on, an event that fills is worth a look: the waiting list is near.
NEARLY_FULL: Final = 0.8

# What changes people's plans asks them to answer again (RFC 5546, 2.1.4); a new title only corrects the entry.
PLANS: Final = frozenset({"half_days", "mode", "venue_name", "venue_address", "commune_id", "online_url"})
CORRECTIONS: Final = frozenset({"title"})
SHOWN: Final = PLANS | CORRECTIONS | {"summary", "programme", "objectives", "speakers", "venue_access"}
_ONE_LINE: Final = ("title", "venue_name", "venue_address", "online_url", "outside_url", "speakers")
_BREAK: Final = re.compile(r"[\r\n\v\f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Span:
    """One half-day. ``number`` is its row's, for one that exists already."""

    starts_at: datetime
    ends_at: datetime
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """All that an animator says of an event."""

    title: str
    half_days: tuple[Span, ...]
    territory_id: int
    mode: str = "onsite"
    commune_id: int | None = None
    venue_name: str = ""
    venue_address: str = ""
    online_url: str = ""
    outside_url: str = ""
    venue_access: str = ""
    capacity: int | None = None
    online_capacity: int | None = None
    summary: str = ""
    programme: str = ""
    objectives: str = ""
    speakers: str = ""
    audience: str = "public"
    key_event: bool = False
    time_zone: str = "Europe/Paris"
    theme_ids: frozenset[int] = field(default_factory=frozenset)
    project_id: int | None = None
    community_id: int | None = None
    carpool: bool = False


def names_of_description() -> frozenset[str]:
    return frozenset(f.name for f in fields(Description))


def changes(before: Description, after: Description) -> frozenset[str]:
    """Names of what differs; a half-day that keeps its hours is the same one."""
    names = {name for name in names_of_description() if getattr(before, name) != getattr(after, name)}
    if _hours(before) == _hours(after):
        names.discard("half_days")
    return frozenset(names)


def _hours(description: Description) -> list[tuple[datetime, datetime]]:
    return [(span.starts_at, span.ends_at) for span in description.half_days]


def span_at(day: date, start: time, end: time, zone: ZoneInfo, row: int = 0, number: int | None = None) -> Span:
    """A half-day from what is read on a clock; a time that does not exist is refused on its own field."""
    moments = []
    for at, name in ((start, "starts"), (end, "ends")):
        try:
            moments.append(clock.at_local(day, at, zone))
        except Refused as refused:
            raise Refused(refused.message, field_of(row, name)) from None
    return Span(moments[0], moments[1], number)


def field_of(row: int, name: str) -> str:
    return f"{name}_{row}"


def check(description: Description) -> None:
    """Refuse what no event can be, each with its sentence on its field."""
    _check_words(description)
    _check_hours(description.half_days)
    for name, allowed in (("mode", MODES), ("audience", AUDIENCES)):
        if getattr(description, name) not in allowed:
            raise Refused(_l("Choose one of the proposed values."), name)
    for name in ("capacity", "online_capacity"):
        seats = getattr(description, name)
        if seats is not None and not 1 <= seats <= MOST_SEATS:
            raise Refused(_l("From 1 to 5000 seats; leave empty when nobody counts them."), name)


def _check_words(description: Description) -> None:
    for name in _ONE_LINE:
        check_one_line(getattr(description, name), name)
    if len(description.title) < 3:
        raise Refused(_l("Give the event a title people will recognise in their calendar."), "title")
    if len(description.title) > LONGEST_TITLE:
        raise Refused(_l("A title of 200 characters at most: the rest belongs in the presentation."), "title")
    for name in ("online_url", "outside_url"):
        if getattr(description, name) and not is_link(getattr(description, name)):
            raise Refused(_l("A complete address, which begins with https://"), name)


def check_one_line(text: str, field: str) -> None:
    if _BREAK.search(text):
        raise Refused(_l("On one line: calendars cut a text at its first line break."), field)


def is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and "." in (parts.hostname or "") and not re.search(r"\s", text)


def _check_hours(spans: Sequence[Span]) -> None:
    if not spans:
        raise Refused(_l("Give at least one date, with its hours."), field_of(0, "day"))
    if len(spans) > MOST_HALF_DAYS:
        raise Refused(_l("Thirty half-days at most for one event."), field_of(0, "day"))
    for row, span in enumerate(spans):
        if span.ends_at <= span.starts_at:
            raise Refused(_l("The end comes before the start."), field_of(row, "ends"))
        if span.ends_at - span.starts_at > LONGEST_HALF_DAY:
            sentence = _l("More than fourteen hours: is this the right day? Add a half-day for each day.")
            raise Refused(sentence, field_of(row, "ends"))
        if row and span.starts_at < spans[row - 1].ends_at:
            raise Refused(_l("This half-day begins before the one above ends."), field_of(row, "starts"))


def check_future(spans: Iterable[Span], now: datetime, kept: Iterable[Span] = ()) -> None:
    """Refuse half-days set in the past, unless they already stood there."""
    stood = {(span.starts_at, span.ends_at) for span in kept}
    for row, span in enumerate(spans):
        if span.starts_at <= now and (span.starts_at, span.ends_at) not in stood:
            raise Refused(_l("This date is past: nobody could come."), field_of(row, "day"))


def check_removal(before: Iterable[Span], after: Iterable[Span], now: datetime) -> None:
    """A half-day that has begun may hold attendance: it cannot be taken away."""
    kept = {span.number for span in after}
    if any(span.number not in kept and span.starts_at <= now for span in before):
        raise Refused(_l("A half-day that has begun stays: its attendance would be lost."), field_of(0, "day"))


def check_capacity(capacity: int | None, seats_taken: int, field: str = "capacity") -> None:
    if capacity is not None and capacity < seats_taken:
        sentence = _l(
            "%(count)d seats are taken already: keep as many, or cancel registrations first.",
            count=seats_taken,
        )
        raise Refused(sentence, field)


def check_publishable(description: Description, now: datetime) -> None:
    if description.half_days[0].starts_at <= now:
        raise Refused(_l("This event has begun: it is too late to publish it."), field_of(0, "day"))
    check_place(description)


def check_place(description: Description) -> None:
    if description.mode != "online" and not (description.commune_id or description.venue_address):
        raise Refused(_l("Say in which commune people meet."), "commune")


def is_announced(status: str, published_at: datetime | None) -> bool:
    """Whether the public may know of it: a draft that was given up never was."""
    return status in VISIBLE and (status != CANCELLED or published_at is not None)


def place_to_look_up(street: str, commune: str) -> str:
    """What a map is asked for: « 12 rue des Lices, Angers », without the number of the département."""
    return ", ".join(part for part in (street, commune.partition(" (")[0]) if part) if commune else ""


def is_over(status: str, ends_at: datetime, now: datetime) -> bool:
    return status == CANCELLED or ends_at <= now


def slug_of(title: str, day: date) -> str:
    """The end of the event's address: readable aloud, and different for the same title another day."""
    spelt = re.sub("['’]", "-", title.lower()).replace("œ", "oe").replace("æ", "ae")
    plain = normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(words) > 80:
        words = words[:80].rsplit("-", 1)[0]
    return f"{words or 'rencontre'}-{day:%Y-%m-%d}"


def next_weeks(starts_at: datetime, now: datetime) -> int:
    """How many weeks later a copy is proposed: the same weekday, at least a week from now."""
    weeks = 1
    while starts_at + timedelta(weeks=weeks) < now + timedelta(weeks=1):
        weeks += 1
    return weeks


def moved(span: Span, weeks: int, zone: ZoneInfo) -> Span:
    """The same hours on the clock, so many weeks later, also across a change of clocks."""

    def move(moment: datetime) -> datetime:
        local = clock.local(moment, zone)
        return clock.nearest_local(local.date() + timedelta(weeks=weeks), local.time(), zone)

    return Span(move(span.starts_at), move(span.ends_at))


def differences(mine: Description, theirs: Description) -> dict[str, Any]:
    """What the other editor's version says where it differs from mine."""
    return {name: getattr(theirs, name) for name in sorted(changes(theirs, mine))}


def usual_spans(day: date, kind_start: str, minutes: int, half_days: int) -> list[tuple[date, time, time]]:
    """What a kind proposes: one half-day, or mornings and afternoons over as many days as it takes."""
    start = time.fromisoformat(kind_start)
    starts = [start] if half_days == 1 or start >= AFTERNOON else [start, AFTERNOON]
    rows = []
    for n in range(half_days):
        begins = starts[n % len(starts)]
        on = day + timedelta(days=n // len(starts))
        ends = (datetime.combine(on, begins) + timedelta(minutes=minutes)).time()
        rows.append((on, begins, ends))
    return rows


_STEP: Final = re.compile(r"(\d{1,2}\s?(?:h|:)\s?(?:\d{2})?)\s*(?:[-–:,]\s*)?(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ProgrammePart:
    """A heading (« Mardi », or none) and its steps: pairs of an hour and what is said then."""

    heading: str
    steps: list[tuple[str, str]]


def programme_parts(text: str) -> list[ProgrammePart]:
    """A programme read line by line: « 9 h 30 Accueil » is a step, a line without hour begins a part."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [(line, _STEP.fullmatch(line)) for line in lines]
    if not any(step for _line, step in found):
        return [ProgrammePart("", [("", line) for line in lines])] if lines else []
    parts: list[ProgrammePart] = []
    for line, step in found:
        if not step:
            parts.append(ProgrammePart(line, []))
            continue
        if not parts:
            parts.append(ProgrammePart("", []))
        parts[-1].steps.append((_hour_of(step[1]), step[2]))
    return parts


def _hour_of(text: str) -> str:
    """« 9h30 » as it is printed."""
    return NBSP.join(re.findall(r"\d+|h|:", text.lower())).replace(f"{NBSP}:{NBSP}", ":")
