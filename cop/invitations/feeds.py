"""Calendar feeds, the addresses calendar programs read again and again (METHOD:PUBLISH)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from cop.core import links
from cop.core.i18n import _, speaking
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.invitations import ical, objects, rules
from cop.invitations.models import Invitation, State
from cop.invitations.objects import Entry
from cop.mail.content_lines import one_line, text


def personal(invitations: Sequence[Invitation], run: Sequence[Event], name: str, language: str) -> bytes:
    """The meetings of one person, with the UIDs of their invitations, and those they run."""
    entries: list[Entry] = []
    mine = [(invitation.event, _entry_of(invitation)) for invitation in invitations]
    for event, entry in [*mine, *((event, public_entry(event, language, inside=True)) for event in run)]:
        entries.append(entry)
        if entry.timing.whole_days and not entry.cancelled:
            entries.extend(_half_days(event, entry))
    return write(entries, name)


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
    return write([public_entry(event, language) for event in events], name)


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


def write(entries: Sequence[Entry], name: str) -> bytes:
    """What is asked of programs: to read it again every hour. Nobody obeys: what is urgent goes by mail."""
    called = text(one_line(name))
    about = (f"NAME:{called}", f"X-WR-CALNAME:{called}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H")
    return objects.publish(entries, about).encode()


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
