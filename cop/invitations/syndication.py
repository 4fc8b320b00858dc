"""The agenda as news: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1, for readers and other sites."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

from cop.core import clock, formats, links
from cop.core.i18n import _, label
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.invitations import ical
from cop.mail.content_lines import clean, one_line
from cop.territories.rules import department_of_commune

ATOM: Final = "http://www.w3.org/2005/Atom"
JSON_FEED: Final = "https://jsonfeed.org/version/1.1"
MOST: Final = 500
MINUTES: Final = 60  # between two readings


@dataclass(frozen=True, slots=True)
class Channel:
    """``page``: where people read the same; ``own``: the address of the feed itself."""

    name: str
    language: str
    page: str
    own: str
    changed_at: datetime


def title_of(event: Event) -> str:
    """A news reader shows little else: what does not take place says so."""
    title = one_line(event.title)
    if event.status == event_rules.CANCELLED:
        return _("Cancelled: %(title)s", title=title)
    return _("Postponed: %(title)s", title=title) if event.status == event_rules.POSTPONED else title


def words_of(event: Event) -> str:
    off = [clean(event.cancellation_reason)] if event.status == event_rules.CANCELLED else []
    when = formats.period(event.starts_at, event.ends_at, event.zone)
    place = ical.location_of(event)
    return "\n\n".join(part for part in (*off, f"{when}\n{place}".strip(), clean(event.summary.strip())) if part)


def atom(events: Iterable[Event], channel: Channel) -> bytes:
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": channel.language})
    for name, text in (("id", channel.own), ("title", channel.name), ("updated", _iso(channel.changed_at))):
        SubElement(feed, name).text = text
    SubElement(feed, "link", rel="self", type="application/atom+xml", href=channel.own)
    SubElement(feed, "link", rel="alternate", type="text/html", href=channel.page)
    SubElement(SubElement(feed, "author"), "name").text = channel.name
    for event in events:
        entry = SubElement(feed, "entry")
        SubElement(entry, "id").text = _identifier(event)
        SubElement(entry, "title").text = title_of(event)
        SubElement(entry, "link", rel="alternate", type="text/html", href=ical.page_of(event))
        SubElement(entry, "published").text = _iso(event.published_at or event.created_at)
        SubElement(entry, "updated").text = _iso(event.changed_at)
        SubElement(entry, "category", term=event.kind.code, label=label(event.kind))
        SubElement(entry, "summary").text = words_of(event)
    return _written(feed)


def rss(events: Iterable[Event], channel: Channel) -> bytes:
    root = Element("rss", {"version": "2.0", "xmlns:atom": ATOM})
    about = SubElement(root, "channel")
    for name, text in (("title", channel.name), ("link", channel.page), ("language", channel.language)):
        SubElement(about, name).text = text
    SubElement(about, "description").text = _("Public meetings to come.")
    SubElement(about, "lastBuildDate").text = format_datetime(channel.changed_at)
    SubElement(about, "ttl").text = str(MINUTES)
    SubElement(about, "atom:link", rel="self", type="application/rss+xml", href=channel.own)
    for event in events:
        item = SubElement(about, "item")
        SubElement(item, "title").text = title_of(event)
        SubElement(item, "link").text = ical.page_of(event)
        SubElement(item, "guid", isPermaLink="false").text = _identifier(event)
        SubElement(item, "pubDate").text = format_datetime(event.published_at or event.created_at)
        SubElement(item, "category").text = label(event.kind)
        SubElement(item, "description").text = words_of(event)
    return _written(root)


def json_feed(events: Sequence[Event], channel: Channel) -> bytes:
    """What is of our own is under ``_meeting``, as JSON Feed asks; the shape is told in the guide of operations."""
    feed = {
        "version": JSON_FEED,
        "title": channel.name,
        "language": channel.language,
        "home_page_url": channel.page,
        "feed_url": channel.own,
        "items": [_item(event) for event in events],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _item(event: Event) -> dict[str, Any]:
    return {
        "id": _identifier(event),
        "url": ical.page_of(event),
        "title": title_of(event),
        "content_text": words_of(event),
        "date_published": _iso(event.published_at or event.created_at),
        "date_modified": _iso(event.changed_at),
        "tags": [label(event.kind), *(label(theme) for theme in event.themes)],
        "_meeting": _meeting(event),
    }


def _meeting(event: Event) -> dict[str, Any]:
    """Hours as read on the clock of the place; no seats, which change too often for a copy to be right."""
    hours = [(half_day.starts_at, half_day.ends_at) for half_day in event.held_half_days]
    return {
        "status": event.status,
        "starts_at": _local(event.starts_at, event),
        "ends_at": _local(event.ends_at, event),
        "time_zone": event.time_zone,
        "half_days": [{"starts_at": _local(start, event), "ends_at": _local(end, event)} for start, end in hours],
        "mode": event.mode,
        "kind": event.kind.code,
        "themes": [theme.code for theme in event.themes],
        "place": _place(event),
        "held_for": event.territory.name,
        "outside_registration": event.outside_url or None,
    }


def _place(event: Event) -> dict[str, str] | None:
    if event.mode == "online" or event.commune is None:
        return None
    code = event.commune.code
    commune = {"commune": event.commune.name, "commune_code": code, "department": department_of_commune(code)}
    return {"name": event.venue_name, "address": event.venue_address, **commune}


def _identifier(event: Event) -> str:
    """Never an address: those may change, and a reader would show the same twice (RFC 4151)."""
    return f"tag:{links.public_host()},2026:event-{event.id}"


def _local(moment: datetime, event: Event) -> str:
    return clock.local(moment, event.zone).isoformat(timespec="minutes")


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _written(root: Element) -> bytes:
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
