"""Kinds of meetings on screen: what they propose, their order, and that none is lost while it is used."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event, EventKind
from tests.events.test_desk import filled_in, words
from tests.people_of_the_tests import People, event

LIST = "/administration/types-de-rencontre"
OUTREACH = {
    "name_fr": "Tournée d’aller vers",
    "purpose_fr": "Aller où sont les gens.",
    "starts_at": "10h",
    "duration_minutes": "120",
    "half_days": "1",
    "attendance": "headcount",
    "audience": "public",
}


def the_kind(name: str) -> EventKind:
    db.session.rollback()
    return db.session.scalars(sa.select(EventKind).filter_by(name_fr=name)).one()


def order() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(EventKind.name_fr).order_by(EventKind.position)))


def test_a_kind_is_added_proposed_moved_and_archived(client: Any, people: People, sign_in: Any) -> None:
    sign_in(people.alice)
    assert "Matinée d’études" in client.get(LIST).text
    assert client.post(f"{LIST}/nouveau", data=OUTREACH).status_code == 303
    made = the_kind("Tournée d’aller vers")
    assert (made.code, made.name_en, made.starts_at, made.attendance) == (
        "tourneedallervers", "Tournée d’aller vers", "10:00", "headcount",
    )  # fmt: skip
    assert "Tournée d’aller vers" in client.get("/animation/evenements/nouveau").text
    client.post(f"{LIST}/{made.id}/deplacer", data={"to": "up"})
    assert order() == ["Tournée d’aller vers", "Matinée d’études"]
    client.post(f"{LIST}/{made.id}/deplacer", data={"to": "down"})
    assert order() == ["Matinée d’études", "Tournée d’aller vers"]

    answer = client.post(f"{LIST}/{made.id}/archiver", data={"archived": "1"}, follow_redirects=True)
    assert "n’est plus proposé" in words(answer)
    assert client.get(f"/animation/evenements/nouveau?kind={made.code}").status_code == 404
    client.post(f"{LIST}/{made.id}/archiver", data={"archived": "0"})
    assert client.get(f"/animation/evenements/nouveau?kind={made.code}").status_code == 200


def test_what_a_kind_sets_is_found_in_the_next_event(
    client: Any, people: People, sign_in: Any, form: dict[str, str]
) -> None:
    sign_in(people.alice)
    address = f"{LIST}/{people.kind_id}"
    values = filled_in(client.get(address).text)
    said = {"starts_at": "14:15", "duration_minutes": "90", "capacity": "12", "carpool": "y", "colleagues": "y"}
    said |= {"closes_hours_before": "24", "offer_hours": "48", "stop_hours": "6"}
    said |= {"attendance": "by_name", "audience": "public"}
    assert client.post(address, data={**values, **said}).status_code == 303
    kind = the_kind("Matinée d’études")
    assert (kind.attendance, kind.closes_hours_before, kind.carpool) == ("by_name", 24, True)
    page = client.get("/animation/evenements/nouveau?kind=study_morning").text
    fields = filled_in(page)
    assert (fields["starts_0"], fields["ends_0"], fields["capacity"]) == ("14:15", "15:45", "12")
    assert fields["carpool"] == "y"
    sign_in(people.bob)
    client.post("/animation/evenements/nouveau?kind=study_morning", data=form)
    made = db.session.scalars(sa.select(Event)).one()
    assert (made.offer_hours, made.stop_hours, made.colleagues) == (48, 6, True)


def test_a_kind_archived_while_its_form_is_open_still_takes_the_event(
    client: Any, people: People, sign_in: Any, form: dict[str, str]
) -> None:
    with unit_of_work():
        db.session.get_one(EventKind, people.kind_id).archived = True
    sign_in(people.bob)
    address = "/animation/evenements/nouveau?kind=study_morning"
    assert client.get(address).status_code == 404
    assert client.post(address, data=form).status_code == 303
    assert db.session.scalars(sa.select(Event.status)).one() == "published"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name_fr", "x" * 5000, "80"),
        ("name_fr", "  ", "Donnez un nom"),
        ("name_fr", "Deux\nlignes", "une seule ligne"),
        ("starts_at", "25:99", "heure"),
        ("duration_minutes", "900", "840"),
        ("duration_minutes", "840", "minuit"),
        ("half_days", "0", "30"),
        ("capacity", "9999999999", "5000"),
        ("closes_hours_before", "-1", "720"),
        ("offer_hours", "0", "une heure"),
        ("attendance", "guessed", "choix"),
        ("key_event", "y", "par leur nom"),
    ],
)
def test_what_no_kind_can_be_is_refused_in_a_sentence(
    client: Any, people: People, sign_in: Any, field: str, value: str, sentence: str
) -> None:
    sign_in(people.alice)
    answer = client.post(f"{LIST}/nouveau", data={**OUTREACH, field: value})
    assert answer.status_code == 422
    assert sentence in " ".join(re.findall(r'class="error"[^>]*>([^<]*)', answer.text)), words(answer)
    assert db.session.scalar(sa.select(sa.func.count(EventKind.id))) == 1


def test_a_kind_with_lists_of_names_keeps_its_way_of_counting(client: Any, people: People, sign_in: Any) -> None:
    with unit_of_work():
        event(people, "Oralité", seats_taken=3)
    sign_in(people.alice)
    values = filled_in(client.get(f"{LIST}/{people.kind_id}").text)
    data = {**values, "attendance": "headcount", "audience": "public", "key_event": ""}
    data.pop("key_event")
    answer = client.post(f"{LIST}/{people.kind_id}", data=data)
    assert answer.status_code == 422
    assert "leurs listes seraient perdues" in words(answer)
