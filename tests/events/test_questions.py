"""What an event asks: written by who runs it, proposed by its kind, copied with it, never destroyed once answered."""

import re
from datetime import datetime
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from cop.activity.service import COMMAND
from cop.core import clock
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.events import queries_questions as queries
from cop.events import rules_questions as rules
from cop.events import service, service_questions
from cop.events.models import Event, EventKind
from cop.events.models_questions import Question
from cop.events.rules import Description, Span
from cop.events.rules_questions import Wording
from cop.people.models import Person
from cop.registrations import service_form
from cop.registrations.service_form import Said, Visitor
from tests.people_of_the_tests import PARIS, People, event, territory

LUNCH = {"label": "Restez-vous déjeuner ?", "kind": "choice", "options": "Oui\nNon\n\nOui", "hint": "", "required": "y"}


@pytest.fixture
def held(people: People) -> int:
    with unit_of_work():
        return event(people).id


def text_of(response: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def labels(owner: Any, *, fresh: bool = True) -> list[str]:
    if fresh:
        db.session.rollback()
    return [question.label for question in queries.asked(owner)]


def the(number: int) -> Event:
    return db.session.get_one(Event, number)


def test_bob_writes_orders_changes_and_removes(client: Any, people: People, held: int, sign_in: Any) -> None:
    sign_in(people.bob)
    page = f"/animation/evenements/{held}/questions"
    assert "Aucune question de votre part" in text_of(client.get(page))
    assert client.post(page, data=LUNCH).status_code == 303
    client.post(page, data=LUNCH)  # pressed twice, asked once
    client.post(page, data={"label": "Combien d’années d’exercice ?", "kind": "number"})
    assert labels(the(held)) == ["Restez-vous déjeuner ?", "Combien d’années d’exercice ?"]
    first, second = (question.id for question in queries.asked(the(held)))
    assert db.session.get_one(Question, first).options == ["Oui", "Non"]
    client.post(f"{page}/{second}/deplacer", data={"vers": "haut"})
    client.post(f"{page}/{second}/deplacer", data={"vers": "haut"})  # no further up
    assert labels(the(held))[0] == "Combien d’années d’exercice ?"
    changed = {**LUNCH, "label": "Déjeunez-vous avec nous ?"}
    assert 'value="Restez-vous déjeuner ?"' in unescape(client.get(f"{page}/{first}").text)
    assert client.post(f"{page}/{first}", data=changed).status_code == 303
    assert "Déjeunez-vous avec nous ?" in labels(the(held))
    assert "La question est retirée" in text_of(client.post(f"{page}/{second}/retirer", follow_redirects=True))
    assert labels(the(held)) == ["Déjeunez-vous avec nous ?"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"label": " "}, "Écrivez la question"),
        ({"label": "x" * 5000}, "200 caractères"),
        ({"hint": "x" * 301}, "300 caractères"),
        ({"options": "Oui"}, "au moins deux réponses"),
        ({"options": "\n".join(str(n) for n in range(31))}, "Trente réponses"),
        ({"options": "a\n" + "x" * 121}, "120 caractères"),
        ({"kind": "drawing"}, "Choisissez"),
    ],
)
def test_what_no_question_can_be_is_told_on_its_field(
    client: Any, people: People, held: int, sign_in: Any, changes: dict[str, str], words: str
) -> None:
    sign_in(people.bob)
    answer = client.post(f"/animation/evenements/{held}/questions", data={**LUNCH, **changes})
    assert answer.status_code == 422
    if words != "Choisissez":
        assert words in unescape(answer.text)
    assert labels(the(held)) == []


def test_a_question_about_health_is_asked_about_once(client: Any, people: People, held: int, sign_in: Any) -> None:
    sign_in(people.bob)
    page, asked = f"/animation/evenements/{held}/questions", {"label": "Avez-vous une allergie ?", "kind": "text"}
    warned = client.post(page, data=asked)
    assert warned.status_code == 422
    assert "aménagement" in unescape(warned.text)
    kept = re.search(r'name="warned"[^>]*value="([^"]*)"', warned.text)
    assert kept
    assert client.post(page, data={**asked, "label": "Une maladie ?", "warned": unescape(kept[1])}).status_code == 422
    assert client.post(page, data={**asked, "warned": unescape(kept[1])}).status_code == 303


@pytest.mark.parametrize(
    ("label", "sensitive"),
    [
        ("Votre état de santé ?", True),
        ("Suivez-vous des patients dysphasiques ?", True),
        ("Un régime alimentaire ?", True),
        ("Any disability?", True),
        ("Le prénom de l’enfant", True),
        ("Êtes-vous professionnel de santé ?", False),
        ("Votre maison de santé", False),
        ("Votre centre municipal de santé", False),
        ("Restez-vous déjeuner ?", False),
    ],
)
def test_what_leads_to_health(label: str, sensitive: bool) -> None:
    assert rules.is_sensitive(Wording("text", label)) is sensitive


def test_an_answered_question_is_withdrawn_with_its_answers_and_comes_back(
    client: Any, people: People, held: int, sign_in: Any
) -> None:
    with unit_of_work():
        asked = service_questions.add(the(held), Wording("text", "Votre attente ?"), actor=COMMAND)
        diane = {"given_name": "Diane", "family_name": "Dumas", "email": "diane@cabinet.example"}
        service_form.enter(the(held), diane, Said({asked.id: "Un échange"}), (), Visitor(), clock.now())
        number = asked.id
    sign_in(people.bob)
    page = f"/animation/evenements/{held}/questions"
    assert "leurs réponses restent" in text_of(client.post(f"{page}/{number}/retirer", follow_redirects=True))
    assert labels(the(held)) == []
    assert "Un échange" in client.get(f"/animation/evenements/{held}/inscriptions").text
    client.post(f"{page}/{number}/remettre")
    assert labels(the(held)) == ["Votre attente ?"]
    # Another way of answering is another question.
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', client.get(f"{page}/{number}").text)
    assert seen
    other = {"label": "Votre attente ?", "kind": "choice", "options": "A\nB", "seen": seen[1]}
    client.post(f"{page}/{number}", data=other)
    assert [(one.kind, one.withdrawn_at is None) for one in queries.of(the(held))] == [
        ("choice", True),
        ("text", False),
    ]


def test_the_kind_proposes_and_a_copy_takes_along(client: Any, people: People, sign_in: Any) -> None:
    address = f"/administration/types-de-rencontre/{people.kind_id}/questions"
    assert sign_in(people.bob).post(address, data=LUNCH).status_code == 404
    sign_in(people.alice)
    assert client.post(address, data=LUNCH).status_code == 303
    with unit_of_work():
        kind = db.session.get_one(EventKind, people.kind_id)
        kind.closes_hours_before, kind.colleagues, kind.arrangement = 48, True, True
        made = service.create(kind, described(), actor=COMMAND, now=clock.now())
        assert (made.colleagues, made.arrangement) == (True, True)
        assert made.registration_closes_at == datetime(2027, 3, 23, 9, 0, tzinfo=PARIS)
        again = service.create(kind, described(), actor=COMMAND, now=clock.now())
        assert again.id == made.id
        assert labels(made, fresh=False) == ["Restez-vous déjeuner ?"]
        service_questions.add(made, Wording("consent", "J’accepte d’être photographié·e"), actor=COMMAND)
        copy = service.duplicate(made, actor=COMMAND, now=clock.now())
        assert labels(copy, fresh=False) == ["Restez-vous déjeuner ?", "J’accepte d’être photographié·e"]
        # 48 hours before 1 April, on the clock: the night of 28 March has one hour less.
        assert clock.local(copy.starts_at).strftime("%d/%m %H:%M") == "01/04 09:00"
        assert clock.local(copy.registration_closes_at).strftime("%d/%m %H:%M") == "30/03 09:00"
        kept = db.session.scalars(sa.select(Question).filter_by(kind_id=people.kind_id)).one()
        service_questions.remove(kind, kept, actor=COMMAND, now=clock.now())
        assert labels(made, fresh=False)[0] == "Restez-vous déjeuner ?"


def described() -> Description:
    start = datetime(2027, 3, 25, 9, 0, tzinfo=PARIS)
    span = Span(start, start.replace(hour=12))
    return Description("Essai", (span,), territory("department", "49").id, commune_id=territory("commune", "49007").id)


def shown(response: Any) -> dict[str, str]:
    """The settings as a browser would send them back."""
    form = response.text.partition("/reglages")[2].partition("</form>")[0]
    boxes = {
        name: "y"
        for name in ("colleagues", "arrangement")
        if re.search(rf'name="{name}"[^>]* checked|checked[^>]*name="{name}"', form)
    }
    texts = re.findall(r'name="(closes_on|closes_hour|shown)"[^>]*value="([^"]*)"', form)
    return {**{name: unescape(value) for name, value in texts}, **boxes}


def test_until_when_one_registers(client: Any, people: People, held: int, sign_in: Any) -> None:
    sign_in(people.bob)
    page = f"/animation/evenements/{held}/questions"
    first = {**shown(client.get(page)), "closes_on": "2027-01-12", "closes_hour": "18:00"}
    assert client.post(f"{page}/reglages", data=first).status_code == 303
    assert the(held).registration_closes_at == datetime(2027, 1, 12, 18, 0, tzinfo=PARIS)
    mark = shown(client.get(page))["shown"]
    for said, words in (
        ({"closes_on": "2027-01-15", "closes_hour": "9:00"}, "avant"),
        ({"closes_on": "2027-02-31", "closes_hour": "9:00"}, "n’existe pas"),
        ({"closes_on": "2027-01-12"}, "heure"),
        ({"closes_on": "2026-03-29", "closes_hour": "02:30"}, "heure"),
    ):
        answer = client.post(f"{page}/reglages", data={**said, "shown": mark})
        assert answer.status_code == 422
        assert words in unescape(answer.text)
    client.post(f"{page}/reglages", data={"shown": mark})
    assert the(held).registration_closes_at is None


def test_the_second_of_two_who_settle_writes_over_nothing(client: Any, people: People, held: int, sign_in: Any) -> None:
    sign_in(people.bob)
    page = f"/animation/evenements/{held}/questions"
    mine = shown(client.get(page))
    theirs = {**mine, "closes_on": "2027-01-12", "closes_hour": "18:00", "colleagues": "y"}
    assert client.post(f"{page}/reglages", data=theirs).status_code == 303

    # Mine: another day, and a box they did not touch; theirs: colleagues.
    answer = client.post(
        f"{page}/reglages", data={**mine, "closes_on": "2027-01-10", "closes_hour": "12:00", "arrangement": "y"}
    )
    assert answer.status_code == 422
    told = text_of(answer).replace("\u00a0", " ")
    assert "Quelqu’un d’autre a changé ces réglages" in told
    assert "mardi 12 janvier 2027, 18 h" in told, "written by both: what they wrote is told"
    kept = shown(answer)
    assert (kept["closes_on"], kept["closes_hour"]) == ("2027-01-10", "12:00"), "nothing typed is lost"
    assert (kept.get("colleagues"), kept.get("arrangement")) == ("y", "y"), "what they alone changed is taken over"
    db.session.rollback()
    assert the(held).registration_closes_at == datetime(2027, 1, 12, 18, 0, tzinfo=PARIS)

    assert client.post(f"{page}/reglages", data=kept).status_code == 303
    db.session.rollback()
    settled = queries.settings_of(the(held))
    assert settled == rules.Settings(datetime(2027, 1, 10, 12, 0, tzinfo=PARIS), colleagues=True, arrangement=True)


def test_an_event_that_was_moved_meanwhile_keeps_its_closing(
    client: Any, people: People, held: int, sign_in: Any
) -> None:
    """Registration closes as long before: an older page does not put the old day back."""
    sign_in(people.bob)
    page = f"/animation/evenements/{held}/questions"
    client.post(f"{page}/reglages", data={**shown(client.get(page)), "closes_on": "2027-01-12", "closes_hour": "18:00"})
    mine = shown(client.get(page))
    with unit_of_work():
        the(held).registration_closes_at = datetime(2027, 1, 5, 18, 0, tzinfo=PARIS)
    answer = client.post(f"{page}/reglages", data={**mine, "colleagues": "y"})
    assert (answer.status_code, shown(answer)["closes_on"]) == (422, "2027-01-05")
    assert client.post(f"{page}/reglages", data=mine | {"closes_on": "2027-01-05"}).status_code == 303, (
        "the same as now"
    )


def test_a_question_refused_leaves_the_settings_as_they_are(
    client: Any, people: People, held: int, sign_in: Any
) -> None:
    sign_in(people.bob)
    page = f"/animation/evenements/{held}/questions"
    settings = {**shown(client.get(page)), "closes_on": "2027-01-12", "closes_hour": "18:00", "colleagues": "y"}
    client.post(f"{page}/reglages", data=settings)
    answer = client.post(page, data={"label": "", "kind": "text"})
    assert answer.status_code == 422
    assert {**shown(answer), "shown": ""} == {**settings, "shown": ""}


def test_a_cancelled_event_asks_nothing_new(people: People, held: int) -> None:
    with unit_of_work():
        the(held).status = "cancelled"
        db.session.flush()
        with pytest.raises(Refused):
            service_questions.add(the(held), Wording("text", "Encore ?"), actor=COMMAND)


def test_a_question_of_another_event_is_not_found(client: Any, people: People, held: int, sign_in: Any) -> None:
    with unit_of_work():
        other = service_questions.add(event(people, "Autre"), Wording("text", "La leur ?"), actor=COMMAND).id
    sign_in(people.bob)
    for path in ("", "/retirer", "/deplacer", "/remettre"):
        assert client.post(f"/animation/evenements/{held}/questions/{other}{path}").status_code == 404
    assert db.session.get(Person, people.diane_id)


def test_two_who_write_the_same_question_at_once(client: Any, people: People, held: int, sign_in: Any) -> None:
    with unit_of_work():
        number = service_questions.add(the(held), Wording("text", "Votre attente ?"), actor=COMMAND).id
    sign_in(people.bob)
    page = f"/animation/evenements/{held}/questions/{number}"

    def seen_in(text: str) -> str:
        found = re.search(r'name="seen"[^>]*value="([^"]+)"', text)
        assert found
        return found[1]

    opened = seen_in(client.get(page).text)
    mine = {"label": "Votre souhait ?", "kind": "text", "seen": opened}
    assert client.post(page, data={"label": "Vos besoins ?", "kind": "text", "seen": opened}).status_code == 303
    told = client.post(page, data=mine)
    assert told.status_code == 422
    assert "Vos besoins ?" in unescape(told.text)
    assert "Votre souhait ?" in unescape(told.text)
    assert labels(the(held)) == ["Vos besoins ?"]
    assert client.post(page, data={**mine, "seen": seen_in(told.text)}).status_code == 303
    assert labels(the(held)) == ["Votre souhait ?"]
