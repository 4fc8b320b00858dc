"""What programs read of the public pages: search engines, and the sites where an address is pasted."""

import json
from collections.abc import Iterable
from typing import Any, Final
from xml.etree import ElementTree as ET

from flask import Response
from markupsafe import Markup

from cop.communities import queries as communities
from cop.core import clock, formats, links
from cop.core.access import public
from cop.events import queries_agenda, rules
from cop.events.models import Event
from cop.events.views_agenda import blueprint
from cop.host import queries as host

_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
# Pages that lead nowhere else and stay; each slice's own pages are reached from them.
_PAGES: Final = (
    "events.home",
    "events.agenda",
    "events.past",
    "communities.index",
    "joining.member",
    "joining.volunteer",
    "host.privacy",
    "host.legal",
    "host.accessibility",
)
_STATUS: Final = {rules.CANCELLED: "EventCancelled", rules.POSTPONED: "EventPostponed"}
_ATTENDANCE: Final = {"onsite": "Offline", "online": "Online", "hybrid": "Mixed"}
_SHORT: Final = 200
_HOUR: Final = 3600


@blueprint.app_template_global("event_head_of")
def event_head_of(event: Event) -> dict[str, Any] | None:
    """For the head of an event's page; ``None`` for what is not for everybody."""
    if event.audience != "public" or not rules.is_announced(event.status, event.published_at):
        return None
    written = json.dumps(structured(event), ensure_ascii=False)
    for character in "<>&\u2028\u2029":  # nothing in it can close the element it stands in
        written = written.replace(character, f"\\u{ord(character):04x}")
    return {
        "address": _address(event),
        "description": description_of(event),
        # Data, not a script: it is read and never run, so that the content policy has nothing to say.
        "structured": Markup('<script type="application/ld+json">{}</script>').format(Markup(written)),  # noqa: S704
    }


def description_of(event: Event) -> str:
    """When, where, and how the presentation begins."""
    when = formats.period(event.starts_at, event.ends_at, event.zone)
    words = ". ".join(part for part in (when, event.commune_line, " ".join(event.summary.split())) if part)
    return words if len(words) <= _SHORT else words[: _SHORT - 1].rsplit(" ", 1)[0] + "…"


def structured(event: Event) -> dict[str, Any]:
    """The event in the words of schema.org."""
    organisation = host.current_host()
    found = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": event.summary.strip() or None,
        "url": _address(event),
        "startDate": clock.local(event.starts_at, event.zone).isoformat(timespec="minutes"),
        "endDate": clock.local(event.ends_at, event.zone).isoformat(timespec="minutes"),
        "eventStatus": f"https://schema.org/{_STATUS.get(event.status, 'EventScheduled')}",
        "eventAttendanceMode": f"https://schema.org/{_ATTENDANCE[event.mode]}EventAttendanceMode",
        "location": _locations(event),
        "organizer": _organisation(organisation.name) if organisation and not event.outside_url else None,
        "inLanguage": "fr",
    }
    return {name: value for name, value in found.items() if value}


def _locations(event: Event) -> Any:
    # The page stands for the online room, whose link is for those registered only.
    online = {"@type": "VirtualLocation", "url": _address(event)}
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


def _organisation(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": name, "url": links.absolute_url("events.home")}


def _address(event: Event) -> str:
    return links.absolute_url("registrations.event_page", slug=event.slug)


@blueprint.get("/sitemap.xml")
@public
def sitemap() -> Response:
    addresses: list[tuple[str, str]] = [(links.absolute_url(page), "") for page in _PAGES]
    addresses += [(links.absolute_url("communities.show", community_slug=one.slug), "") for one in communities.alive()]
    addresses += [
        (links.absolute_url("registrations.event_page", slug=slug), f"{changed_at:%Y-%m-%dT%H:%M:%SZ}")
        for slug, changed_at in queries_agenda.public_addresses()
    ]
    return _lasting(Response(_written(addresses), mimetype="application/xml"))


def _written(addresses: Iterable[tuple[str, str]]) -> bytes:
    root = ET.Element("urlset", xmlns=_SITEMAP)
    for address, changed in addresses:
        url = ET.SubElement(root, "url")
        ET.SubElement(url, "loc").text = address
        if changed:
            ET.SubElement(url, "lastmod").text = changed
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """What is public may be found. The secret addresses are named by their beginnings only."""
    closed = ("/agenda/integre", "/calendrier/", "/connexion", "/inscription/", "/invite/", "/moi/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    lines += [f"Sitemap: {links.absolute_url('events.sitemap')}", ""]
    return _lasting(Response("\n".join(lines), mimetype="text/plain"))


def _lasting(response: Response) -> Response:
    response.cache_control.public, response.cache_control.max_age = True, _HOUR
    return response
