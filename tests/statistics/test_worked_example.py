"""The worked example of the definitions: nine communes, three key events, 53 presences, 36 / 120 = 30.0 %.

Checked in at the door like any other day, on both databases.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from cop.activity.service import COMMAND
from cop.attendance import service as attendance
from cop.core import clock as now
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.people.models import Person, PracticeSite
from cop.people.service import Identity
from cop.statistics import queries_dashboard, queries_people, rules
from cop.statistics.queries_dashboard import Dashboard
from cop.statistics.registry import all_measures
from cop.statistics.rules import Figure
from cop.statistics.rules_crowd import By
from cop.territories.models import Territory, TerritoryPart
from tests.conftest import ClockHand
from tests.people_of_the_tests import People, territory
from tests.statistics.conftest import ALL, extract, ground, key_event

HEALTH = ("91", "70", "60", "94")
SOCIAL_WORK = "autre"


@dataclass
class Example:
    first: Territory
    second: Territory
    union: Territory


def communes(of: Territory) -> list[Territory]:
    held = sa.select(TerritoryPart.descendant_id).where(TerritoryPart.ancestor_id == of.id)
    statement = sa.select(Territory).where(Territory.id.in_(held), Territory.kind == "commune")
    return list(db.session.scalars(statement.order_by(Territory.code)))


def union_of(*parts: Territory) -> Territory:
    made = Territory(kind="custom", code="union", name="Deux EPCI", search_name="deux epci")
    db.session.add(made)
    db.session.flush()
    inside = {made.id, *(part.id for part in parts), *(commune.id for part in parts for commune in communes(part))}
    db.session.add_all(TerritoryPart(ancestor_id=made.id, descendant_id=number) for number in inside)
    db.session.flush()
    return made


def check_in(clock: ClockHand, at: Event, name: str, profession: str, commune: Territory) -> Person:
    clock.set(f"{now.local_date(at.starts_at)} 09:05")
    said = Identity(
        name, "Du Réseau", email=f"{name}@cabinet.example", profession_code=profession, commune_id=commune.id
    )
    return attendance.add_walk_in(at.half_days[0], said, actor=COMMAND, now=now.now())


@pytest.fixture
def example(people: People, clock: ClockHand) -> Example:
    with unit_of_work():
        first, second = territory("epci", "200000438"), territory("epci", "200072726")
        union = union_of(first, second)
        extract({(first.id, ALL): 120, (second.id, ALL): 185, (union.id, ALL): 300})
        here, there = communes(first), communes(second)
        elsewhere = territory("commune", "49007")
        events = [key_event(people, first, date(2026, month, 10)) for month in (2, 5, 9)]
        a, b, c = events
        came = [(number, (a, b) if number < 10 else (a,)) for number in range(17)]
        came += [(number, (b,)) for number in range(17, 23)] + [(number, (c,)) for number in range(23, 36)]
        for number, seen in came:
            for at in seen:
                someone = check_in(clock, at, f"pro{number}", HEALTH[number % len(HEALTH)], here[number % len(here)])
                if number == 3 and at is seen[0]:
                    db.session.add(PracticeSite(person_id=someone.id, commune_id=there[0].id))
        others = {"ailleurs0": (a, b), "ailleurs1": (a, c), "social0": (a,), "social1": (b,), "social2": (c,)}
        for name, seen in others.items():
            outside = name.startswith("ailleurs")
            for at in seen:
                check_in(clock, at, name, "91" if outside else SOCIAL_WORK, elsewhere if outside else here[0])
        neighbours = key_event(people, second, date(2026, 6, 2))
        for number in range(5):
            check_in(clock, neighbours, f"voisin{number}", "70", there[number % len(there)])
        for event in (*events, neighbours):
            clock.set(f"{now.local_date(event.starts_at)} 14:00")
            attendance.close(event.half_days[0], actor=COMMAND, now=now.now())
        clock.set("2026-11-20 10:00")
        db.session.flush()
        db.session.refresh(first)
    return Example(first, second, union)


def figures(found: Dashboard) -> dict[str, Figure]:
    return {measure.code: figure for measure, figure in found.totals}


def test_the_rate_of_the_example(example: Example) -> None:
    found = queries_dashboard.dashboard(ground(example.first), None)
    rate = figures(found)["mobilisation_rate"]
    assert (rate.part, rate.whole, rate.rate) == (36, 120, Decimal("30.0"))
    assert found.extract_date == date(2026, 9, 23)


def test_its_coverage_and_the_other_participants(example: Example) -> None:
    presence = queries_dashboard.dashboard(ground(example.first), None).presence
    assert (presence.known, presence.present, presence.indicative) == (41, 41, False)
    assert presence.others == 5
    assert (len(presence.events), presence.to_close, presence.nameless) == (3, [], 0)


def test_its_recurrence(example: Example) -> None:
    recurrence = figures(queries_dashboard.dashboard(ground(example.first), None))["recurrence"]
    assert (recurrence.part, recurrence.whole, recurrence.rate) == (10, 36, Decimal("27.8"))


def test_the_union_counts_the_shared_person_once(example: Example) -> None:
    asked = ground(example.union, places=[example.first, example.second])
    found = queries_dashboard.dashboard(asked, None)
    rate = figures(found)["mobilisation_rate"]
    assert (rate.part, rate.whole, rate.rate) == (41, 300, Decimal("13.7"))
    rows = [found.by_place[place.id].part for place in (example.first, example.second)]
    assert rows == [36, 6]


def test_the_rows_say_the_same_as_the_page_they_lead_to(example: Example) -> None:
    asked = ground(example.union, places=[example.first, example.second])
    row = queries_dashboard.dashboard(asked, None).by_place[example.second.id]
    own = all_measures()["mobilisation_rate"].shares(ground(example.second), By.TOTAL)[None]
    assert rules.show(own, None) == row


@pytest.mark.parametrize(
    ("which", "length"),
    [("mobilisation_rate", 36), ("recurrence", 10), (queries_people.OTHERS, 5), (queries_people.NAMELESS, 0)],
)
def test_each_list_is_as_long_as_its_figure(example: Example, which: str, length: int) -> None:
    page, rows = queries_people.people(ground(example.first), which, 1)
    assert (page.total, len(rows)) == (length, min(length, queries_people.PER_PAGE))
    if which == "recurrence":
        assert {row.events for row in rows} == {2}
