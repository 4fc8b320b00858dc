"""What nobody means to send: each is told in a sentence, and nothing that was typed is lost."""

from datetime import time
from html import escape
from typing import Any

import pytest

from cop.attendance.models import Attendance
from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event, EventKind, HalfDay
from tests.events.test_desk import NEW, filled_in, the_event, words
from tests.people_of_the_tests import PARIS, People, event

BREAK = "Sur une seule ligne"
HOURS = (time(14, 0), time(17, 0))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"starts_0": "12:30", "ends_0": "09:00"}, "La fin vient avant le début"),
        ({"day_0": "2027-03-28", "starts_0": "02:30"}, "n’existe pas"),
        ({"day_0": "2027-10-31", "starts_0": "01:30", "ends_0": "02:30"}, "deux fois"),
        ({"day_0": "2027-02-31"}, "Cette date n’existe pas"),
        ({"day_0": "31/02/2027"}, "Cette date n’existe pas"),
        ({"starts_0": "25:00"}, "Une heure"),
        ({"day_0": "2026-11-19"}, "Cette date est passée"),
        ({"title": "T" * 5000}, "200 caractères"),
        ({"venue_name": "Maison\ndes associations"}, BREAK),
        ({"venue_address": "3 rue des Lices\r\nAngers"}, BREAK),
        ({"mode": "online", "online_url": "https://visio.example/\nx"}, BREAK),
        ({"mode": "online", "online_url": "javascript:alert(1)"}, "https://"),
        ({"capacity": "0"}, "1"),
        ({"capacity": "beaucoup"}, "nombre"),
        ({"mode": "hybrid", "online_capacity": "99999"}, "5000"),
        ({"venue_access": "x" * 1001}, "1000"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_each_is_told_and_nothing_typed_is_lost(
    client: Any, people: People, sign_in: Any, form: Any, typed: dict[str, str], said: str
) -> None:
    sign_in(people.bob)
    sent = {**form, "summary": "Une présentation longue à écrire", "objectives": "Un objectif", **typed}
    answer = client.post(NEW, data=sent)
    assert answer.status_code == 422
    assert said in words(answer), words(answer)
    assert "Une présentation longue à écrire" in answer.text
    assert "Un objectif" in answer.text
    for value in typed.values():
        assert escape(value.splitlines()[0])[:100] in answer.text, "what was wrong is there to be mended"
    assert not db.session.query(Event).count()


def test_half_days_left_without_date_are_told_before_publishing(
    client: Any, people: People, sign_in: Any, form: Any
) -> None:
    with unit_of_work():
        db.session.add(
            EventKind(code="seminar", name_fr="Séminaire", name_en="Seminar", duration_minutes=210, half_days=4)
        )
    sign_in(people.bob)
    new = "/animation/evenements/nouveau?kind=seminar"
    sent = filled_in(client.get(new).text) | form
    refused = client.post(new, data=sent)
    assert refused.status_code == 422
    assert words(refused).count("Cette demi-journée n’a pas de date") >= 3
    kept = client.post(new, data=sent | {"action": "draft"})
    assert "3 demi-journées sans date" in words(client.get(kept.location))
    emptied = {f"{name}_{row}": "" for row in (1, 2, 3) for name in ("starts", "ends")}
    with unit_of_work():
        db.session.delete(the_event())
    assert client.post(new, data=sent | emptied).status_code == 303, "emptied, they are left out on purpose"
    assert len(the_event().half_days) == 1


def test_a_half_day_that_holds_something_is_neither_removed_nor_taken_elsewhere(
    client: Any, people: People, sign_in: Any, clock: Any
) -> None:
    with unit_of_work():
        made = event(people)
        later = [clocks.at_local(made.local_start.date(), hour, PARIS) for hour in HOURS]
        made.half_days.append(HalfDay(starts_at=later[0], ends_at=later[1]))
        made.ends_at = later[1]
        db.session.flush()
        second = max(half.id for half in made.half_days)
        excused = {"state": "excused", "source": "list", "recorded_at": clocks.now()}
        db.session.add(Attendance(half_day_id=second, person_id=people.diane_id, **excused))
        number = made.id
    sign_in(people.bob)
    page = f"/animation/evenements/{number}/modifier"
    sent = filled_in(client.get(page).text)
    refused = client.post(page, data=sent | {"day_1": "", "title": "Un autre titre"})
    assert refused.status_code == 422
    assert "porte des présences ou des excuses" in words(refused)
    assert 'value="Un autre titre"' in refused.text
    assert len(the_event().half_days) == 2
    clock.set("2027-01-14 18:00")
    sign_in(people.bob)
    sent = filled_in(client.get(page).text)
    moved = client.post(page, data=sent | {"day_1": "2027-02-11"})
    assert moved.status_code == 422
    assert "Des présences ont été notées ce jour-là" in words(moved)
