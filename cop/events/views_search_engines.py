"""What programs read of the public pages: search engines, and the sites where an address is pasted."""

from collections.abc import Iterable
from typing import Any, Final
from xml.etree import ElementTree as ET

from flask import Response

from cop.communities import queries as communities
from cop.core import links
from cop.core.access import public
from cop.events import queries_agenda, rules, structured
from cop.events.models import Event
from cop.events.views_agenda import blueprint

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
_CLOSED: Final = (
    "/adhesion/",
    "/agenda/integre",
    "/calendrier/",
    "/connexion",
    "/demande/",
    "/inscription/",
    "/inscription-cycle/",
    "/invite/",
    "/moi/",
    "/opposition/",
    "/sondage/",
    "/sondages/",
    "/tache/",
)
_HOUR: Final = 3600


@blueprint.app_template_global("event_head_of")
def event_head_of(event: Event) -> dict[str, Any] | None:
    """For the head of an event's page; ``None`` for what is not for everybody."""
    if event.audience != "public" or not rules.is_announced(event.status, event.published_at):
        return None
    return structured.head(structured.address_of(event), structured.description_of(event), structured.of_event(event))


@blueprint.get("/sitemap.xml")
@public
def sitemap() -> Response:
    addresses: list[tuple[str, str]] = [(links.absolute_url(page), "") for page in _PAGES]
    addresses += [(links.absolute_url("communities.show", community_slug=one.slug), "") for one in communities.alive()]
    addresses += [
        (links.absolute_url("registrations.event_page", slug=slug), f"{changed_at:%Y-%m-%dT%H:%M:%SZ}")
        for slug, changed_at in queries_agenda.public_addresses()
    ]
    addresses += [
        (links.absolute_url("series.cycle_page", cycle_slug=slug), f"{changed_at:%Y-%m-%dT%H:%M:%SZ}")
        for slug, changed_at in queries_agenda.cycle_addresses()
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
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED), ""]
    lines += [f"Sitemap: {links.absolute_url('events.sitemap')}", ""]
    return _lasting(Response("\n".join(lines), mimetype="text/plain"))


def _lasting(response: Response) -> Response:
    response.cache_control.public, response.cache_control.max_age = True, _HOUR
    return response
