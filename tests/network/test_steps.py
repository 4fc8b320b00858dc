"""The steps of engagement: an example counted by hand, on both databases, and through the page."""

import html
import re
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.network import queries_steps, rules
from cop.network.rules import SUM, UNKNOWN_RANK, Step
from cop.people.models import Person
from tests.network.conftest import listed, mandate, member, volunteer
from tests.people_of_the_tests import People, account, territory
from tests.statistics.conftest import ALL, extract, key_event, present, professional

FIRST, LAST = date(2025, 12, 31), date(2026, 11, 20)
CONTACT, PARTICIPANT, MEMBER, VOLUNTEER, BOARD = (step.rank for step in Step)


@pytest.fixture
def example(people: People) -> People:
    """Nine people of Angers, one of whom practises in Nantes too, and one of Nantes only.

    =====  ==========================================  ===============  ===========
    who    facts                                       31/12/2025       20/11/2026
    =====  ==========================================  ===============  ===========
    1      nothing                                     contact          contact
    2      came in March 2026                          contact          participant
    3      came in 2025                                participant      participant
    4      came in 2025, member of 2026                participant      member
    5      member of 2025 only, never came             member           contact
    6      member of both, came, on the board in 2026  member           board
    7      volunteer since 2025, member of 2025        volunteer        volunteer
    8      on the bureau until June 2026, came since   board            participant
    9      known in 2026 only, two places              not yet known    contact
    10     of Nantes; came in March 2026               contact          participant
    =====  ==========================================  ===============  ===========
    """
    with unit_of_work():
        db.session.execute(sa.delete(Person))
        angers, nantes = territory("commune", "49007"), territory("commune", "44109")
        who = [professional("91", angers) for _ in range(8)]
        who += [professional("91", angers, nantes), professional("91", nantes)]
        for number, one in enumerate(who, 1):
            one.family_name = f"N{number}"
            one.search_name = f"x n{number}"
            one.given_name = "X"
            one.created_at = queries_steps.end_of(date(2026 if number == 9 else 2025, 3, 1))
        one, two, three, four, five, six, seven, eight, _nine, ten = who
        place = territory("department", "49")
        then, since = key_event(people, place, date(2025, 10, 1)), key_event(people, place, date(2026, 3, 10))
        present(then, three, four, six)
        present(since, two, eight, ten)
        present(since, one, state="absent")
        years = {year: (date(year, 1, 1), date(year, 12, 31)) for year in (2025, 2026)}
        for person, joined in ((four, 2026), (five, 2025), (six, 2025), (six, 2026), (seven, 2025)):
            member(person, *years[joined])
        mandate(six, "board", date(2026, 1, 1))
        mandate(eight, "bureau", date(2025, 1, 1), date(2026, 6, 30))
        volunteer(seven, date(2025, 6, 1))
    return people


def counted(kind: str, code: str) -> dict[tuple[int, int], int]:
    found = queries_steps.answer(FIRST, LAST, territory(kind, code).id, None)
    return {cell: count for cell, count in found.cells.items() if count}


def test_angers_counted_by_hand(example: People) -> None:
    assert counted("department", "49") == {
        (CONTACT, CONTACT): 1,
        (CONTACT, PARTICIPANT): 1,
        (PARTICIPANT, PARTICIPANT): 1,
        (PARTICIPANT, MEMBER): 1,
        (MEMBER, CONTACT): 1,
        (MEMBER, BOARD): 1,
        (VOLUNTEER, VOLUNTEER): 1,
        (BOARD, PARTICIPANT): 1,
        (UNKNOWN_RANK, CONTACT): 1,
        (UNKNOWN_RANK, SUM): 1,
        (CONTACT, SUM): 2,
        (PARTICIPANT, SUM): 2,
        (MEMBER, SUM): 2,
        (VOLUNTEER, SUM): 1,
        (BOARD, SUM): 1,
        (SUM, CONTACT): 3,
        (SUM, PARTICIPANT): 3,
        (SUM, MEMBER): 1,
        (SUM, VOLUNTEER): 1,
        (SUM, BOARD): 1,
        (SUM, SUM): 9,
    }


def test_the_region_counts_two_places_once(example: People) -> None:
    parts = [counted("department", code)[(SUM, SUM)] for code in ("49", "44")]
    assert parts == [9, 2]
    assert counted("region", "52")[(SUM, SUM)] == 10 < sum(parts)


def test_each_figure_opens_its_list(example: People, client: FlaskClient, sign_in: Any) -> None:
    """Every cell, sums included: as many people behind it as it says, and the very ones."""
    sign_in(example.alice)
    here = territory("department", "49").id
    asked = {"territoire": here, "du": FIRST.isoformat(), "au": LAST.isoformat()}
    page = client.get("/coordination/etapes", query_string=asked).text
    cells = re.findall(r'<td class="n[^"]*"><a href="([^"]+)">(\d+)</a></td>', page)
    assert len(cells) == 21
    for address, count in cells:
        behind = client.get(html.unescape(address)).text
        assert len(re.findall(r'<th role="rowheader"', behind)) == int(count), address
    rise = {"etape": "adherent", "au": LAST, "etape_avant": "participant", "avant": FIRST, "territoire": here}
    assert listed(client, **rise) == ["N4 X"]


def test_the_list_of_today_says_the_same(example: People, client: FlaskClient, sign_in: Any) -> None:
    sign_in(example.alice)
    here = territory("department", "49").id
    assert listed(client, territoire=here, etape="participant") == ["N2 X", "N3 X", "N8 X"]
    assert listed(client, territoire=here, etape="instances") == ["N6 X"]


def test_the_same_perimeter_gives_the_same_figure_on_the_engagement_page(
    example: People, client: FlaskClient, sign_in: Any
) -> None:
    """Seen at a key event this year in Maine-et-Loire: the rate's list, and the people list."""
    with unit_of_work():
        extract({(territory("department", "49").id, ALL): 50})
    sign_in(example.alice)
    here = territory("department", "49").id
    rate = client.get("/coordination/mobilises", query_string={"territoire": here, "profession": "91"}).text
    names = re.findall(r'<th scope="row">.*?(N\d+)', rate)
    people = listed(client, territoire=here, profession="91", vu="annee")
    assert sorted(f"{name} X" for name in names) == people == ["N2 X", "N8 X"]


def test_bob_counts_his_own(example: People, client: FlaskClient, sign_in: Any) -> None:
    sign_in(example.bob)
    page = client.get("/coordination/etapes").text
    assert "Maine-et-Loire" in page
    assert client.get(f"/coordination/etapes?territoire={territory('department', '44').id}").status_code == 404


def test_small_counts_are_hidden_from_who_may_not_read_names(
    example: People, client: FlaskClient, sign_in: Any
) -> None:
    with unit_of_work():
        reader = account("Louise Roy", "louise@financeur.example", "reader", territory("region", "52"))
    sign_in(reader)
    page = client.get("/coordination/etapes").text
    assert "&lt;&nbsp;5" in page
    assert "/personnes?" not in page
    assert client.get("/personnes").status_code == 403


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"du": "2026-11-20", "au": "2026-11-20"}, "Le premier jour doit précéder le second."),
        ({"du": "2026-01-01", "au": "2026-11-21"}, "Ce jour est à venir"),
    ],
)
def test_days_that_make_no_period(
    people: People, client: FlaskClient, sign_in: Any, asked: dict[str, str], words: str
) -> None:
    sign_in(people.alice)
    answer = client.get("/coordination/etapes", query_string=asked)
    assert answer.status_code == 422
    assert words in answer.text


def test_the_file_says_what_the_page_says(example: People, client: FlaskClient, sign_in: Any) -> None:
    sign_in(example.alice)
    asked = {"territoire": territory("department", "49").id, "du": FIRST.isoformat(), "au": LAST.isoformat()}
    lines = client.post("/coordination/etapes/export", data=asked).data.decode("utf-8-sig").splitlines()
    assert "Participant·e;Adhérent·e;1;31/12/2025;20/11/2026;Maine-et-Loire" in lines
    assert "Tout le monde;Tout le monde;9;31/12/2025;20/11/2026;Maine-et-Loire" in lines


def test_a_cell_hidden_alone_takes_a_neighbour_with_it() -> None:
    cells = rules.with_sums({(0, 0): 2, (0, 1): 20, (1, 0): 30, (1, 1): 40})
    shown = rules.hide_small(cells, 5)
    assert shown[(0, 0)] is None
    for axis in (0, 1):
        for line in {cell[axis] for cell in cells}:
            hidden = [cell for cell in cells if cell[axis] == line and shown[cell] is None]
            assert len(hidden) != 1
    assert rules.hide_small(cells, None) == cells
