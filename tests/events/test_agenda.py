"""The public pages: what is announced, where, and what is not shown."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from cop.core import clock as clocks
from cop.core.unit_of_work import unit_of_work
from tests.people_of_the_tests import People, event, territory


def titles(response: Any) -> list[str]:
    assert response.status_code == 200
    return [unescape(title) for title in re.findall(r'<h[34] class="title"><a[^>]*>(.*?)</a>', response.text)]


@pytest.fixture
def season(people: People) -> None:
    now = clocks.now()
    nantes = {"commune_id": territory("commune", "44109").id, "territory_id": territory("department", "44").id}
    with unit_of_work():
        event(people, "En Anjou")
        event(people, "À Nantes", **nantes)
        event(people, "À distance", mode="online", commune_id=None)
        event(people, "Brouillon", status="draft")
        event(people, "Sur invitation", audience="invited")
        event(people, "Annulée", status="cancelled")
        event(people, "Passée", starts_at=now - timedelta(days=40))
        event(people, "Régionale à Nantes", territory_id=territory("region", "52").id, commune_id=nantes["commune_id"])


def test_the_agenda_announces_what_is_public_and_to_come(client: Any, season: None) -> None:
    assert set(titles(client.get("/agenda"))) == {"En Anjou", "À Nantes", "À distance", "Annulée", "Régionale à Nantes"}
    assert "Janvier 2027" in client.get("/agenda").text
    assert titles(client.get("/agenda/passe")) == ["Passée"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("territoire=44", {"À Nantes", "Régionale à Nantes"}),
        ("territoire=49&mode=online", {"À distance"}),
        ("mode=onsite&territoire=49", {"En Anjou", "Annulée"}),
        ("type=study_morning&territoire=44", {"À Nantes", "Régionale à Nantes"}),
        ("type=unknown", set()),
        ("territoire=%27%3B--&mode=%00", set()),
    ],
)
def test_filters_are_addresses(client: Any, season: None, asked: str, expected: set[str]) -> None:
    assert set(titles(client.get(f"/agenda?{asked}"))) == expected


def test_home_shows_what_comes_next_and_where(client: Any, season: None) -> None:
    page = client.get("/")
    assert "En Anjou" in titles(page)
    assert "/agenda?territoire=44" in page.text


@pytest.mark.parametrize("path", ["/", "/agenda", "/agenda/passe", "/agenda/passe?page=9", "/agenda/passe?page=x"])
def test_an_empty_agenda_is_no_dead_end(client: Any, people: People, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert 'class="empty"' in page.text


@pytest.mark.parametrize("path", ["/", "/agenda", "/agenda/passe"])
def test_pages_cost_the_same_with_many_events(client: Any, people: People, queries: Any, path: str) -> None:
    now = clocks.now()

    def add(count: int, mark: str) -> None:
        with unit_of_work():
            for n in range(count):
                event(people, f"{mark} {n}", starts_at=now + timedelta(days=30 + n))
                event(people, f"{mark} past {n}", starts_at=now - timedelta(days=30 + n))

    add(2, "First")
    client.get(path)
    with queries:
        client.get(path)
    few = len(queries)
    add(25, "Second")
    with queries:
        client.get(path)
    assert len(queries) == few
    assert few <= 12
