"""Creating, changing, publishing, cancelling, copying: what is kept, what is told, what is refused."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cop.activity.models import ActivityEntry
from cop.activity.service import Actor
from cop.core import clock as clocks
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.events import queries, service
from cop.events.models import Event, EventKind
from cop.events.rules import Description, Span
from tests.people_of_the_tests import People, event, territory

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2027, 1, 14, 9, tzinfo=PARIS)


def describe(**changes: Any) -> Description:
    values: dict[str, Any] = {
        "title": "Oralité et rééducation",
        "half_days": (Span(START, START + timedelta(hours=3)),),
        "territory_id": territory("department", "49").id,
        "commune_id": territory("commune", "49007").id,
        "venue_name": "Maison des associations",
        "capacity": 40,
        "key_event": True,
    }
    return Description(**{**values, **changes})


def create(people: People, **changes: Any) -> int:
    with unit_of_work():
        kind = db.session.get_one(EventKind, people.kind_id)
        actor = Actor("account", people.bob_id)
        return service.create(kind, describe(**changes), actor=actor, now=clocks.now()).id


def read(number: int) -> Event:
    return db.session.get_one(Event, number, populate_existing=True)


def change(people: People, number: int, *, version: int | None = None, **changes: Any) -> frozenset[str]:
    with unit_of_work():
        row = read(number)
        after = replace(queries.description_of(row), **changes)
        actor = Actor("account", people.bob_id)
        return service.edit(row, after, version=version or row.version, actor=actor, now=clocks.now())


def publish(people: People, number: int) -> None:
    with unit_of_work():
        service.publish(read(number), actor=Actor("account", people.bob_id), now=clocks.now())


def cancel(number: int) -> None:
    with unit_of_work():
        service.cancel(read(number), "Grève.", actor=Actor("account", 1), now=clocks.now())


def told(number: int) -> tuple[int, int]:
    row = read(number)
    return row.calendar_sequence, row.calendar_revision


def test_a_new_event_is_a_draft_of_its_author(people: People) -> None:
    made = read(create(people))
    assert (made.status, made.organiser_id, made.slug) == ("draft", people.bob_id, "oralite-et-reeducation-2027-01-14")
    assert made.starts_at == START
    assert [half.ends_at for half in made.half_days] == [START + timedelta(hours=3)]


def test_pressing_twice_makes_one_event(people: People, clock: Any) -> None:
    first = create(people)
    assert create(people) == first
    clock.advance(minutes=3)
    second = create(people)
    assert second != first, "later it is meant: the same title, the same day"
    assert read(second).slug == "oralite-et-reeducation-2027-01-14-2"


def test_the_address_follows_a_draft_and_stays_once_published(people: People) -> None:
    number = create(people)
    change(people, number, title="Oralité")
    assert read(number).slug == "oralite-2027-01-14"
    publish(people, number)
    change(people, number, title="Autre chose")
    assert read(number).slug == "oralite-2027-01-14"


def test_what_calendars_are_told(people: People, clock: Any) -> None:
    number = create(people)
    change(people, number, venue_name="Salle 3")
    assert told(number) == (0, 0), "nobody knows of a draft"
    publish(people, number)
    clock.advance(hours=1)
    change(people, number, title="Oralité")
    assert told(number) == (0, 1), "a correction, no change of plans"
    change(people, number, venue_name="Salle 2")
    assert told(number) == (1, 2)
    moved = START + timedelta(days=1)
    change(
        people,
        number,
        half_days=(
            replace(
                queries.description_of(read(number)).half_days[0], starts_at=moved, ends_at=moved + timedelta(hours=3)
            ),
        ),
    )
    assert told(number) == (2, 3)
    assert read(number).changed_at == clocks.now()
    stamp = read(number).changed_at
    clock.advance(hours=1)
    change(people, number, capacity=50)
    assert (told(number), read(number).changed_at) == ((2, 3), stamp), "seats are nobody's calendar's business"
    cancel(number)
    assert told(number) == (3, 4)


def test_a_half_day_keeps_its_row_when_its_hours_change(people: People) -> None:
    number = create(people)
    span = queries.description_of(read(number)).half_days[0]
    evening = Span(START + timedelta(hours=9), START + timedelta(hours=11))
    change(people, number, half_days=(replace(span, starts_at=START + timedelta(hours=1)), evening))
    halves = read(number).half_days
    assert halves[0].id == span.number
    assert (read(number).starts_at, read(number).ends_at) == (START + timedelta(hours=1), evening.ends_at)
    change(people, number, half_days=(queries.description_of(read(number)).half_days[1],))
    assert [half.id for half in read(number).half_days] == [halves[1].id]


def test_the_second_of_two_editors_is_told(people: People) -> None:
    number = create(people)
    shown = read(number).version
    change(people, number, version=shown, venue_name="Salle 1")
    with pytest.raises(service.EditedMeanwhile):
        change(people, number, version=shown, venue_name="Salle 2")
    assert read(number).venue_name == "Salle 1"
    change(people, number, venue_name="Salle 2")
    assert read(number).venue_name == "Salle 2"


def test_seats_are_not_taken_from_those_who_have_one(people: People) -> None:
    with unit_of_work():
        number = event(people, capacity=10, seats_taken=8).id
    with pytest.raises(Refused) as refused:
        change(people, number, capacity=7)
    assert refused.value.field == "capacity"
    assert "8" in str(refused.value.message)
    assert read(number).version == 1, "nothing of a refused change stays"
    change(people, number, capacity=8)
    change(people, number, capacity=None)


def test_an_event_is_not_moved_to_the_past(people: People, clock: Any) -> None:
    number = create(people)
    yesterday = clocks.now() - timedelta(days=1)
    with pytest.raises(Refused) as refused:
        change(people, number, half_days=(Span(yesterday, yesterday + timedelta(hours=2)),))
    assert refused.value.field == "day_0"
    with pytest.raises(Refused):
        create(people, half_days=(Span(yesterday, yesterday + timedelta(hours=2)),))
    publish(people, number)
    clock.set("2027-01-20 09:00")
    change(people, number, summary="Ce que nous avons retenu.")
    with pytest.raises(Refused):
        change(people, number, half_days=(Span(START + timedelta(days=30), START + timedelta(days=30, hours=3)),))


def test_publishing_asks_for_a_place_and_a_future(people: People, clock: Any) -> None:
    nowhere = create(people, commune_id=None)
    with pytest.raises(Refused) as refused:
        publish(people, nowhere)
    assert refused.value.field == "commune"
    online = create(people, title="En ligne", commune_id=None, mode="online", online_url="https://visio.example/x")
    publish(people, online)
    publish(people, online)
    assert read(online).published_at == clocks.now()
    late = create(people, title="Trop tard")
    clock.set("2027-01-14 09:00")
    with pytest.raises(Refused):
        publish(people, late)


def test_a_cancelled_event_stays_cancelled(people: People) -> None:
    number = create(people)
    publish(people, number)
    cancel(number)
    cancel(number)
    assert told(number) == (1, 1)
    assert read(number).cancellation_reason == "Grève."
    with pytest.raises(Refused):
        publish(people, number)
    with pytest.raises(Refused):
        change(people, number, title="Autre")


def test_what_took_place_is_not_cancelled(people: People, clock: Any) -> None:
    number = create(people)
    publish(people, number)
    clock.set("2027-01-14 13:00")
    with pytest.raises(Refused):
        cancel(number)


def test_a_copy_is_a_draft_of_a_coming_week(people: People, clock: Any) -> None:
    number = create(people, capacity=12, summary="Pour qui débute.")
    publish(people, number)
    clock.set("2027-02-01 09:00")
    with unit_of_work():
        copy = service.duplicate(read(number), actor=Actor("account", people.alice_id), now=clocks.now()).id
    made = read(copy)
    assert (made.status, made.organiser_id, made.seats_taken) == ("draft", people.alice_id, 0)
    assert (made.title, made.capacity, made.summary) == ("Oralité et rééducation", 12, "Pour qui débute.")
    assert made.starts_at == datetime(2027, 2, 11, 9, tzinfo=PARIS)
    assert (made.calendar_sequence, made.published_at) == (0, None)


def test_every_act_is_in_the_activity_log(people: People) -> None:
    number = create(people)
    change(people, number, title="Oralité")
    publish(people, number)
    cancel(number)
    entries = db.session.scalars(sa.select(ActivityEntry).order_by(ActivityEntry.id)).all()
    assert [entry.action for entry in entries] == [
        "event.created",
        "event.changed",
        "event.published",
        "event.cancelled",
    ]
    assert entries[1].data == {"fields": ["title"]}
