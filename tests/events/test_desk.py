"""The animator's pages: publishing takes one form, two editors lose nothing, nothing leaves the territory."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event, EventKind, HalfDay
from tests.people_of_the_tests import People, event, territory

NEW = "/animation/evenements/nouveau?kind=study_morning"
PARIS = ZoneInfo("Europe/Paris")


def words(response: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def the_event() -> Event:
    db.session.rollback()
    return db.session.scalars(sa.select(Event)).one()


def filled_in(page: str) -> dict[str, str]:
    """What a form holds as it is shown, as a browser would send it."""
    values = {}
    for tag in re.findall(r"<(?:input|option)[^>]*>", page):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if tag.startswith("<input") and (
            attributes.get("type") not in {"radio", "checkbox", "submit"} or re.search(r"\bchecked\b", tag)
        ):
            values[attributes.get("name", "")] = unescape(attributes.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL):
        values[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option[^>]*selected[^>]*value="([^"]*)"', options)
        first = re.search(r'<option[^>]*value="([^"]*)"', options)
        values[name] = (chosen or first or ["", ""])[1]
    return values


def test_a_study_morning_is_published_with_one_form_and_six_fields(client: Any, people: People, sign_in: Any) -> None:
    sign_in(people.bob)
    page = client.get(NEW)
    assert page.status_code == 200
    typed = {
        "title": "Oralité et rééducation",
        "day_0": "2027-01-14",
        "commune": "Angers",
        "venue_name": "Maison des associations",
        "capacity": "30",
    }
    answer = client.post(NEW, data={**filled_in(page.text), **typed, "action": "publish"})
    made = the_event()
    assert (answer.status_code, answer.location) == (303, f"/animation/evenements/{made.id}")
    assert (made.status, made.capacity, made.key_event) == ("published", 30, True)
    assert made.starts_at == datetime(2027, 1, 14, 9, 0, tzinfo=PARIS)
    assert made.ends_at == datetime(2027, 1, 14, 12, 30, tzinfo=PARIS)
    assert made.territory_id == territory("department", "49").id
    assert "est publié" in words(client.get(answer.location))
    assert "Oralité et rééducation" in client.get("/agenda").text


def test_the_kind_is_asked_when_it_is_not_said(client: Any, people: People, sign_in: Any) -> None:
    sign_in(people.bob)
    with unit_of_work():
        db.session.add(
            EventKind(code="seminar", name_fr="Séminaire", name_en="Seminar", duration_minutes=210, half_days=4)
        )
    page = client.get("/animation/evenements/nouveau")
    assert "?kind=seminar" in page.text
    assert client.get("/animation/evenements/nouveau?kind=unknown").status_code == 404
    assert client.get("/animation/evenements/nouveau?kind=seminar").text.count('type="date"') == 4


def test_a_half_day_is_added_without_script_and_nothing_is_kept(
    client: Any, people: People, form: dict[str, str], sign_in: Any
) -> None:
    sign_in(people.bob)
    answer = client.post(NEW, data={**form, "action": "add"})
    assert answer.status_code == 422
    assert answer.text.count('type="date"') == 2
    assert 'value="Oralité et rééducation"' in answer.text
    assert "error-summary" not in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Event)) == 0
    second = {"day_1": "2027-01-14", "starts_1": "14:00", "ends_1": "17:00"}
    assert client.post(NEW, data={**form, **second}).status_code == 303
    assert [half.ends_at.astimezone(PARIS).hour for half in the_event().half_days] == [12, 17]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"title": ""}, "title", "titre"),
        ({"title": "x" * 5000}, "title", "200 caractères"),
        ({"title": "Un\ndeux"}, "title", "seule ligne"),
        ({"venue_name": "Salle\n2"}, "venue_name", "seule ligne"),
        ({"mode": "hybrid", "online_url": "visio"}, "online_url", "https://"),
        ({"day_0": ""}, "day_0", "Donnez la date"),
        ({"day_0": "2027-02-31"}, "day_0", "n’existe pas"),
        ({"day_0": "demain"}, "day_0", "n’existe pas"),
        ({"day_0": "2025-01-14"}, "day_0", "passée"),
        ({"starts_0": "", "ends_0": ""}, "starts_0", "Donnez l’heure"),
        ({"starts_0": "25:00"}, "starts_0", "Une heure"),
        ({"ends_0": "08:00"}, "ends_0", "avant le début"),
        ({"day_0": "2027-03-28", "starts_0": "02:30"}, "starts_0", "n’existe pas"),
        ({"day_0": "2027-10-31", "starts_0": "02:30"}, "starts_0", "deux fois"),
        ({"capacity": "0"}, "capacity", ""),
        ({"capacity": "-3"}, "capacity", ""),
        ({"capacity": "many"}, "capacity", "Un nombre entier, en chiffres."),
        ({"capacity": "3,5"}, "capacity", "Un nombre entier, en chiffres."),
        ({"commune": ""}, "commune", "quelle commune"),
        ({"commune": "Xyzzy"}, "commune", "Aucune commune"),
        ({"territory_id": "999999"}, "territory_id", ""),
        ({"audience": "nobody"}, "audience", ""),
    ],
)
def test_each_fault_gets_its_sentence_on_its_field(
    client: Any, people: People, form: dict[str, str], sign_in: Any, changes: dict[str, str], field: str, said: str
) -> None:
    sign_in(people.bob)
    answer = client.post(NEW, data={**form, **changes})
    assert answer.status_code == 422
    error = re.search(rf'id="{field}-error">(.*?)</p>', answer.text)
    assert error, f"no sentence on {field}"
    assert said in unescape(error[1])
    assert "compris" not in error[1] or said == "", "the bounds of what is no number say nothing"
    assert 'value="40"' in answer.text or "capacity" in changes, "what was typed is still there"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Event)) == 0


@pytest.mark.parametrize("hour", ["9:00", "9h00", "9 h 00", "09:00:00"])
def test_hours_may_be_typed_as_one_writes_them(
    client: Any, people: People, form: dict[str, str], sign_in: Any, hour: str
) -> None:
    sign_in(people.bob)
    assert client.post(NEW, data={**form, "day_0": "14/01/2027", "starts_0": hour}).status_code == 303
    assert the_event().starts_at == datetime(2027, 1, 14, 9, 0, tzinfo=PARIS)


def test_the_second_of_two_editors_loses_nothing(client: Any, people: People, sign_in: Any) -> None:
    with unit_of_work():
        number = event(people).id
    sign_in(people.bob)
    address = f"/animation/evenements/{number}/modifier"
    mine = filled_in(client.get(address).text)
    theirs = {**mine, "venue_name": "Salle du bas", "action": "save"}
    assert client.post(address, data=theirs).status_code == 303

    answer = client.post(
        address, data={**mine, "title": "Écrire, encore", "venue_name": "Salle du haut", "action": "save"}
    )
    assert answer.status_code == 422
    page = words(answer)
    assert "Quelqu’un d’autre a modifié" in page
    assert "Salle du bas" in page, "what the other wrote"
    assert 'value="Salle du haut"' in answer.text, "what I wrote"
    assert the_event().venue_name == "Salle du bas"

    assert client.post(address, data={**filled_in(answer.text), "action": "save"}).status_code == 303
    assert (the_event().venue_name, the_event().title) == ("Salle du haut", "Écrire, encore")


def test_what_the_other_editor_changed_alone_is_taken_over(client: Any, people: People, sign_in: Any) -> None:
    """A new date and a presentation stand, although the second editor was shown the old ones."""
    with unit_of_work():
        number = event(people).id
    sign_in(people.bob)
    address = f"/animation/evenements/{number}/modifier"
    mine = filled_in(client.get(address).text)
    theirs = {**mine, "day_0": "2027-02-03", "summary": "Une ligne.\n\nUne autre.", "speakers": "Rose"}
    more = {"action": "save", "day_1": "2027-02-04", "starts_1": "09:00", "ends_1": "12:00", "number_1": ""}
    assert client.post(address, data={**theirs, **more}).status_code == 303

    answer = client.post(address, data={**mine, "speakers": "Paul", "mode": "online", "action": "save"})
    page = words(answer)
    assert answer.status_code == 422
    assert "Une ligne. Une autre." in page, "taken over, and said so"
    assert "Rose" in page, "written by both"
    assert "Sur place" not in page.partition("Modifié entre-temps")[2].partition("Titre")[0], "changed here alone"

    assert client.post(address, data={**filled_in(answer.text), "action": "save"}).status_code == 303
    made = the_event()
    assert [clocks.local_date(half.starts_at, made.zone).day for half in made.half_days] == [3, 4]
    assert (made.summary, made.speakers, made.mode) == ("Une ligne.\n\nUne autre.", "Paul", "online")


def test_a_form_sent_back_unchanged_changes_nothing(client: Any, people: People, sign_in: Any) -> None:
    with unit_of_work():
        made = event(people, seats_taken=3)
        made.half_days.append(
            HalfDay(starts_at=made.starts_at + timedelta(hours=5), ends_at=made.ends_at + timedelta(hours=5))
        )
        made.ends_at += timedelta(hours=5)
        number = made.id
    halves = [half.id for half in the_event().half_days]
    sign_in(people.bob)
    address = f"/animation/evenements/{number}/modifier"
    client.post(address, data={**filled_in(client.get(address).text), "action": "save"})
    after = the_event()
    assert [half.id for half in after.half_days] == halves
    assert (after.calendar_sequence, after.calendar_revision, after.commune.code) == (0, 0, "49007")


def test_seats_cannot_be_taken_back(client: Any, people: People, sign_in: Any) -> None:
    with unit_of_work():
        number = event(people, capacity=10, seats_taken=8).id
    sign_in(people.bob)
    address = f"/animation/evenements/{number}/modifier"
    answer = client.post(address, data={**filled_in(client.get(address).text), "capacity": "5", "action": "save"})
    assert answer.status_code == 422
    assert "8 places sont déjà prises" in words(answer)
    assert the_event().capacity == 10


def test_before_cancelling_one_sees_who_is_told(client: Any, people: People, sign_in: Any) -> None:
    with unit_of_work():
        number = event(people, capacity=2, seats_taken=2, waiting=1).id
    sign_in(people.bob)
    address = f"/animation/evenements/{number}/annuler"
    page = words(client.get(address))
    assert "2 personnes inscrites reçoivent" in page
    assert "1 personne en liste d’attente" in page
    assert the_event().status == "published", "a page that shows does not act"
    assert client.post(address, data={"reason": "x" * 301}).status_code == 422
    assert client.post(address, data={"reason": "Salle fermée."}).status_code == 303
    assert "3 personnes sont prévenues" in words(client.get(f"/animation/evenements/{number}"))
    assert (the_event().status, the_event().cancellation_reason) == ("cancelled", "Salle fermée.")
    assert "Salle fermée." in client.get(f"/animation/evenements/{number}").text


def test_cancelling_tells_of_nobody_who_is_not_there(client: Any, people: People, sign_in: Any) -> None:
    with unit_of_work():
        number = event(people, capacity=10, seats_taken=2, waiting=0).id
    sign_in(people.bob)
    address = f"/animation/evenements/{number}/annuler"
    assert "en liste d’attente" not in words(client.get(address))
    with unit_of_work():
        the_event().seats_taken = 0
    assert "aucun courriel ne part" in words(client.post(address, follow_redirects=True))


def test_publishing_from_the_form_says_so(client: Any, people: People, sign_in: Any) -> None:
    """A copy whose date is right is published as it is: nothing was typed, and yet something happened."""
    with unit_of_work():
        number = event(people, status="draft").id
    sign_in(people.bob)
    address = f"/animation/evenements/{number}/modifier"
    form = {**filled_in(client.get(address).text), "action": "publish"}
    assert "est publié" in words(client.post(address, data=form, follow_redirects=True))


def test_a_copy_takes_one_press(client: Any, people: People, sign_in: Any) -> None:
    with unit_of_work():
        number = event(people).id
    sign_in(people.bob)
    answer = client.post(f"/animation/evenements/{number}/dupliquer")
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert 'value="2027-01-21"' in page.text
    assert client.post(f"/animation/evenements/{number}/dupliquer").location == answer.location, "pressed twice"


def test_a_draft_is_published_from_its_page(client: Any, people: People, sign_in: Any) -> None:
    with unit_of_work():
        number = event(people, status="draft", published_at=None, commune_id=None).id
    sign_in(people.bob)
    address = f"/animation/evenements/{number}/publier"
    assert client.post(address).location.endswith("/modifier"), "it lacks a place"
    with unit_of_work():
        db.session.execute(sa.update(Event).values(commune_id=territory("commune", "49007").id))
    assert client.post(address).location == f"/animation/evenements/{number}"
    assert the_event().status == "published"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("get", "/modifier"),
        ("post", "/modifier"),
        ("get", "/annuler"),
        ("post", "/annuler"),
        ("post", "/publier"),
        ("post", "/dupliquer"),
        ("get", "/inscriptions"),
        ("post", "/inscriptions"),
        ("post", "/inscriptions/1/retirer"),
    ],
)
def test_another_territorys_event_does_not_exist(
    client: Any, people: People, sign_in: Any, method: str, path: str
) -> None:
    with unit_of_work():
        number = event(people).id
    address = f"/animation/evenements/{number}{path}"
    call = getattr(client, method)
    assert call(address).location.startswith("/connexion")
    sign_in(people.charlie)
    assert call(address).status_code == 404
    sign_in(people.diane_account)
    assert call(address).status_code in {403, 404}
    assert the_event().status == "published"
    sign_in(people.bob)
    assert call(address.replace(str(number), "999")).status_code == 404


def test_an_animator_holds_events_in_their_own_territory_only(
    client: Any, people: People, form: dict[str, str], sign_in: Any
) -> None:
    sign_in(people.charlie)
    assert client.post(NEW, data=form).status_code == 422
    assert f'value="{territory("department", "44").id}"' in client.get(NEW).text


def test_the_week_shows_what_there_is_to_do(client: Any, people: People, sign_in: Any) -> None:
    now = clocks.now()
    with unit_of_work():
        event(people, "Brouillon à publier", status="draft", published_at=None)
        event(people, "Presque plein", capacity=10, seats_taken=9)
        event(people, "À clore", starts_at=now - timedelta(days=2))
        event(people, "Ailleurs", territory_id=territory("department", "44").id, status="draft")
        closed = event(people, "Déjà clos", starts_at=now - timedelta(days=3))
        closed.half_days[0].closed_at = now
    sign_in(people.bob)
    page = words(client.get("/animation"))
    assert "À publier : 1. Presque complets : 1. Émargements à clore : 1." in page
    for title in ("Brouillon à publier", "Presque plein", "À clore"):
        assert title in page
    assert "Ailleurs" not in page
    sign_in(people.diane_account)
    assert client.get("/animation").status_code == 403


def test_an_empty_week_says_what_to_do_first(client: Any, people: People, sign_in: Any) -> None:
    sign_in(people.bob)
    page = client.get("/animation")
    assert "tout est à jour" in words(page)
    first = db.session.scalars(sa.select(EventKind).order_by(EventKind.id)).first()
    assert first
    assert f"Commencez par « {first.name_fr} »" in words(page), "the organisation's own word, whichever it is"
    assert f"/animation/evenements/nouveau?kind={first.code}" in page.text


def test_the_week_costs_the_same_with_many_events(client: Any, people: People, sign_in: Any, queries: Any) -> None:
    now = clocks.now()

    def add(mark: str, count: int) -> None:
        with unit_of_work():
            for n in range(count):
                event(people, f"{mark} draft {n}", status="draft")
                event(people, f"{mark} full {n}", starts_at=now + timedelta(days=5 + n), capacity=5, seats_taken=5)
                event(people, f"{mark} open {n}", starts_at=now - timedelta(days=5 + n))

    add("Few", 2)
    sign_in(people.bob)
    client.get("/animation")
    with queries:
        client.get("/animation")
    few = len(queries)
    add("Many", 20)
    with queries:
        client.get("/animation")
    assert len(queries) == few
    assert few <= 24


def test_an_event_is_held_inside_the_organisation(sign_in: Any, people: People) -> None:
    """Alice has her right everywhere; the neighbouring regions we know the communes of are not ours for that."""
    page = sign_in(people.alice).get(NEW).text
    assert "Maine-et-Loire" in page
    assert "Bretagne" not in page


def test_the_desk_shows_what_comes_next_and_all_of_it_when_asked(client: Any, people: People, sign_in: Any) -> None:
    with unit_of_work():
        for number in range(10):
            event(people, title=f"Rencontre {number}", slug=f"rencontre-{number}")
    sign_in(people.bob)
    shown = client.get("/animation")
    assert shown.text.count('href="/animation/evenements/') < 10
    assert "Les 8 prochains sur 10" in words(shown)
    address = unescape(re.search(r'href="(/animation\?[^"#]*)#coming"', shown.text)[1])  # type: ignore[index]
    whole = words(client.get(address))
    assert all(f"Rencontre {number}" in whole for number in range(10))
    assert "Tout voir" not in whole


def test_what_is_published_leads_to_inviting(client: Any, people: People, sign_in: Any) -> None:
    with unit_of_work():
        number = event(people, mode="hybrid", capacity=25, online_capacity=None).id
    sign_in(people.bob)
    page = client.get(f"/animation/evenements/{number}")
    assert f'href="/animation/evenements/{number}/invites/choisir"' in page.text
    assert "sur place : 25 ; en ligne : autant qu’il en vient" in words(page).replace("\u202f", " ")
    with unit_of_work():
        db.session.get_one(Event, number).status = "draft"
    assert "/invites/choisir" not in client.get(f"/animation/evenements/{number}").text
