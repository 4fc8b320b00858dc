"""Registering as a newcomer does: one page, one press, no account."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import clock as clocks
from cop.core import tokens
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.people.models import Person, PracticeSite
from cop.people.service import find_or_create
from cop.registrations import service
from cop.registrations.models import Registration
from tests.people_of_the_tests import PARIS, People, event
from tests.registrations.conftest import FORM


def text_of(response: Any) -> str:
    """The words of the page, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def link_in(mail: Any) -> str:
    found = re.search(r"/inscription/[\w.-]+", mail.text)
    assert found
    return found[0]


def registrations() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(Registration).order_by(Registration.id))
    return [(row.person.email or "", row.status) for row in rows]


def test_a_newcomer_registers_in_one_page_and_one_press(client: Any, slug: str, send: Any, outbox: Any) -> None:
    page = client.get(f"/evenements/{slug}")
    assert page.status_code == 200
    assert f'action="/evenements/{slug}/inscription"' in page.text

    answer = send()
    assert (answer.status_code, answer.location) == (303, f"/evenements/{slug}/inscription/merci")
    thanks = client.get(answer.location)
    assert "eve@cabinet.example" in thanks.text
    assert '<meta name="robots" content="noindex">' in thanks.text
    assert registrations() == [("eve@cabinet.example", "confirmed")]
    assert [mail.kind for mail in outbox()] == ["invitations.confirmation"]

    eve = db.session.scalars(sa.select(Person).filter_by(email="eve@cabinet.example")).one()
    assert (eve.full_name, eve.profession_code, eve.language) == ("Ève Éluard", "94", "fr")
    assert [site.commune.code for site in eve.sites] == ["49328"]
    assert eve.notice_version == 1


def test_the_personal_page_shows_cancels_and_brings_back(client: Any, send: Any, outbox: Any) -> None:
    send()
    link = link_in(outbox()[0])
    page = client.get(link)
    assert "Ève Éluard" in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert client.get(f"{link}/annuler").status_code in {404, 405}, "a link shows, it never acts"

    assert client.post(f"{link}/annuler").status_code == 303
    assert registrations() == [("eve@cabinet.example", "cancelled")]
    assert client.get(f"{link}/invitation.ics").status_code == 404
    assert f"{link}/revenir" in client.get(link).text
    back = client.post(f"{link}/revenir", follow_redirects=True)
    assert "Vous avez de nouveau une place" in text_of(back)
    assert registrations() == [("eve@cabinet.example", "confirmed")]


def test_the_calendar_file_bears_the_uid_of_the_invitation(client: Any, send: Any, outbox: Any) -> None:
    send()
    file = client.get(f"{link_in(outbox()[0])}/invitation.ics")
    uid = re.search(r"UID:(.*)\r\n", outbox()[0].calendar)
    assert uid
    assert file.content_type == "text/calendar; charset=utf-8"
    assert uid[0] in file.text


@pytest.mark.parametrize("subject", ["1:1:1", "x", "999:1", ""])
def test_a_wrong_link_is_not_found(client: Any, people: People, subject: str) -> None:
    assert client.get(f"/inscription/{tokens.sign('registration', subject)}").status_code == 404
    assert client.get(f"/inscription/{tokens.sign('else', subject)}").status_code == 404
    assert client.get("/inscription/not-a-token").status_code == 404
    assert client.post("/inscription/not-a-token/annuler").status_code == 404


def test_trying_links_is_slowed_down(client: Any, people: People) -> None:
    answers = {client.get(f"/inscription/guess-{n}").status_code for n in range(70)}
    assert answers == {404, 429}


def test_pressing_twice_makes_one_registration_and_the_same_answer(
    client: Any, send: Any, outbox: Any, slug: str
) -> None:
    pages = [text_of(client.get(send().location)) for _ in range(2)]
    assert pages[0] == pages[1]
    assert registrations() == [("eve@cabinet.example", "confirmed")]
    assert len(outbox()) == 1


@pytest.mark.parametrize("seats", [1, 2])
def test_who_types_anothers_address_does_not_learn_whether_they_had_registered(
    client: Any, send: Any, clock: Any, slug: str, seats: int
) -> None:
    """The answer for an address registered long ago is the one any newcomer would read of."""
    with unit_of_work():
        db.session.execute(sa.update(Event).values(capacity=seats))
    send()
    clock.advance(hours=1)
    known = client.get(send().location)
    assert registrations() == [("eve@cabinet.example", "confirmed")]
    title = re.search(r"<h1>(.*?)</h1>", known.text)
    assert title
    assert (title[1] == "Vous êtes inscrit·e") is (seats == 2)
    assert "votre place est confirmée" not in known.text


def test_the_last_seat_taken_the_next_ones_wait(client: Any, send: Any, outbox: Any, slug: str) -> None:
    for name in ("ana", "ben", "cid"):
        answer = send(email=f"{name}@cabinet.example")
    assert registrations()[-1] == ("cid@cabinet.example", "waitlisted")
    assert "liste d’attente" in client.get(answer.location).text
    page = text_of(client.get(f"/evenements/{slug}"))
    assert "Rejoindre la liste d’attente Vous seriez n° 2." in page
    mine = link_in(outbox()[-1])
    assert "position 1" in text_of(client.get(mine))
    left = text_of(client.post(f"{mine}/annuler", follow_redirects=True))
    assert "Vous avez quitté la liste d’attente" in left
    for words in ("Votre inscription est annulée", "Vous avez annulé votre inscription"):
        assert words not in left, "one had none"


def test_a_mistyped_domain_is_hinted_at_once(client: Any, send: Any) -> None:
    first = send(email="eve@orange.rf")
    assert first.status_code == 422
    assert "eve@orange.fr" in first.text
    assert 'value="Éluard"' in first.text, "what was typed is still there"
    kept = re.search(r'name="kept_email"[^>]*value="([^"]*)"', first.text)
    assert kept
    assert registrations() == []
    assert send(email="eve@orange.rf", kept_email=kept[1]).status_code == 303
    assert registrations() == [("eve@orange.rf", "confirmed")]


def test_the_hint_followed_needs_no_third_press(client: Any, send: Any) -> None:
    send(email="eve@orange.rf")
    assert send(email="eve@orange.fr", kept_email="eve@orange.rf").status_code == 303


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"given_name": " "}, "Votre prénom"),
        ({"family_name": ""}, "Votre nom"),
        ({"email": ""}, "Sans adresse"),
        ({"email": "eve"}, "nom@domaine"),
        ({"profession": ""}, "Choisissez votre profession"),
        ({"profession": "9999"}, "profession"),
        ({"commune": ""}, "La commune où vous exercez"),
        ({"commune": "Xyzzy"}, "Aucune commune"),
        ({"rpps": "10001234566"}, "rpps-error"),
        ({"given_name": "x" * 101}, "100"),
    ],
)
def test_each_fault_gets_its_sentence_and_keeps_what_was_typed(
    client: Any, send: Any, changes: dict[str, str], words: str
) -> None:
    answer = send(**changes)
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    if "email" not in changes:
        assert 'value="eve@cabinet.example"' in answer.text
    assert registrations() == []


@pytest.mark.parametrize("typed", ["Saumur (49400)", "saumur", "49400 SAUMUR", "  Saumur 49400 ", "Saumur (49999)"])
def test_a_commune_is_understood_however_it_is_typed(client: Any, send: Any, typed: str) -> None:
    assert send(commune=typed).status_code == 303
    eve = db.session.scalars(sa.select(Person).filter_by(email="eve@cabinet.example")).one()
    assert [site.commune.name for site in eve.sites] == ["Saumur"]


def test_several_communes_are_proposed_and_one_is_chosen(client: Any, send: Any) -> None:
    answer = send(commune="49140")
    assert answer.status_code == 422
    choices = re.findall(r'<option value="([^"]+\(49140\))">', unescape(answer.text))
    assert len(choices) > 1
    assert send(commune=choices[0]).status_code == 303


def test_who_practises_elsewhere_leaves_the_commune_empty(client: Any, send: Any) -> None:
    assert send(commune="Paris", elsewhere="y").status_code == 303
    eve = db.session.scalars(sa.select(Person).filter_by(email="eve@cabinet.example")).one()
    assert eve.sites == []


def test_hostile_text_stays_text(client: Any, send: Any, outbox: Any) -> None:
    send(given_name="<b>Ève</b>\r\nBcc: all@x.example", family_name="'); DROP TABLE person; --")
    page = client.get(link_in(outbox()[0]))
    assert "<b>Ève</b>" not in page.text
    assert "&lt;b&gt;Ève" in page.text
    assert "\n" not in db.session.scalars(sa.select(Person).filter_by(email="eve@cabinet.example")).one().given_name


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"status": "cancelled", "cancellation_reason": "La salle est fermée."}, "La salle est fermée."),
        ({"starts_at": "2026-11-20 09:00"}, "a commencé"),
        ({"starts_at": "2026-11-19 09:00"}, "a eu lieu"),
    ],
)
def test_a_closed_door_says_why(client: Any, people: People, values: dict[str, Any], words: str) -> None:
    if "starts_at" in values:
        values["starts_at"] = datetime.fromisoformat(f"{values['starts_at']}+01:00")
    with unit_of_work():
        slug = event(people, **values).slug
    page = client.get(f"/evenements/{slug}")
    assert page.status_code == 200
    assert words in text_of(page)
    assert 'name="family_name"' not in page.text
    assert client.post(f"/evenements/{slug}/inscription", data=FORM).status_code == 422
    assert registrations() == []


def test_a_draft_does_not_exist_for_the_public(client: Any, people: People, sign_in: Any) -> None:
    with unit_of_work():
        slug = event(people, status="draft", published_at=None).slug
    assert client.get(f"/evenements/{slug}").status_code == 404
    assert client.post(f"/evenements/{slug}/inscription", data={}).status_code == 404
    assert client.get(f"/evenements/{slug}/inscription/merci").status_code == 404
    sign_in(people.charlie)
    assert client.get(f"/evenements/{slug}").status_code == 404, "another territory's draft"
    sign_in(people.bob)
    assert client.get(f"/evenements/{slug}").status_code == 200


def test_the_page_after_needs_a_registration_of_this_browser(client: Any, slug: str) -> None:
    answer = client.get(f"/evenements/{slug}/inscription/merci")
    assert (answer.status_code, answer.location) == (303, f"/evenements/{slug}")


def test_registering_from_one_place_is_slowed_down_late(client: Any, send: Any) -> None:
    """A whole practice fits; a machine does not."""
    answers = [send(email=f"n{n}@cabinet.example").status_code for n in range(155)]
    assert answers[:150] == [303] * 150
    assert answers[150:] == [429] * 5


def test_the_form_asks_no_more_than_it_says(client: Any, slug: str) -> None:
    page = client.get(f"/evenements/{slug}").text
    assert set(re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', page)) == {
        "csrf_token",
        "next",
        "given_name",
        "family_name",
        "email",
        "kept_email",
        "profession",
        "commune",
        "elsewhere",
        "rpps",
    }
    assert "trois ans" in page
    assert "/donnees-personnelles" in page


def test_a_member_finds_the_form_filled_in(client: Any, people: People, slug: str, sign_in: Any) -> None:
    sign_in(people.diane_account)
    page = unescape(client.get(f"/evenements/{slug}").text)
    assert 'value="Dumas"' in page
    assert 'value="Angers (49000)"' in page
    assert '<option value="91" selected>' in page


def test_a_member_finds_past_and_coming_meetings(
    client: Any, people: People, slug: str, sign_in: Any, send: Any
) -> None:
    assert client.get("/moi").status_code == 303, "to the sign-in page"
    sign_in(people.diane_account)
    assert "inscrit·e nulle part" in text_of(client.get("/moi"))
    send(email="diane@cabinet.example")
    page = client.get("/moi")
    assert "Écrire sans se faire mal" in page.text
    link = re.search(r"/inscription/[\w.-]+", page.text)
    assert link
    assert client.get(link[0]).status_code == 200


def test_a_postponed_meeting_stays_among_those_to_come_once_its_date_has_passed(
    client: Any, people: People, slug: str, sign_in: Any, send: Any, clock: Any
) -> None:
    with unit_of_work():
        another = event(people, "Prendre le relais", starts_at=datetime(2027, 3, 11, 9, tzinfo=PARIS)).slug
    send(email="diane@cabinet.example")
    client.post(f"/evenements/{another}/inscription", data={**FORM, "email": "diane@cabinet.example"})

    def become(status: str) -> str:
        with unit_of_work():
            db.session.scalars(sa.select(Event).filter_by(slug=slug)).one().status = status
        return text_of(client.get("/moi"))

    clock.set("2027-02-01 09:00")
    sign_in(people.diane_account)
    coming, past = become("postponed").split("Prendre le relais")
    assert "Écrire sans se faire mal" not in coming, "those that have a date come first"
    assert "Écrire sans se faire mal Reporté " in past
    assert "Nouvelle date à venir" in past
    assert "Où vous étiez inscrit·e" not in past
    was = become("published")
    assert "Reporté" not in was
    assert "Écrire sans se faire mal" in was.split("Où vous étiez inscrit·e")[1]


def test_in_english_everything_is_in_english(client: Any, slug: str, send: Any, outbox: Any) -> None:
    client.post("/langue", data={"language": "en"})
    page = text_of(client.get(f"/evenements/{slug}"))
    assert "Register and receive the invitation" in page
    send()
    assert db.session.scalars(sa.select(Person).filter_by(email="eve@cabinet.example")).one().language == "en"
    assert outbox()[0].subject.startswith("You are registered")


def test_nobody_is_taken_off_a_cancelled_event(client: Any, slug: str, send: Any, sign_in: Any, people: People) -> None:
    """Everybody has been told already: another mail would only confuse."""
    send()
    found = db.session.scalars(sa.select(Event).filter_by(slug=slug)).one()
    address = f"/animation/evenements/{found.id}/inscriptions"
    assert "Retirer" in sign_in(people.bob).get(address).text
    with unit_of_work():
        db.session.get_one(Event, found.id).status = "cancelled"
    page = client.get(address).text
    assert "Éluard" in page
    assert "Retirer" not in page


@pytest.mark.parametrize("path", ["/evenements/{slug}", "/animation/evenements/{id}/inscriptions", "/moi"])
def test_pages_cost_the_same_with_many_registrations(
    client: Any, people: People, slug: str, sign_in: Any, queries: Any, path: str
) -> None:
    event_id = db.session.scalars(sa.select(Event.id)).one()

    def add(mark: str, count: int) -> None:
        for n in range(count):
            with unit_of_work():
                ana = find_or_create("Ana", f"{mark} {n}", f"{mark}{n}@cabinet.example", "91", angers)
                service.register(db.session.get_one(Event, event_id), ana, now=clocks.now())
                more = event(people, f"{mark} {n}", starts_at=clocks.now() + timedelta(days=1 + n))
                service.register(more, people.diane, now=clocks.now())

    angers = db.session.scalars(sa.select(PracticeSite.commune_id)).one()
    add("Few", 3)
    sign_in(people.diane_account if path == "/moi" else people.bob)
    address = path.format(slug=slug, id=event_id)
    assert client.get(address).status_code == 200
    with queries:
        client.get(address)
    few = len(queries)
    add("Many", 12)
    with queries:
        client.get(address)
    assert len(queries) == few
    assert few <= 16
