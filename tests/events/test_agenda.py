"""The public pages: what is announced, where, and what is not shown."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest

from cop.core import clock as clocks
from cop.core.unit_of_work import unit_of_work
from cop.events.models import HalfDay, Theme
from tests.people_of_the_tests import PARIS, People, event, territory


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


@pytest.mark.parametrize("path", ["/", "/agenda", "/agenda/integre"])
def test_a_line_says_that_registration_is_closed(client: Any, people: People, clock: Any, path: str) -> None:
    closes_at = at("2027-01-12 18:00")
    with unit_of_work():
        event(people, "Close", registration_closes_at=closes_at)
        event(people, "Sans jauge", registration_closes_at=closes_at, capacity=None)
        event(people, "Ailleurs", registration_closes_at=closes_at, outside_url="https://x.example/")
        event(people, "Annulée", registration_closes_at=closes_at, status="cancelled")
        event(people, "Ouverte")
    clock.set("2027-01-12 17:59")
    assert seats(client.get(path)) == {
        "Ailleurs": "Inscription ailleurs",
        "Close": "40 places sur 40",
        "Ouverte": "40 places sur 40",
    }
    clock.set("2027-01-12 18:00")
    assert seats(client.get(path)) == {
        "Ailleurs": "Inscription ailleurs",
        "Close": "Inscriptions closes",
        "Ouverte": "40 places sur 40",
        "Sans jauge": "Inscriptions closes",
    }
    clock.set("2027-01-14 10:00")
    assert seats(client.get(path)) == {}, "under way"


def seats(response: Any) -> dict[str, str]:
    """What each line says of its seats."""
    lines = {}
    for line in response.text.split('class="title"')[1:]:
        said = re.search(r'<p class="seats">(.*?)</p>', line, re.DOTALL)
        if said:
            title = unescape(re.findall(r">([^<]+)</a>", line)[0])
            lines[title] = " ".join(unescape(re.sub(r"<[^>]+>", " ", said[1])).split())
    return lines


@pytest.mark.parametrize("path", ["/", "/agenda", "/agenda/passe", "/agenda/passe?page=9", "/agenda/passe?page=x"])
def test_an_empty_agenda_is_no_dead_end(client: Any, people: People, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert 'class="empty"' in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/agenda",
        "/agenda/passe",
        "/agenda/mois",
        "/agenda/integre",
        "/agenda/integrer",
        "/sitemap.xml",
        "/agenda?q=first&quand=evening_weekend&theme=x&territoire=49&type=study_morning",
        "/agenda/mois?q=first&quand=evening_weekend",
    ],
)
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
    assert few <= 14


# --- Searching, and other ways of reading ---------------------------------------------------------


@pytest.fixture
def wide(people: People) -> None:
    """A theme, an evening, a Saturday, a speaker, two towns."""
    with unit_of_work():
        theme = Theme(code="writing", name_fr="Écriture", name_en="Writing")
        event(people, "Gestes d’écolier", themes=[theme], summary="Tenir son œuvre en main.")
        event(people, "Le soir", speakers="Zoé Lefèvre", starts_at=at("2027-01-15 20:00"))
        event(people, "Le samedi", starts_at=at("2027-01-16 10:00"), commune_id=territory("commune", "44109").id)
        event(people, "Dans trois jours", starts_at=at("2026-11-23 09:00"), mode="online", commune_id=None)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("q=ECOLIER+gestes", {"Gestes d’écolier"}),
        ("q=oeuvre", {"Gestes d’écolier"}),
        ("q=zoe+lefevre", {"Le soir"}),
        ("q=nantes", {"Le samedi"}),
        ("q=ecriture", {"Gestes d’écolier"}),
        ("q=matinee+soir", {"Le soir"}),
        ("q=%25", set()),
        ("q=_", set()),
        ("q=!!!", set()),
        ("q=" + "zzz%20" * 1200, set()),
        ("q=%00%01zoe%E2%80%AE", {"Le soir"}),
        ("theme=writing", {"Gestes d’écolier"}),
        ("theme=%00", {"Gestes d’écolier", "Le soir", "Le samedi", "Dans trois jours"}),
        ("quand=evening_weekend", {"Le soir", "Le samedi"}),
        ("quand=week", {"Dans trois jours"}),
        ("quand=month&mode=onsite", set()),
        ("quand=jamais", set()),
        ("mode=nowhere", set()),
        ("territoire=44&q=samedi&type=study_morning&mode=onsite&quand=evening_weekend", {"Le samedi"}),
    ],
)
def test_words_themes_and_hours_narrow_the_agenda(client: Any, wide: None, asked: str, expected: set[str]) -> None:
    assert set(titles(client.get(f"/agenda?{asked}"))) == expected


def test_what_was_typed_stays_and_is_carried_on(client: Any, wide: None) -> None:
    page = client.get('/agenda?q="écolier"&theme=writing').text
    assert 'value="&#34;écolier&#34;"' in page
    assert '<option value="writing" selected>' in page
    assert "/agenda/passe?theme=writing&amp;q=" in page
    assert "webcal://localhost/agenda.ics?theme=writing&amp;q=" in page, "the feed follows the choices"
    assert '<meta name="robots" content="noindex, follow">' in page
    assert '<link rel="canonical" href="http://localhost/agenda?theme=writing">' in page
    assert re.search(r'rel="alternate" type="application/atom\+xml"[^>]*agenda\.atom\?theme=writing', page)


def test_a_month_shows_each_day_of_what_is_held(client: Any, people: People) -> None:
    with unit_of_work():
        seminar = event(people, "Séminaire", starts_at=at("2027-01-29 09:00"))
        for day in ("2027-01-30", "2027-02-01"):
            seminar.half_days.append(HalfDay(starts_at=at(f"{day} 09:00"), ends_at=at(f"{day} 12:00")))
        seminar.half_days[1].cancelled_at = clocks.now()
        seminar.ends_at = at("2027-02-01 12:00")
        event(people, "Annulée", status="cancelled", starts_at=at("2027-01-05 20:00"))
        event(people, "Brouillon", status="draft")
        event(people, "À La Réunion", time_zone="Indian/Reunion", starts_at=at("2027-01-31 21:30"))
    january, february = days(client.get("/agenda/mois/2027-01")), days(client.get("/agenda/mois/2027-02"))
    assert january == {"2027-01-05": ["Annulée"], "2027-01-29": ["Séminaire"]}
    assert february == {"2027-02-01": ["À La Réunion", "Séminaire"]}, "a day begins earlier over there"
    page = client.get("/agenda/mois/2027-01").text
    assert "/agenda/mois/2026-12" in page
    assert "/agenda/mois/2027-02" in page
    assert "Annulé" in page


def days(response: Any) -> dict[str, list[str]]:
    """The titles under each day of the page."""
    assert response.status_code == 200
    parts = re.split(r'<time datetime="(\d{4}-\d\d-\d\d)">', response.text.partition('class="days"')[2])
    found = zip(parts[1::2], parts[2::2], strict=True)
    told = {day: [unescape(one) for one in re.findall(r'<a class="title"[^>]*>(.*?)<', text)] for day, text in found}
    return {day: held for day, held in told.items() if held}


def test_a_month_keeps_what_was_chosen_and_leads_out_of_nothing(client: Any, wide: None) -> None:
    assert days(client.get("/agenda/mois/2027-01?territoire=44")) == {"2027-01-16": ["Le samedi"]}
    assert days(client.get("/agenda/mois")) == {"2026-11-23": ["Dans trois jours"]}, "this month, when none is named"
    page = client.get("/agenda/mois/2027-03?territoire=44&q=x").text
    assert 'class="empty"' in page
    assert "/agenda/mois/2027-04?territoire=44&amp;q=x" in page


@pytest.mark.parametrize(
    "path",
    [
        "/agenda/mois/2026-13",
        "/agenda/mois/2026-00",
        "/agenda/mois/9999-12",
        "/agenda/mois/0001-01",
        "/agenda/mois/%D9%A2%D9%A0%D9%A2%D9%A6-12",
        "/agenda/mois/-1",
        "/agenda/mois/2026-1%00",
    ],
)
def test_what_is_no_month_is_not_found(client: Any, people: People, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_first_and_last_months_have_no_way_out(client: Any, people: People) -> None:
    assert "1999" not in client.get("/agenda/mois/2000-01").text
    assert "2101" not in client.get("/agenda/mois/2100-12").text


def test_pages_follow_one_another(client: Any, people: People) -> None:
    now = clocks.now()
    with unit_of_work():
        for n in range(45):
            event(people, f"Rencontre {n}", starts_at=now + timedelta(days=1 + n))
    first, second = client.get("/agenda?mode=onsite"), client.get("/agenda?mode=onsite&page=2")
    assert (len(titles(first)), len(titles(second))) == (40, 5)
    assert "/agenda?page=2&amp;mode=onsite" in first.text
