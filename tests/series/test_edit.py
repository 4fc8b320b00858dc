"""Changing "this one, this and following, all": what is applied where, and who is told."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import clock as clocks
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.events.models_series import EventSeries
from cop.invitations.jobs import JOBS as INVITATIONS
from cop.registrations import service as registrations
from tests.people_of_the_tests import PARIS, person
from tests.series.conftest import boxes

SHOWN = ("title", "mode", "venue_name", "capacity", "audience", "summary")


@pytest.fixture
def series(repeat: Any, app: Any) -> list[int]:
    """Six 3rd Thursdays from January to June 2027, one person registered for each of the first three."""
    assert repeat().status_code == 303
    db.session.rollback()
    numbers = list(db.session.scalars(sa.select(Event.id).order_by(Event.starts_at)))
    with unit_of_work():
        for n, number in enumerate(numbers[:3]):
            who = person(f"Nom{n}", "Essai", email=f"n{n}@cabinet.example")
            registrations.register(db.session.get_one(Event, number), who, now=datetime(2026, 11, 20, 9, tzinfo=PARIS))
    return numbers


def event(number: int) -> Event:
    db.session.rollback()
    return db.session.get_one(Event, number, populate_existing=True)


def lines(numbers: list[int]) -> list[str]:
    return [event(number).local_start.strftime("%a %d/%m %H:%M") for number in numbers]


def fields(number: int, **changes: str) -> dict[str, str]:
    """The form of a meeting as its page shows it, with some of it changed."""
    found = event(number)
    half = found.half_days[0]
    first, last = (moment.astimezone(PARIS) for moment in (half.starts_at, half.ends_at))
    kept = {name: str(getattr(found, name) or "") for name in SHOWN}
    kept |= {"territory_id": str(found.territory_id), "commune": "Angers (49000)", "version": str(found.version)}
    kept |= {"day_0": f"{first:%Y-%m-%d}", "starts_0": f"{first:%H:%M}", "ends_0": f"{last:%H:%M}"}
    return {**kept, "number_0": str(half.id), "key_event": "y", "scope": "following", **changes}


def change(bob: Any, number: int, **changes: str) -> str:
    """See what would change, then do it; the page that showed it."""
    address, sent = f"/animation/evenements/{number}/serie/modifier", fields(number, **changes)
    shown = bob.post(address, data={**sent, "action": "save"})
    assert shown.status_code == 422
    seen = shown.text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    answer = bob.post(address, data={**sent, "action": "apply", "seen": seen})
    assert answer.status_code == 303, answer.text
    return str(shown.text)


def told(clock: Any, outbox: Any) -> Counter[str]:
    before = len(outbox())
    clock.advance(minutes=6)
    for job in INVITATIONS:
        jobs.run(job)
    return Counter(f"{mail.kind} {mail.recipient}" for mail in outbox()[before:])


def test_the_day_and_the_hour_move_across_the_change_of_clocks(
    bob: Any, series: list[int], clock: Any, outbox: Any
) -> None:
    page = change(bob, series[1], day_0="2027-02-19", starts_0="14:00", ends_0="17:00")
    assert "5 rencontres changeraient" in page
    assert "2 inscriptions sont prévenues par courriel" in page
    assert lines(series) == [
        "Thu 21/01 09:00", "Fri 19/02 14:00", "Fri 19/03 14:00", "Fri 16/04 14:00", "Fri 21/05 14:00",
        "Fri 18/06 14:00",
    ]  # fmt: skip
    assert told(clock, outbox) == {
        "invitations.update n1@cabinet.example": 1, "invitations.update n2@cabinet.example": 1,
    }, "the first date did not change: nobody of it is written to"  # fmt: skip
    assert [event(number).detached for number in series] == [False] * 6
    assert db.session.scalars(sa.select(EventSeries)).one().rule["shift"] == 1


def test_a_seat_that_is_offered_is_told_nothing_and_is_no_registration(
    bob: Any, series: list[int], clock: Any, outbox: Any
) -> None:
    with unit_of_work():
        held, now = db.session.get_one(Event, series[1]), clocks.now()
        held.capacity, held.offer_hours = 1, 4
        waits = person("Attend", "Essai", email="attend@cabinet.example")
        registrations.register(held, waits, now=now)
        held.capacity = 2
        registrations.promote(held, now)
    shown = bob.get(f"/animation/series/{event(series[1]).series_id}").text
    assert shown.count("1 place proposée") == 1
    assert shown.count("1 inscrit·e") == 3
    page = change(bob, series[1], scope="all", venue_name="Mairie")
    assert "3 inscriptions sont prévenues par courriel" in page
    assert sum(count for kind, count in told(clock, outbox).items() if kind.startswith("invitations.update")) == 3


def test_what_was_changed_by_hand_stays(bob: Any, series: list[int], clock: Any, outbox: Any) -> None:
    by_hand = {**fields(series[2], day_0="2027-03-25", venue_name="Médiathèque"), "action": "save"}
    assert bob.post(f"/animation/evenements/{series[2]}/modifier", data=by_hand).status_code == 303
    assert event(series[2]).detached
    told(clock, outbox)
    change(bob, series[0], scope="all", venue_name="Salle des fêtes", starts_0="10:00", ends_0="12:30", title="Autre")
    assert [event(number).venue_name for number in series] == ["Salle des fêtes"] * 2 + ["Médiathèque"] + [
        "Salle des fêtes"
    ] * 3
    assert {event(number).title for number in series} == {"Autre"}, "the title was the same there: it follows"
    assert lines(series)[1:4] == ["Thu 18/02 10:00", "Thu 25/03 10:00", "Thu 15/04 10:00"]
    change(bob, series[0], scope="all", venue_name="Mairie", over_all="y")
    assert {event(number).venue_name for number in series} == {"Mairie"}
    assert lines(series)[2] == "Thu 25/03 10:00", "its day was not what was changed"
    change(bob, series[0], scope="all", day_0="2027-01-22", over_all="y")
    assert lines(series)[1:4] == ["Fri 19/02 10:00", "Fri 19/03 10:00", "Fri 16/04 10:00"]
    assert not event(series[2]).detached


def test_this_one_alone_and_past_ones_untouched(
    bob: Any, series: list[int], clock: Any, outbox: Any, sign_in: Any, people: Any
) -> None:
    change(bob, series[1], scope="this", venue_name="Mairie")
    assert [event(number).venue_name for number in series].count("Mairie") == 1
    assert told(clock, outbox) == {"invitations.update n1@cabinet.example": 1}
    clock.set("2027-03-01 08:00")
    sign_in(people.bob)
    change(bob, series[3], scope="all", summary="Nouveau")
    assert [event(number).summary for number in series] == ["", "", *["Nouveau"] * 4]
    assert told(clock, outbox) == {}, "a new presentation moves nobody"


def test_a_changed_form_is_shown_again(bob: Any, series: list[int]) -> None:
    address = f"/animation/evenements/{series[1]}/serie/modifier"
    sent = fields(series[1], venue_name="Mairie")
    shown = bob.post(address, data={**sent, "action": "save"}).text
    assert 'aria-labelledby="would" tabindex="-1" autofocus' in shown, "what would change takes the focus"
    seen = shown.split('name="seen"')[1].split('value="')[1].split('"')[0]
    again = bob.post(address, data={**sent, "venue_name": "Gare", "action": "apply", "seen": seen})
    assert again.status_code == 422
    stale = bob.post(address, data={**sent, "version": "0", "action": "save"})
    assert stale.status_code == 422
    small = bob.post(address, data={**fields(series[1], capacity="0"), "action": "save"})
    assert small.status_code == 422
    assert {event(number).venue_name for number in series} == {"Maison des associations"}


def test_two_animators_at_once(bob: Any, series: list[int]) -> None:
    address = f"/animation/evenements/{series[1]}/serie/modifier"
    mine = fields(series[1], venue_name="Mairie")
    shown = bob.post(address, data={**mine, "action": "save"}).text
    seen = shown.split('name="seen"')[1].split('value="')[1].split('"')[0]
    change(bob, series[1], scope="this", venue_name="Gare")
    late = bob.post(address, data={**mine, "action": "apply", "seen": seen})
    assert late.status_code == 422
    assert "Gare" in late.text
    assert event(series[2]).venue_name == "Maison des associations"


def test_cancelling_the_following_ones(bob: Any, series: list[int], clock: Any, outbox: Any) -> None:
    address = f"/animation/evenements/{series[1]}/serie/annuler"
    page = bob.get(address).text
    assert "5 rencontres, 2 inscriptions prévenues par courriel" in page.replace("\u00a0", " ")
    assert "est annulée pour tout le monde" in page, "the mail is shown before it leaves"
    assert bob.post(address, data={"scope": "following", "reason": "Salle fermée."}).status_code == 303
    assert [event(number).status for number in series] == ["published", *["cancelled"] * 5]
    assert set(told(clock, outbox)) == {
        "invitations.cancellation n1@cabinet.example", "invitations.cancellation n2@cabinet.example",
    }  # fmt: skip


def test_extending_and_exceptions(bob: Any, series: list[int], queries: Any) -> None:
    number = event(series[0]).series_id
    address = f"/animation/series/{number}"
    assert bob.post(f"{address}/sortir/{series[5]}").status_code == 303
    assert event(series[5]).series_id is None
    shown = bob.post(f"{address}/prolonger", data={"count": "3", "action": "preview"}).text
    days = ["2027-07-15", "2027-08-19", "2027-09-16"]
    assert all(f'value="{day}"' in shown for day in days), "after the last day of the rule, taken out or not"
    sent = {"count": "3", "action": "draft", "shown": ",".join(days), "date": days[:2]}
    assert bob.post(f"{address}/prolonger", data=sent).status_code == 303
    assert bob.post(f"{address}/remettre/{series[5]}").status_code == 303
    assert (event(series[5]).series_id, event(series[5]).series_position) == (number, 6)
    with queries as few:
        bob.get(address)
    eight = len(few)
    more = {"count": "24", "action": "preview"}
    dates = boxes(bob.post(f"{address}/prolonger", data=more).text)
    made = {**more, "action": "draft", "shown": ",".join(dates), "date": dates}
    assert bob.post(f"{address}/prolonger", data=made).status_code == 303
    with queries as many:
        page = bob.get(address).text
    assert page.count("<tr role") > 30
    assert len(many) == eight


def test_a_bad_rule_says_so(repeat: Any, bob: Any, event_id: int) -> None:
    address = f"/animation/evenements/{event_id}/repeter"
    rule = {"every": "weekday", "nth": "3", "weekday": "3", "day": "21", "interval": "1", "action": "preview"}
    for changes, words in (
        ({"until": "2026-12-01"}, "La fin arrive avant la première date."),
        ({"until": "2027-01-22"}, "ne donne aucune autre date"),
        ({"every": "week", "until": "2036-01-01"}, "plus de soixante dates"),
        ({"every": "week", "count": "400"}, "60"),
        ({}, "Dites jusqu’à quand"),
        ({"interval": "0", "count": "3"}, "De 1 à 26."),
        ({"every": "day", "day": "32", "count": "3"}, "31"),
        ({"every": "fortnight", "count": "3"}, "every"),
        ({"until": "2027-02-31"}, "n’existe pas"),
    ):
        answer = bob.post(address, data={**rule, **changes})
        assert answer.status_code == 422
        assert words in answer.text, changes
    page = bob.post(address, data={**rule, "every": "day", "day": "31", "count": "4"}).text
    assert "Février 2027, Avril 2027" in page
    nothing = bob.post(address, data={**rule, "count": "3", "action": "publish", "shown": "2027-02-18,2027-03-18"})
    assert "Choisissez au moins une date." in nothing.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(EventSeries)) == 0


def test_an_hour_that_does_not_exist_is_skipped_with_a_word(bob: Any, event_id: int) -> None:
    with unit_of_work():
        night = datetime(2027, 3, 21, 2, 30, tzinfo=PARIS)
        found = db.session.get_one(Event, event_id)
        found.starts_at, found.ends_at = night, night + timedelta(hours=2)
        found.half_days[0].starts_at, found.half_days[0].ends_at = night, night + timedelta(hours=2)
    rule = {"every": "week", "nth": "1", "weekday": "6", "interval": "1", "count": "3", "action": "preview"}
    page = bob.post(f"/animation/evenements/{event_id}/repeter", data=rule).text
    assert "n’existe pas" in page
    days = ["2027-03-28", "2027-04-04"]
    made = {**rule, "action": "publish", "shown": ",".join(days), "date": days}
    assert bob.post(f"/animation/evenements/{event_id}/repeter", data=made).status_code == 303
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).where(Event.series_id.is_not(None))) == 2
