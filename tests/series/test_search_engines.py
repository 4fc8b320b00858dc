"""What search engines and other sites read of a cycle: one series with its seminars, nothing that is not for all."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import clock
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.events.models_series import EventSeries
from tests.events.test_search_engines import metas
from tests.people_of_the_tests import PARIS, People, event, territory

PAGE = "/cycles/coordonner"
ADDRESS = f"http://localhost{PAGE}"


@pytest.fixture
def _cycle(people: People) -> None:
    """Two seminars, one in January and one in March."""
    with unit_of_work():
        series = EventSeries(cycle=True, slug="coordonner", title="Coordonner", summary="Deux jours </script>.")
        series.territory_id = territory("department", "49").id
        series.created_at = series.changed_at = clock.now()
        db.session.add(series)
        db.session.flush()
        event(people, "Séminaire 1", slug="seminaire-1", series_id=series.id, series_position=1)
        march = datetime(2027, 3, 16, 9, 0, tzinfo=PARIS)
        event(people, "Séminaire 2", slug="seminaire-2", series_id=series.id, series_position=2, starts_at=march)


def change(slug: str, **values: Any) -> None:
    with unit_of_work():
        db.session.execute(sa.update(Event).where(Event.slug == slug).values(**values))


def data_of(client: Any) -> dict[str, Any]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(PAGE).text, re.DOTALL)
    assert len(found) == 1
    data: dict[str, Any] = json.loads(found[0])
    return data


@pytest.mark.usefixtures("_cycle")
def test_a_cycle_is_told_as_a_series_of_events(client: Any) -> None:
    data = data_of(client)
    assert (data["@context"], data["@type"]) == ("https://schema.org", "EventSeries")
    assert (data["name"], data["url"], data["description"]) == ("Coordonner", ADDRESS, "Deux jours </script>.")
    assert (data["startDate"], data["endDate"]) == ("2027-01-14T09:00+01:00", "2027-03-16T12:30+01:00")
    assert data["organizer"]["name"] == "Cokillaje"
    assert [one["@type"] for one in data["subEvent"]] == ["Event", "Event"]
    assert [one["url"] for one in data["subEvent"]] == [
        "http://localhost/evenements/seminaire-1",
        "http://localhost/evenements/seminaire-2",
    ]
    assert data["subEvent"][0]["location"]["address"]["addressLocality"] == "Angers"
    page = client.get(PAGE).text
    told = metas(page)
    assert told["description"].startswith("2 séminaires, du jeudi 14 janvier 2027")
    assert (told["og:title"], told["og:url"]) == ("Coordonner", ADDRESS)
    assert f'<link rel="canonical" href="{ADDRESS}">' in page
    assert "noindex" not in page
    change("seminaire-2", status="cancelled")
    assert data_of(client)["endDate"] == "2027-01-14T12:30+01:00"
    assert data_of(client)["subEvent"][1]["eventStatus"] == "https://schema.org/EventCancelled"
    assert data_of(client)["eventStatus"] == "https://schema.org/EventScheduled"
    change("seminaire-1", status="cancelled")
    assert data_of(client)["eventStatus"] == "https://schema.org/EventCancelled"


@pytest.mark.usefixtures("_cycle")
@pytest.mark.parametrize(
    ("values", "listed", "subs"),
    [
        ({}, True, 2),
        ({"audience": "members"}, False, 0),
        # Registration is not open before all are announced; the page is there from the first one on.
        ({"status": "draft", "published_at": None}, True, 1),
        ({"status": "draft", "published_at": None, "audience": "invited"}, False, 0),
        ({"status": "cancelled", "audience": "members"}, True, 1),
    ],
)
def test_the_page_and_the_map_of_the_site_say_alike(client: Any, values: Any, listed: bool, subs: int) -> None:
    if values:
        change("seminaire-2", **values)
    page, sitemap = client.get(PAGE).text, client.get("/sitemap.xml").text
    assert page.count('"@type": "Event"') == subs
    assert ("noindex" not in page) is listed
    assert (f"<loc>{ADDRESS}</loc>" in sitemap) is listed


@pytest.mark.usefixtures("_cycle")
def test_no_search_engine_hears_of_a_cycle_that_was_never_announced(client: Any) -> None:
    change("seminaire-1", status="draft", published_at=None)
    change("seminaire-2", status="cancelled", published_at=None)
    assert "coordonner" not in client.get("/sitemap.xml").text
    assert client.get(PAGE).status_code == 404


@pytest.mark.usefixtures("_cycle")
def test_the_map_of_the_site_tells_the_last_change_of_a_seminar(client: Any) -> None:
    change("seminaire-1", changed_at=datetime(2026, 11, 21, 8, 0, tzinfo=PARIS))
    assert f"<loc>{ADDRESS}</loc><lastmod>2026-11-21T07:00:00Z</lastmod>" in client.get("/sitemap.xml").text
