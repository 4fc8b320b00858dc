"""What search engines and other sites read of the pages: events as data, addresses, nothing that is not for all."""

import json
import re
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cop.core.unit_of_work import unit_of_work
from tests.people_of_the_tests import People, event

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def data_of(client: Any, slug: str) -> dict[str, Any]:
    page = client.get(f"/evenements/{slug}").text
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(found) == 1
    data: dict[str, Any] = json.loads(found[0])
    return data


def metas(page: str) -> dict[str, str]:
    found = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', page)
    return {name: unescape(content) for name, content in found}


def test_an_event_is_told_as_data(client: Any, people: People) -> None:
    with unit_of_work():
        event(people, "Écrire", slug="ecrire", venue_address="1 rue des Lices", summary="Une matinée.")
    data = data_of(client, "ecrire")
    assert (data["@type"], data["name"], data["description"]) == ("Event", "Écrire", "Une matinée.")
    assert (data["startDate"], data["endDate"]) == ("2027-01-14T09:00+01:00", "2027-01-14T12:30+01:00")
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["eventAttendanceMode"] == "https://schema.org/OfflineEventAttendanceMode"
    assert data["location"]["address"]["addressLocality"] == "Angers"
    assert data["organizer"] == {"@type": "Organization", "name": "Cokillaje", "url": "http://localhost/"}
    assert "offers" not in data
    page = client.get("/evenements/ecrire").text
    told = metas(page)
    assert told["description"].startswith("jeudi 14 janvier 2027")
    assert told["og:title"] == "Écrire"
    assert told["og:url"] == "http://localhost/evenements/ecrire"
    assert '<link rel="canonical" href="http://localhost/evenements/ecrire">' in page


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ({"status": "cancelled"}, "eventStatus", "https://schema.org/EventCancelled"),
        ({"status": "postponed"}, "eventStatus", "https://schema.org/EventPostponed"),
        ({"mode": "online", "commune_id": None}, "eventAttendanceMode", "https://schema.org/OnlineEventAttendanceMode"),
        ({"mode": "hybrid"}, "eventAttendanceMode", "https://schema.org/MixedEventAttendanceMode"),
    ],
)
def test_what_is_otherwise_is_told_so(client: Any, people: People, values: Any, name: str, expected: str) -> None:
    with unit_of_work():
        event(people, "Autre", slug="autre", online_url="https://visio.example/secret", **values)
    assert data_of(client, "autre")[name] == expected
    assert "visio.example" not in client.get("/evenements/autre").text


def test_no_word_gets_out_of_the_data(client: Any, people: People) -> None:
    title = '</script><script>alert("x")</script> & <!-- \u2028'
    with unit_of_work():
        event(people, title, slug="hostile", summary=title)
    page = client.get("/evenements/hostile").text
    assert "<script>alert" not in page
    assert data_of(client, "hostile")["name"] == title


def test_what_is_not_for_all_is_not_told(client: Any, people: People) -> None:
    with unit_of_work():
        event(people, "Publique", slug="publique")
        event(people, "Membres", slug="membres", audience="members")
        event(people, "Brouillon", slug="brouillon", status="draft")
        event(people, "Modèle", slug="modele", status="template")
    page = client.get("/evenements/membres").text
    assert "ld+json" not in page
    assert 'content="noindex"' in page
    root = ET.fromstring(client.get("/sitemap.xml").data)  # noqa: S314 - our own
    addresses = {loc.text for loc in root.iter(f"{SITEMAP}loc")}
    assert "http://localhost/evenements/publique" in addresses
    assert {"http://localhost/", "http://localhost/agenda", "http://localhost/communautes"} <= addresses
    assert not {address for address in addresses if address and re.search("membres|brouillon|modele", address)}
    for address in sorted(filter(None, addresses)):
        assert client.get(address.removeprefix("http://localhost")).status_code == 200


def test_robots_are_told_where_to_look(client: Any, people: People) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Sitemap: http://localhost/sitemap.xml" in answer.text
    assert "Disallow: /calendrier/\n" in answer.text
    assert "Disallow: /agenda\n" not in answer.text
