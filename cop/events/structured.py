"""Events in the words of schema.org, for the head of their pages; slices above tell theirs the same way."""

import json
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from cop.core import clock, formats, links
from cop.events import rules
from cop.events.models import Event
from cop.host import queries as host

_STATUS: Final = {rules.CANCELLED: "EventCancelled", rules.POSTPONED: "EventPostponed"}
_ATTENDANCE: Final = {"onsite": "Offline", "online": "Online", "hybrid": "Mixed"}
_SHORT: Final = 200


def head(address: str, description: str, data: dict[str, Any]) -> dict[str, Any]:
    """What ``page_head`` of ``events/head.html`` shows of a page."""
    written = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    for character in "<>&\u2028\u2029":  # nothing in it can close the element it stands in
        written = written.replace(character, f"\\u{ord(character):04x}")
    return {
        "address": address,
        "description": description,
        # Data, not a script: it is read and never run, so that the content policy has nothing to say.
        "structured": Markup('<script type="application/ld+json">{}</script>').format(Markup(written)),  # noqa: S704
    }


def description_of(event: Event) -> str:
    """When, where, and how the presentation begins."""
    when = formats.period(event.starts_at, event.ends_at, event.zone)
    return short(when, event.commune_line, " ".join(event.summary.split()))


def short(*parts: str) -> str:
    words = ". ".join(part for part in parts if part)
    return words if len(words) <= _SHORT else words[: _SHORT - 1].rsplit(" ", 1)[0] + "…"


def of_event(event: Event) -> dict[str, Any]:
    found = {
        "@type": "Event",
        "name": event.title,
        "description": event.summary.strip() or None,
        "url": address_of(event),
        "startDate": moment(event.starts_at, event.zone),
        "endDate": moment(event.ends_at, event.zone),
        "eventStatus": f"https://schema.org/{_STATUS.get(event.status, 'EventScheduled')}",
        "eventAttendanceMode": f"https://schema.org/{_ATTENDANCE[event.mode]}EventAttendanceMode",
        "location": _locations(event),
        "organizer": organiser() if not event.outside_url else None,
        "inLanguage": "fr",
    }
    return {name: value for name, value in found.items() if value}


def moment(when: datetime, zone: ZoneInfo) -> str:
    return clock.local(when, zone).isoformat(timespec="minutes")


def _locations(event: Event) -> Any:
    # The page stands for the online room, whose link is for those registered only.
    online = {"@type": "VirtualLocation", "url": address_of(event)}
    if event.mode == "online":
        return online
    address = {
        "@type": "PostalAddress",
        "streetAddress": event.venue_address or None,
        "addressLocality": event.commune.name if event.commune else None,
        "addressCountry": "FR",
    }
    place = {
        "@type": "Place",
        "name": event.venue_name or event.commune_line or event.venue_address,
        "address": {name: value for name, value in address.items() if value},
    }
    return [place, online] if event.mode == "hybrid" else place


def organiser() -> dict[str, str] | None:
    organisation = host.current_host()
    if organisation is None:
        return None
    return {"@type": "Organization", "name": organisation.name, "url": links.absolute_url("events.home")}


def address_of(event: Event) -> str:
    return links.absolute_url("registrations.event_page", slug=event.slug)
