"""Who counts, without a database: sites, dates, professions, doubles."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.statistics.rules import Dates, Question
from cop.statistics.rules_crowd import (
    Attendee,
    By,
    Crowd,
    KeyEvent,
    Reason,
    Site,
    person_key,
    sort_crowd,
)

REGION, SARTHE, MAYENNE = 1, 72, 53
LE_MANS, LAVAL, RENNES = 101, 102, 103
PLACES = {LE_MANS: frozenset({REGION, SARTHE}), LAVAL: frozenset({REGION, MAYENNE})}
YEAR = Dates(date(2026, 1, 1), date(2026, 12, 31))
QUESTION = Question(YEAR, REGION, frozenset({"70", "91"}))
MARCH = KeyEvent(1, date(2026, 3, 10), here=True)
JUNE = KeyEvent(2, date(2026, 6, 9), here=True)
ELSEWHERE = KeyEvent(3, date(2026, 9, 1), here=False)
EVENTS = {event.id: event for event in (MARCH, JUNE, ELSEWHERE)}


def crowd(*visits: tuple[KeyEvent, Attendee], question: Question = QUESTION) -> Crowd:
    attendees = {person.id: person for _, person in visits}
    return sort_crowd(question, EVENTS, [(event.id, person.id) for event, person in visits], attendees, PLACES)


def counted(found: Crowd, by: By = By.TOTAL, key: object = None) -> set[str]:
    return set(found.mobilised[by].get(key, {}))  # type: ignore[call-overload]


def test_a_person_with_two_sites_counts_once_in_each_place_and_once_in_all() -> None:
    both = Attendee(1, "a", "91", (Site(LE_MANS), Site(LAVAL)))
    found = crowd((MARCH, both))
    assert counted(found) == counted(found, By.PLACE, SARTHE) == counted(found, By.PLACE, MAYENNE) == {"a"}
    assert found.present == found.known == 1


def test_two_records_of_one_person_are_one_person() -> None:
    found = crowd((MARCH, Attendee(1, "a", "91", (Site(LE_MANS),))), (JUNE, Attendee(2, "a", "91", (Site(LE_MANS),))))
    assert found.mobilised[By.TOTAL][None] == {"a": {1, 2}}
    assert found.records["a"] == 1


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (Attendee(1, "a", None, (Site(LE_MANS),)), Reason.PROFESSION_UNKNOWN),
        (Attendee(1, "a", "999", (Site(LE_MANS),)), Reason.OTHER_PROFESSION),
        (Attendee(1, "a", "999"), Reason.PLACE_UNKNOWN),
        (Attendee(1, "a", "91"), Reason.PLACE_UNKNOWN),
        (Attendee(1, "a", "91", (Site(RENNES),)), Reason.ELSEWHERE),
        (Attendee(1, "a", "91", (Site(LE_MANS, ends_on=date(2026, 3, 9)),)), Reason.PLACE_UNKNOWN),
        (Attendee(1, "a", "91", (Site(LE_MANS, starts_on=date(2026, 3, 11)),)), Reason.PLACE_UNKNOWN),
    ],
)
def test_who_does_not_count_is_said_with_the_reason(person: Attendee, reason: Reason) -> None:
    found = crowd((MARCH, person))
    assert counted(found) == set()
    assert found.others == {"a": reason}
    assert found.known == (1 if reason in {Reason.OTHER_PROFESSION, Reason.ELSEWHERE} else 0)


@pytest.mark.parametrize(
    "site", [Site(LE_MANS, date(2026, 3, 10), date(2026, 3, 10)), Site(LE_MANS, starts_on=date(2020, 1, 1))]
)
def test_first_and_last_day_of_a_site_are_included(site: Site) -> None:
    assert counted(crowd((MARCH, Attendee(1, "a", "91", (site,))))) == {"a"}


def test_somebody_who_moved_counts_where_they_were_each_time() -> None:
    moved = Attendee(1, "a", "91", (Site(LE_MANS, ends_on=date(2026, 4, 30)), Site(LAVAL, starts_on=date(2026, 5, 1))))
    found = crowd((MARCH, moved), (JUNE, moved))
    assert found.mobilised[By.TOTAL][None]["a"] == {1, 2}
    assert found.mobilised[By.PLACE][SARTHE]["a"] == {1}
    assert found.mobilised[By.PLACE][MAYENNE]["a"] == {2}


def test_whoever_counts_once_is_no_other_participant() -> None:
    late = Attendee(1, "a", "91", (Site(LE_MANS, starts_on=date(2026, 5, 1)),))
    found = crowd((MARCH, late), (JUNE, late))
    assert (counted(found), found.others, found.present) == ({"a"}, {}, 1)


def test_presence_at_an_event_held_elsewhere_counts_for_ours_and_leaves_theirs_out() -> None:
    ours = Attendee(1, "a", "91", (Site(LE_MANS),))
    theirs = Attendee(2, "b", "91", (Site(RENNES),))
    found = crowd((ELSEWHERE, ours), (ELSEWHERE, theirs))
    assert (counted(found), found.others, found.present) == ({"a"}, {}, 1)


def test_a_person_nobody_can_recognise_is_never_counted() -> None:
    found = crowd((MARCH, Attendee(7, None, "91", (Site(LE_MANS),))), (JUNE, Attendee(7, None, "91", (Site(LE_MANS),))))
    assert (counted(found), found.others, found.present) == (set(), {}, 0)
    assert found.nameless == {7: {1, 2}}


@pytest.mark.parametrize(
    ("known", "key"),
    [
        ({"number": "99000000008", "account_id": 4, "address": "a@x.example"}, "number:99000000008"),
        ({"account_id": 4, "address": "a@x.example"}, "account:4"),
        ({"address": " A@X.example "}, "address:a@x.example"),
        ({"address": "  "}, None),
        ({}, None),
        ({"erased": True, "counted_as": 12}, "erased:12"),
        ({"erased": True, "counted_as": 9}, "erased:9"),
        ({"erased": True}, None),
    ],
)
def test_who_is_one_person(known: dict[str, object], key: str | None) -> None:
    values: dict[str, object] = {"number": None, "account_id": None, "address": None, "erased": False, **known}
    assert person_key(**values) == key  # type: ignore[arg-type]


sites = st.lists(st.sampled_from([LE_MANS, LAVAL, RENNES]), max_size=2, unique=True)
visits_of_somebody = st.lists(
    st.tuples(
        st.sampled_from([MARCH, JUNE, ELSEWHERE]), st.integers(1, 8), st.sampled_from(["70", "91", "999", None]), sites
    ),
    max_size=25,
)


@given(visits_of_somebody)
def test_what_must_hold_whoever_comes(lines: list[tuple[KeyEvent, int, str | None, list[int]]]) -> None:
    people: dict[int, Attendee] = {}
    for _, number, profession, communes in lines:
        key = f"k{number % 6}" if number < 8 else None
        people.setdefault(number, Attendee(number, key, profession, tuple(Site(c) for c in communes)))
    found = crowd(*((event, people[number]) for event, number, _, _ in lines))
    total = counted(found)
    by_place = [counted(found, By.PLACE, place) for place in (SARTHE, MAYENNE)]
    by_profession = [counted(found, By.PROFESSION, code) for code in ("70", "91")]
    assert total == set().union(*by_place) == set().union(*by_profession)
    assert not total & set(found.others)
    assert total <= {p.key for p in people.values()}
    assert found.known <= found.present == len(total) + len(found.others)
    # The same people asked about one département: the row of the table and the page it leads to agree.
    narrow = crowd(
        *((event, people[number]) for event, number, _, _ in lines),
        question=Question(YEAR, SARTHE, QUESTION.professions),
    )
    assert counted(narrow) == by_place[0]
