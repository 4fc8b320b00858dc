"""Calendar feeds, the addresses calendar programs read again and again (METHOD:PUBLISH)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

import icalendar

from cop.core import links
from cop.core.i18n import _, speaking
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.invitations import ical, rules, timezones
from cop.invitations.models import Invitation, State
from cop.invitations.objects import LONGEST_DESCRIPTION, PRODUCT, Entry
from cop.mail.content_lines import clean, mailto, one_line, uri

# Nobody obeys it: what is urgent goes by mail.
REFRESH_EVERY: Final = timedelta(hours=1)


def personal(invitations: Sequence[Invitation], run: Sequence[Event], name: str, language: str) -> bytes:
    """The meetings of one person, with the UIDs of their invitations, and those they run."""
    entries: list[Entry] = []
    mine = [(invitation.event, _entry_of(invitation)) for invitation in invitations]
    for event, entry in [*mine, *((event, public_entry(event, language, inside=True)) for event in run)]:
        entries.append(entry)
        if entry.timing.whole_days and not entry.cancelled:
            entries.extend(_half_days(event, entry))
    return write(entries, name, language)


def _entry_of(invitation: Invitation) -> Entry:
    entry = ical.entry_told(invitation, ical.current_sequence(invitation))
    if invitation.state == State.CANCELLED:
        return replace(entry, cancelled=True)
    return entry


def _half_days(event: Event, entry: Entry) -> Iterable[Entry]:
    """A seminar shown as whole days has its hours here, half-day by half-day."""
    for half_day in event.half_days:
        timing = rules.Timing(half_day.starts_at, half_day.ends_at)
        off = half_day.cancelled_at is not None
        yield replace(entry, uid=f"{half_day.id}.{entry.uid}", timing=timing, cancelled=off)


def public(events: Sequence[Event], name: str, language: str) -> bytes:
    """The public agenda; no link that lets one into an on-line room."""
    return write([public_entry(event, language) for event in events], name, language)


def public_entry(event: Event, language: str, *, inside: bool = False) -> Entry:
    """The entry nobody was invited by. ``inside``: for who runs the event, and knows the link of its on-line room."""
    entry = ical.entry_for(
        event,
        f"event-{event.id}@{links.public_host()}",
        sequence=event.calendar_sequence,
        created_at=event.published_at or event.created_at,
        language=language,
        registered=inside,
    )
    if event.status != event_rules.POSTPONED:
        return entry
    # The status says cancelled: nothing takes place that day. The title says that it is not given up.
    with speaking(language):
        return replace(entry, title=_("Postponed: %(title)s", title=entry.title))


def write(entries: Sequence[Entry], name: str, language: str) -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", one_line(name))
    # Raw for icalendar, which escapes no property whose name begins with X-.
    calendar.add("x-wr-calname", icalendar.vText(one_line(name)))
    calendar.add("refresh-interval", REFRESH_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", icalendar.vDuration(REFRESH_EVERY))
    for zone in sorted({entry.zone.key for entry in entries if not entry.timing.whole_days}):
        if zone in timezones.TEXTS:
            text = "\r\n".join(timezones.TEXTS[zone])
            calendar.add_component(icalendar.Timezone.from_ical(text))
    with speaking(language):
        for entry in entries:
            calendar.add_component(_component(entry))
    return bytes(calendar.to_ical())


def _component(entry: Entry) -> icalendar.Event:
    component = icalendar.Event()
    component.add("uid", entry.uid)
    component.add("dtstamp", entry.changed_at)
    component.add("sequence", entry.sequence)
    _add_times(component, entry)
    component.add("summary", one_line(entry.title))
    if entry.description:
        component.add("description", clean(entry.description)[:LONGEST_DESCRIPTION])
    if entry.location:
        component.add("location", one_line(entry.location))
    if entry.url:
        component.add("url", uri(entry.url))
    organizer = icalendar.vCalAddress(mailto(entry.organizer.address))
    organizer.params["CN"] = one_line(entry.organizer.name).replace('"', "'").replace("^", " ")
    component.add("organizer", organizer)
    component.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    component.add("transp", "OPAQUE" if entry.timing.busy else "TRANSPARENT")
    component.add("created", entry.created_at)
    component.add("last-modified", entry.changed_at)
    return component


def _add_times(component: icalendar.Event, entry: Entry) -> None:
    timing = entry.timing
    if timing.first_day and timing.last_day:
        component.add("dtstart", timing.first_day)
        component.add("dtend", timing.last_day + timedelta(days=1))
        return
    component.add("dtstart", _at(timing.starts_at, entry))
    component.add("dtend", _at(timing.ends_at, entry))
    if timing.days > 1:
        component.add("rrule", {"FREQ": ["DAILY"], "INTERVAL": [timing.every], "COUNT": [timing.days]})
        for moment in timing.without:
            component.add("exdate", _at(moment, entry))


def _at(moment: datetime, entry: Entry) -> datetime:
    return moment.astimezone(entry.zone if entry.zone.key in timezones.TEXTS else UTC)


def etag(*parts: Any) -> str:
    """Known before the feed is written: most fetches find nothing new."""
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def state_of_invitations(invitations: Iterable[Invitation]) -> list[tuple[Any, ...]]:
    return [
        (invitation.id, invitation.state, invitation.sequence, *_state(invitation.event)) for invitation in invitations
    ]


def last_told(invitations: Iterable[Invitation], run: Iterable[Event]) -> datetime | None:
    """When what these say changed last."""
    told = [max(one.last_told_at, one.event.changed_at) for one in invitations]
    return max([*told, *(event.changed_at for event in run)], default=None)


def state_of_events(events: Iterable[Event]) -> list[tuple[Any, ...]]:
    return [_state(event) for event in events]


def _state(event: Event) -> tuple[Any, ...]:
    return (event.id, event.status, event.calendar_sequence, event.calendar_revision, event.version, event.changed_at)
