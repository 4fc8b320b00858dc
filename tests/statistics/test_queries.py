"""What is read from the database: which events count, whose extract, and in how many statements."""

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import clock as now
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import HalfDay
from cop.people.models import Person
from cop.statistics import queries_dashboard, queries_people, queries_places
from cop.statistics.queries_dashboard import Dashboard
from cop.statistics.queries_ground import Ground
from cop.statistics.rules import Dates, Figure, Reading
from cop.statistics.rules_crowd import By
from cop.territories.models import Profession, Territory
from tests.conftest import Queries
from tests.people_of_the_tests import People, territory
from tests.statistics.conftest import ALL, PARIS, YEAR, counted_codes, extract, ground, key_event, present, professional

MARCH = date(2026, 3, 10)
JUNE = date(2026, 6, 9)


def maine_et_loire() -> Territory:
    return territory("department", "49")


def angers() -> Territory:
    return territory("commune", "49007")


def mobilised(asked: Ground) -> int:
    return len(asked.mobilised(By.TOTAL).get(None, {}))


def figure(found: Dashboard, code: str = "mobilisation_rate") -> Figure:
    return next(one for measure, one in found.totals if measure.code == code)


@pytest.mark.parametrize(
    ("values", "counts"),
    [({}, 1), ({"key": False}, 0), ({"status": "draft"}, 0), ({"status": "cancelled"}, 0)],
)
def test_only_published_key_events_count(people: People, values: dict[str, Any], counts: int) -> None:
    with unit_of_work():
        present(key_event(people, maine_et_loire(), MARCH, **values), professional("91", angers()))
    assert mobilised(ground(maine_et_loire())) == counts


@pytest.mark.parametrize("state", ["excused", "absent"])
def test_only_presence_counts(people: People, state: str) -> None:
    with unit_of_work():
        present(key_event(people, maine_et_loire(), MARCH), professional("91", angers()), state=state)
    assert mobilised(ground(maine_et_loire())) == 0


@pytest.mark.parametrize(
    ("start", "counts"),
    [("2026-12-31 23:30", 1), ("2027-01-01 00:30", 0), ("2026-01-01 00:30", 1), ("2025-12-31 23:30", 0)],
)
def test_the_year_begins_at_midnight_where_people_live(people: People, start: str, counts: int) -> None:
    """00:30 in Paris on the 1st of January is still the 31st in UTC."""
    moment = datetime.fromisoformat(start).replace(tzinfo=PARIS)
    with unit_of_work():
        held = key_event(people, maine_et_loire(), MARCH)
        held.starts_at = moment
        present(held, professional("91", angers()))
    assert mobilised(ground(maine_et_loire())) == counts


def test_both_half_days_of_an_event_are_one_event(people: People) -> None:
    with unit_of_work():
        held, someone = key_event(people, maine_et_loire(), MARCH), professional("91", angers())
        held.half_days.append(HalfDay(starts_at=held.ends_at, ends_at=held.ends_at, headcount=4))
        held.half_days[0].headcount = 7
        db.session.flush()
        present(held, someone)
        present(held, someone, half_day=1)
    found = queries_dashboard.dashboard(ground(maine_et_loire()), None)
    assert figure(found, "recurrence").part == 0
    assert found.presence.headcount == 7


def test_a_list_left_open_is_told(people: People) -> None:
    with unit_of_work():
        for day in (MARCH, JUNE, date(2026, 12, 15)):
            key_event(people, maine_et_loire(), day)
        db.session.scalars(sa.select(HalfDay).order_by(HalfDay.id)).first().closed_at = now.now()  # type: ignore[union-attr]
    assert len(queries_dashboard.dashboard(ground(maine_et_loire()), None).presence.to_close) == 1


def test_newcomers_were_never_seen_before_anywhere(people: People) -> None:
    with unit_of_work():
        known, new = professional("91", angers()), professional("91", angers())
        present(key_event(people, territory("department", "44"), date(2025, 12, 1), key=False), known)
        present(key_event(people, maine_et_loire(), MARCH), known, new)
    share = figure(queries_dashboard.dashboard(ground(maine_et_loire()), None), "newcomers")
    assert (share.part, share.whole) == (1, 2)


def test_an_erased_person_still_counts_as_one(people: People) -> None:
    with unit_of_work():
        someone = professional("91", angers())
        for day in (MARCH, JUNE):
            present(key_event(people, maine_et_loire(), day), someone)
        someone.email, someone.given_name, someone.family_name = None, "", ""
        someone.anonymised_at, someone.counted_as = now.now(), someone.id
    assert mobilised(ground(maine_et_loire())) == 1


def test_without_address_somebody_is_listed_and_not_counted(people: People) -> None:
    with unit_of_work():
        present(key_event(people, maine_et_loire(), MARCH), professional("91", angers(), email=None))
    asked = ground(maine_et_loire())
    assert (mobilised(asked), asked.crowd.present) == (0, 0)
    page, rows = queries_people.people(asked, queries_people.NAMELESS, 1)
    assert (page.total, rows[0].events, rows[0].last_day) == (1, 1, MARCH)


# --- The register -----------------------------------------------------------------------------------


def test_the_extract_nearest_to_the_end_of_the_period_counts(people: People) -> None:
    with unit_of_work():
        for day, number in ((date(2025, 1, 15), 100), (date(2026, 2, 1), 110), (date(2026, 11, 1), 120)):
            extract({(maine_et_loire().id, ALL): number}, day, current=day.month == 11)

    def whole(start: date, end: date) -> tuple[int | None, date | None]:
        found = queries_dashboard.dashboard(ground(maine_et_loire(), Dates(start, end)), None)
        return figure(found).whole, found.extract_date

    assert whole(date(2025, 1, 1), date(2025, 12, 31)) == (110, date(2026, 2, 1))
    assert whole(date(2026, 1, 1), date(2026, 12, 31)) == (120, date(2026, 11, 1))
    assert whole(date(2024, 1, 1), date(2024, 12, 31)) == (100, date(2025, 1, 15))


def test_an_import_that_failed_counts_for_nothing(people: People) -> None:
    with unit_of_work():
        extract({(maine_et_loire().id, ALL): 99}).status = "failed"
    found = queries_dashboard.dashboard(ground(maine_et_loire()), None)
    assert (figure(found).reading, found.extract_date) == (Reading.NOT_KNOWN, None)


def test_one_profession_and_its_set_are_read_apart(people: People) -> None:
    """Somebody may practise two professions: the set is not the sum."""
    with unit_of_work():
        db.session.execute(sa.update(Profession).values(counted=Profession.code.in_(["91", "70"])))
        here = maine_et_loire().id
        extract({(here, ALL): 150, (here, "91"): 60, (here, "70"): 100, (here, "rehab"): 200})
        rehab = frozenset(db.session.scalars(sa.select(Profession.code).where(Profession.rehab)))
    both = queries_dashboard.dashboard(ground(maine_et_loire()), None)
    assert figure(both).whole == 150
    assert {code: one.whole for code, one in both.by_profession.items()} == {"91": 60, "70": 100}
    assert figure(queries_dashboard.dashboard(ground(maine_et_loire(), codes=frozenset({"91"})), None)).whole == 60
    assert figure(queries_dashboard.dashboard(ground(maine_et_loire(), codes=rehab), None)).whole == 200
    # A set nobody counted: not known, rather than a sum that would be wrong.
    assert (
        figure(queries_dashboard.dashboard(ground(maine_et_loire(), codes=frozenset({"91", "96"})), None)).whole is None
    )


def test_nobody_in_the_register_is_not_zero_per_cent(people: People) -> None:
    with unit_of_work():
        extract({(territory("region", "52").id, ALL): 500})
    found = queries_dashboard.dashboard(ground(maine_et_loire()), None)
    assert (figure(found).reading, figure(found).whole) == (Reading.NOT_APPLICABLE, 0)


def test_a_perimeter_held_in_part_has_no_headcount(people: People) -> None:
    with unit_of_work():
        maine_et_loire().is_complete = False
        extract({(territory("region", "52").id, ALL): 500})
    assert figure(queries_dashboard.dashboard(ground(maine_et_loire()), None)).reading is Reading.NOT_KNOWN


def test_over_a_hundred_per_cent_is_said_not_cut(people: People) -> None:
    with unit_of_work():
        extract({(maine_et_loire().id, ALL): 4})
        present(key_event(people, maine_et_loire(), MARCH), *(professional("91", angers()) for _ in range(5)))
    found = queries_dashboard.dashboard(ground(maine_et_loire()), None)
    assert (str(figure(found).rate), found.over) == ("125.0", True)


# --- Year by year -----------------------------------------------------------------------------------


def test_years_stand_alone_and_add_up_without_doubles(people: People) -> None:
    with unit_of_work():
        here = maine_et_loire()
        extract({(here.id, ALL): 80}, date(2024, 11, 30), current=False)
        extract({(here.id, ALL): 100}, date(2026, 9, 23))
        faithful, once, late = (professional("91", angers()) for _ in range(3))
        present(key_event(people, here, date(2024, 5, 5)), faithful, once)
        present(key_event(people, here, date(2026, 5, 5)), faithful, late)
    found = queries_dashboard.dashboard(ground(here), None)
    rows = [(year.year, one.part, one.whole, year.extract and year.extract.day.year) for year, one in found.years]
    assert rows == [(2024, 2, 80, 2024), (2025, 0, 100, 2026), (2026, 2, 100, 2026), (None, 3, 100, 2026)]
    assert [year.first for year, _ in found.years] == [2024] * 4


def test_one_year_is_not_compared_with_itself(people: People) -> None:
    assert queries_dashboard.dashboard(ground(maine_et_loire()), None).years == []
    with unit_of_work():
        present(key_event(people, maine_et_loire(), MARCH), professional("91", angers()))
    assert queries_dashboard.dashboard(ground(maine_et_loire()), None).years == []


def test_at_most_five_years_are_shown(people: People) -> None:
    with unit_of_work():
        present(key_event(people, maine_et_loire(), date(2016, 5, 5)), professional("91", angers()))
    years = queries_dashboard.dashboard(ground(maine_et_loire()), 5).years
    assert [year.year for year, _ in years] == [2022, 2023, 2024, 2025, 2026, None]


# --- Places -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "rows"),
    [("region", "52", "department"), ("department", "49", "epci"), ("epci", "200000438", "commune")],
)
def test_a_table_shows_the_next_level_down(people: People, kind: str, code: str, rows: str) -> None:
    found = queries_places.rows_of(territory(kind, code))
    assert {row.kind for row in found} == {rows}
    if kind == "epci":
        assert len(found) == 9


def test_a_commune_has_no_rows(people: People) -> None:
    assert list(queries_places.rows_of(angers())) == []


# --- Cost -------------------------------------------------------------------------------------------


def fill(people: People, guests: int, events: int) -> None:
    with unit_of_work():
        seen = [professional("91" if n % 3 else "70", angers()) for n in range(guests)]
        for n in range(events):
            present(key_event(people, maine_et_loire(), date(2026, 1 + n % 12, 5)), *seen[n % 2 :])


def test_the_number_of_statements_does_not_grow(people: People, queries: Queries) -> None:
    def cost() -> int:
        db.session.rollback()
        places = queries_places.rows_of(territory("region", "52"))
        with queries:
            asked = ground(territory("region", "52"), YEAR, counted_codes(), places)
            queries_dashboard.dashboard(asked, None)
            queries_people.people(asked, "mobilisation_rate", 1)
        return len(queries)

    with unit_of_work():
        extract({(maine_et_loire().id, ALL): 900})
        key_event(people, maine_et_loire(), date(2023, 5, 5))
    fill(people, 2, 2)
    few = cost()
    fill(people, 40, 15)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 43
    assert cost() == few
