"""The coordinator's pages, through the front door: who sees what, and in how many presses."""

import csv
import html
import io
import re
from datetime import date

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.accounts.models import Account
from cop.activity.models import ActivityEntry
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.host.models import Host
from cop.people.models import Person
from cop.territories.models import Profession
from tests.people_of_the_tests import People, account, territory
from tests.statistics.conftest import ALL, extract, key_event, present, professional

MARCH = date(2026, 3, 10)


@pytest.fixture
def year(people: People) -> People:
    """In Sarthe: 6 speech therapists of 40, 2 physiotherapists of 50, 1 social worker; 7 people in Maine-et-Loire."""
    with unit_of_work():
        sarthe, anjou = territory("department", "72"), territory("department", "49")
        db.session.execute(sa.update(Profession).values(counted=Profession.code.in_(["91", "70"])))
        counts = {(sarthe.id, ALL): 90, (sarthe.id, "91"): 40, (sarthe.id, "70"): 50, (anjou.id, ALL): 100}
        extract({**counts, (territory("region", "52").id, ALL): 600})
        le_mans, angers = territory("commune", "72181"), territory("commune", "49007")
        held = key_event(people, sarthe, MARCH)
        present(held, *(professional("91", le_mans) for _ in range(6)))
        present(held, *(professional("70", le_mans) for _ in range(2)))
        present(held, professional("autre", le_mans))
        present(key_event(people, anjou, MARCH), *(professional("91", angers) for _ in range(7)))
    return people


def reader() -> Account:
    with unit_of_work():
        return account("Louise Roy", "louise@financeur.example", "reader", territory("region", "52"))


def text(page: str) -> str:
    """What one reads: no tags, ordinary blanks."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def link(page: str, words: str) -> str:
    found = re.search(rf'<a href="([^"]+)"[^>]*>{words}</a>', page)
    assert found, f"no link {words!r}"
    return found[1].replace("&amp;", "&")


def test_two_presses_to_the_speech_therapists_of_sarthe(year: People, client: FlaskClient, sign_in: object) -> None:
    """« What share of them did we mobilise this year, who are they? »"""
    sign_in(year.alice)  # type: ignore[operator]
    dashboard = client.get("/coordination").text
    first = client.get(link(dashboard, "Sarthe")).text
    assert "Orthophoniste 6 / 40 15,0 %" in text(first)
    second = client.get(link(first, "Orthophoniste")).text
    names = db.session.scalars(sa.select(Person.family_name).where(Person.profession_code == "91")).all()
    assert sum(name in second for name in names) == 6
    assert "Sarthe · 2026 · Orthophoniste · 6 sur 40 (15,0 %)" in text(second)


def test_every_figure_says_n_and_whole_and_its_extract(year: People, client: FlaskClient, sign_in: object) -> None:
    sign_in(year.alice)  # type: ignore[operator]
    page = text(client.get("/coordination").text)
    assert "15 sur 600" in page
    assert "23 septembre 2026" in page
    assert "Autres participants : 1" in page


def test_an_animator_sees_the_own_territory_first(year: People, client: FlaskClient, sign_in: object) -> None:
    sign_in(year.bob)  # type: ignore[operator]
    page = client.get("/coordination").text
    assert "Maine-et-Loire · 2026" in text(page)
    assert "7 sur 100" in text(page)
    assert ">Sarthe<" not in page


@pytest.mark.parametrize("path", ["/coordination", "/coordination/mobilises"])
def test_the_neighbours_figures_do_not_exist_for_an_animator(
    year: People, client: FlaskClient, sign_in: object, path: str
) -> None:
    sarthe, region = territory("department", "72").id, territory("region", "52").id
    sign_in(year.bob)  # type: ignore[operator]
    assert client.get(f"{path}?territoire={sarthe}").status_code == 404
    assert client.get(f"{path}?territoire={region}").status_code == 404
    assert client.get(f"{path}?territoire=999999").status_code == 404
    assert client.post("/coordination/export", data={"territoire": sarthe}).status_code == 404


def test_a_reader_sees_no_small_count_and_no_name(year: People, client: FlaskClient, sign_in: object) -> None:
    sarthe = territory("department", "72").id
    sign_in(reader())  # type: ignore[operator]
    answer = client.get(f"/coordination?territoire={sarthe}")
    page = text(answer.text)
    assert "Masseur-Kinésithérapeute < 5 / 50" in page
    # Hidden with it: 8 in all less 6 would tell the 2.
    assert "Orthophoniste < 5 / 40" in page
    assert "8 sur 90" in page
    assert "Autres participants : < 5" in page
    assert "/mobilises" not in answer.text
    assert client.get(f"/coordination/mobilises?territoire={sarthe}").status_code == 403
    assert client.post("/coordination/export", data={"territoire": sarthe}).status_code == 403


def test_without_register_the_page_says_how_and_still_counts(
    people: People, client: FlaskClient, sign_in: object
) -> None:
    with unit_of_work():
        held = key_event(people, territory("department", "49"), MARCH)
        present(held, *(professional("91", territory("commune", "49007")) for _ in range(7)))
    sign_in(people.alice)  # type: ignore[operator]
    page = text(client.get("/coordination").text)
    assert "cop import register" in page
    assert "effectif inconnu" in page
    assert "7" in page


def test_an_empty_house_shows_zero_of_the_register(people: People, client: FlaskClient, sign_in: object) -> None:
    with unit_of_work():
        extract({(territory("region", "52").id, ALL): 600})
    sign_in(people.alice)  # type: ignore[operator]
    page = text(client.get("/coordination").text)
    assert "0 sur 600" in page
    assert "sans objet" in page


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("periode=annee-derniere", 200, "2025"),
        ("periode=douze-mois", 200, "du 21/11/2025 au 20/11/2026"),
        ("periode=depuis&du=2024-03-01", 200, "du 01/03/2024 au 20/11/2026"),
        ("periode=dates&du=2026-03-01&au=2026-03-31", 200, "du 01/03/2026 au 31/03/2026"),
        ("periode=depuis", 422, "Dites à partir de quel jour"),
        ("periode=dates&du=2026-03-31&au=2026-03-01", 422, "avant le premier"),
        ("periode=dates&du=hier", 422, "Période"),
        ("periode=toujours", 422, "Période"),
        ("profession=99999", 422, "Professions"),
        ("profession=91", 200, "Orthophoniste"),
    ],
)
def test_periods_and_professions_of_the_address(
    year: People, client: FlaskClient, sign_in: object, query: str, status: int, words: str
) -> None:
    sign_in(year.alice)  # type: ignore[operator]
    answer = client.get(f"/coordination?{query}")
    assert answer.status_code == status
    assert words in text(answer.text)
    assert client.get(f"/coordination/mobilises?{query}").status_code == status


def test_an_unknown_list_does_not_exist(year: People, client: FlaskClient, sign_in: object) -> None:
    sign_in(year.alice)  # type: ignore[operator]
    assert client.get("/coordination/mobilises?liste=inconnue").status_code == 404


def test_who_does_not_count_is_listed_with_the_reason(year: People, client: FlaskClient, sign_in: object) -> None:
    sign_in(year.alice)  # type: ignore[operator]
    page = text(client.get("/coordination/mobilises?liste=autres-participants").text)
    assert "profession non comptée" in page


def test_the_file_holds_the_figures_and_the_log_says_who_took_it(
    year: People, client: FlaskClient, sign_in: object
) -> None:
    sarthe = territory("department", "72").id
    sign_in(year.alice)  # type: ignore[operator]
    answer = client.post("/coordination/export", data={"territoire": sarthe})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="engagement.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0]["Territoire"] == "Sarthe"
    assert (rows[0]["Personnes"], rows[0]["Sur"], rows[0]["Part (%)"]) == ("8", "90", "8,9")
    speech = next(row for row in rows if row["Professions"] == "Orthophoniste")
    assert (speech["Personnes"], speech["Part (%)"], speech["Extraction du"]) == ("6", "15,0", "23/09/2026")
    entry = db.session.scalars(sa.select(ActivityEntry).where(ActivityEntry.action == "statistics.exported")).one()
    assert (entry.actor_id, entry.subject_id, entry.data["start"]) == (year.alice_id, sarthe, "2026-01-01")


def test_the_file_of_a_viewer_without_names_hides_as_the_screen_does(
    year: People, client: FlaskClient, sign_in: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cop.accounts.roles import ROLES, Role
    from cop.core.access import Permission

    role = Role("Financeur", "Funder", frozenset({Permission.STATISTICS_READ, Permission.STATISTICS_EXPORT}))
    monkeypatch.setitem(dict(ROLES), "funder", role)
    monkeypatch.setattr("cop.accounts.access.ROLES", {**ROLES, "funder": role})
    with unit_of_work():
        funder = account("Paul Roux", "paul@financeur.example", "funder", territory("region", "52"))
    sign_in(funder)  # type: ignore[operator]
    data = client.post("/coordination/export", data={"territoire": territory("department", "72").id}).data
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    hidden = [row for row in rows if row["Professions"] == "Masseur-Kinésithérapeute"]
    assert [(row["Personnes"], row["Part (%)"]) for row in hidden] == [("< 5", "")]


def test_the_share_aimed_at_is_drawn_and_said(year: People, client: FlaskClient, sign_in: object) -> None:
    sign_in(year.alice)  # type: ignore[operator]
    assert 'class="rule"' not in client.get("/coordination").text
    with unit_of_work():
        db.session.scalars(sa.select(Host)).one().target_rate = 30
    page = client.get("/coordination").text
    assert 'class="rule" x1="30.00%"' in page
    assert "Le trait marque 30 %" in text(page)
