"""What an event asks beyond who comes: answered, kept, changed, read by those who run it, forgotten in time."""

import re
from datetime import datetime
from html import unescape
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from cop.activity.service import COMMAND
from cop.core import clock as clocks
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events import service_questions
from cop.events.models import Event
from cop.events.models_questions import Question
from cop.events.rules_questions import Wording
from cop.invitations import queries_guests, service_guests
from cop.memberships import service as memberships
from cop.memberships.models import Membership, MembershipKind
from cop.people.models import Person
from cop.registrations import jobs as registration_jobs
from cop.registrations import queries_form
from cop.registrations.models import Registration
from tests.people_of_the_tests import PARIS, People, event
from tests.registrations.conftest import FORM
from tests.registrations.test_pages import link_in, registrations, text_of

ASKED = (
    Wording("text", "Votre attente ?", "En une phrase.", (), True),
    Wording("choice", "Déjeuner ?", "", ("Oui", "Non"), True),
    Wording("several", "Ateliers", "", ("Écrire", "Jouer", "<b>Lire</b>")),
    Wording("number", "Années d’exercice"),
    Wording("consent", "J’accepte d’être photographié·e"),
)


@pytest.fixture
def asked(slug: str) -> list[str]:
    """The event asks five questions; the names of their fields."""
    with unit_of_work():
        held = db.session.scalars(sa.select(Event)).one()
        return [f"question_{service_questions.add(held, wording, actor=COMMAND).id}" for wording in ASKED]


def held() -> Event:
    db.session.rollback()
    return db.session.scalars(sa.select(Event).order_by(Event.id)).all()[0]


def given(email: str = "eve@cabinet.example") -> dict[str, Any]:
    """What somebody answered, by question."""
    db.session.rollback()
    row = db.session.scalars(sa.select(Registration).join(Registration.person).where(Person.email == email)).one()
    return {db.session.get_one(Question, one).label: value for one, value in queries_form.answers_of(row).items()}


def answers(asked: list[str], **changes: Any) -> dict[str, Any]:
    said = ["Un échange", "Oui", ["Écrire", "<b>Lire</b>"], "12,5", "y"]
    return {**dict(zip(asked, said, strict=True)), **changes}


def test_answers_are_kept_changed_by_link_and_read_by_who_runs_it(
    client: Any, send: Any, asked: list[str], slug: str, outbox: Any, people: People, sign_in: Any, clock: Any
) -> None:
    page = client.get(f"/evenements/{slug}")
    assert "Votre attente ?" in text_of(page)
    assert "&lt;b&gt;Lire&lt;/b&gt;" in page.text
    assert "<b>Lire</b>" not in page.text
    assert send(**answers(asked)).status_code == 303
    assert given() == {
        "Votre attente ?": "Un échange",
        "Déjeuner ?": "Oui",
        "Ateliers": ["Écrire", "<b>Lire</b>"],
        "Années d’exercice": 12.5,
        "J’accepte d’être photographié·e": True,
    }
    # Somebody else types the address again: what Ève said stays.
    send(**answers(asked, **{asked[0]: "Autre chose"}))
    assert given()["Votre attente ?"] == "Un échange"

    link = link_in(outbox()[0])
    assert "Un échange" in text_of(client.get(link))
    assert "Un échange" in client.get(f"{link}/modifier").text
    assert client.post(f"{link}/modifier", data=answers(asked, **{asked[0]: " "})).status_code == 422
    assert (
        client.post(f"{link}/modifier", data={asked[0]: "Des outils", asked[1]: "Non", asked[3]: ""}).status_code == 303
    )
    assert given() == {"Votre attente ?": "Des outils", "Déjeuner ?": "Non", "J’accepte d’être photographié·e": False}
    assert len(outbox()) == 1, "what the calendar holds is the same: no mail"

    sign_in(people.bob)
    address = f"/animation/evenements/{held().id}/inscriptions"
    shown = text_of(client.get(address))
    assert "Des outils" in shown
    assert "Ce qui a été répondu" in shown
    assert "Éluard" in text_of(client.get(f"{address}?q=outils&etat=confirmed"))
    for nobody in ("q=marteau", "etat=waitlisted"):
        assert "Ève Éluard" not in text_of(client.get(f"{address}?{nobody}"))
    row = db.session.scalars(sa.select(Registration.id)).one()
    # By telephone nothing is required.
    assert client.post(f"{address}/{row}", data={asked[0]: "", asked[3]: "3"}).status_code == 303
    left = {"Déjeuner ?": "Non", "Années d’exercice": 3, "J’accepte d’être photographié·e": False}
    assert given() == left
    for words in ("Un courriel part", "moins d’une heure"):
        assert words in text_of(client.post(f"{address}/{row}/renvoyer", follow_redirects=True))
    assert [mail.kind for mail in outbox()] == ["invitations.confirmation", "registrations.told_again"]
    assert link in outbox()[1].text

    clock.set("2027-01-14 10:00")
    assert client.post(f"{link}/modifier", data=answers(asked)).status_code == 303
    assert given() == left, "it has begun"


@pytest.mark.parametrize(
    ("number", "value", "words"),
    [
        (0, "", "Une réponse est nécessaire"),
        (0, "x" * 5000, "1000 caractères"),
        (1, "", "Choisissez une des réponses"),
        (1, "Peut-être", "Choisissez une des réponses proposées"),
        (2, ["Dormir"], "parmi les réponses proposées"),
        (3, "abc", "Un nombre, en chiffres"),
        (3, "1e9", "Un nombre, en chiffres"),
        (3, "999999999999", "Un nombre, en chiffres"),
    ],
)
def test_a_wrong_answer_gets_its_sentence_and_the_rest_is_kept(
    client: Any, send: Any, asked: list[str], number: int, value: Any, words: str
) -> None:
    answer = send(**answers(asked, **{asked[number]: value}))
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    assert 'value="Éluard"' in answer.text
    if number:
        assert "Un échange" in answer.text
    assert registrations() == []


def test_a_forged_or_withdrawn_question_is_left_out(client: Any, send: Any, asked: list[str], people: People) -> None:
    with unit_of_work():
        other = service_questions.add(event(people, "Autre"), Wording("text", "La leur ?"), actor=COMMAND)
        gone = db.session.get_one(Question, int(asked[3].split("_")[1]))
        service_questions.remove(db.session.get_one(Event, gone.event_id), gone, actor=COMMAND, now=clocks.now())
        forged = {f"question_{other.id}": "x", "question_99999": "x", "question_abc": "x"}
    assert send(**answers(asked), **forged).status_code == 303
    assert set(given()) == {ASKED[n].label for n in (0, 1, 2, 4)}


def test_a_question_added_shows_at_once_to_who_has_not_signed_in(client: Any, slug: str, queries: Any) -> None:
    assert "Déjeuner" not in client.get(f"/evenements/{slug}").text
    with unit_of_work():
        service_questions.add(db.session.scalars(sa.select(Event)).one(), ASKED[1], actor=COMMAND)
    assert "Déjeuner" in client.get(f"/evenements/{slug}").text
    with queries:
        client.get(f"/evenements/{slug}")
    assert len([one for one in queries.statements if one.startswith("SELECT")]) == 1


def test_the_file_holds_answers_and_no_formula(
    client: Any, send: Any, asked: list[str], people: People, sign_in: Any
) -> None:
    with unit_of_work():
        held().arrangement = True
    send(given_name="=1+1", arrangement="Une place devant", **answers(asked, **{asked[0]: "=HYPERLINK(1)"}))
    sign_in(people.bob)
    address = f"/animation/evenements/{held().id}/inscriptions/fichier"
    csv = client.post(address, data={"kind": "csv"})
    assert csv.headers["Content-Disposition"].endswith('.csv"')
    assert "'=HYPERLINK(1)" in csv.text
    assert "'=1+1" in csv.text
    xlsx = client.post(address, data={"kind": "xlsx"}).data
    heads, line = CalamineWorkbook.from_filelike(BytesIO(xlsx)).get_sheet_by_index(0).to_python()
    said = dict(zip(heads, line, strict=True))
    assert (said["Nom"], said["Années d’exercice"], said["Ateliers"]) == ("Éluard", 12.5, "Écrire, <b>Lire</b>")
    assert "devant" not in csv.text + str(line)
    assert client.post(address, data={"kind": "pdf"}).status_code == 404


def test_registration_closes_when_it_was_said(
    client: Any, send: Any, slug: str, clock: Any, people: People, sign_in: Any
) -> None:
    with unit_of_work():
        held().registration_closes_at = datetime(2027, 1, 12, 18, 0, tzinfo=PARIS)
    assert "Jusqu’au mardi 12 janvier" in text_of(client.get(f"/evenements/{slug}"))
    clock.set("2027-01-12 18:00")
    closed = client.get(f"/evenements/{slug}")
    assert "Elles ont fermé mardi 12 janvier, à 18 h" in text_of(closed).replace("\xa0", " ")
    assert 'name="family_name"' not in closed.text
    assert send().status_code == 422
    assert registrations() == []
    sign_in(people.bob)
    page = f"/animation/evenements/{held().id}/inscriptions"
    assert client.post(page, data={**FORM, "commune": ""}).status_code == 303
    assert registrations() == [("eve@cabinet.example", "confirmed")]


def test_a_practice_registers_in_one_go(client: Any, send: Any, slug: str, outbox: Any) -> None:
    assert 'name="action"' not in client.get(f"/evenements/{slug}").text
    with unit_of_work():
        found = held()
        found.colleagues, found.form_revision = True, 1
    assert "Inscrire aussi un·e collègue" in text_of(client.get(f"/evenements/{slug}"))
    more = send(action="add")
    assert more.status_code == 422
    assert 'name="colleagues-0-family_name"' in more.text
    assert 'value="Éluard"' in more.text
    assert "error-summary" not in more.text
    assert registrations() == []

    def line(number: int, name: str, email: str, profession: str = "94") -> dict[str, str]:
        said = {"given_name": "Prénom", "family_name": name, "email": email, "profession": profession}
        return {f"colleagues-{number}-{field}": value for field, value in said.items()}

    wrong = send(**line(0, "Un", "un"), **line(1, "", "deux@x.example"), **line(2, "Trois", FORM["email"]))
    assert wrong.status_code == 422
    for words in ("nom@domaine", "Le nom de chaque personne", "Cette adresse sert déjà plus haut"):
        assert words in unescape(wrong.text)
    assert 'href="#colleagues-0-email"' in wrong.text, "the summary leads to the first field that is wrong"
    assert registrations() == []
    empty = {f"colleagues-3-{field}": "" for field in ("given_name", "family_name", "email", "profession")}
    sent = send(**line(0, "Un", "un@x.example"), **line(1, "Deux", "deux@x.example"), **empty)
    assert sent.status_code == 303
    assert registrations() == [
        ("eve@cabinet.example", "confirmed"),
        ("un@x.example", "confirmed"),
        ("deux@x.example", "waitlisted"),
    ]
    thanks = text_of(client.get(sent.location))
    assert "1 a une place, 1 attend" in thanks.replace("\xa0", " ")
    assert "Prénom Deux est sur la liste d’attente" in thanks
    mails = {mail.recipient: mail for mail in outbox()}
    assert len(mails) == 3
    for address in ("un@x.example", "deux@x.example"):
        assert "Ève Éluard vous a inscrit·e" in mails[address].text.replace("**", "")
        assert "/donnees-personnelles" in mails[address].text
    assert "vous a inscrit" not in mails["eve@cabinet.example"].text
    rows = db.session.scalars(sa.select(Registration).order_by(Registration.id)).all()
    assert [getattr(row.registered_by, "full_name", "") for row in rows] == ["", "Ève Éluard", "Ève Éluard"]
    assert [site.commune.code for site in rows[1].person.sites] == ["49328"]
    link = link_in(mails["un@x.example"])
    client.post(f"{link}/annuler")
    assert registrations()[1:] == [("un@x.example", "cancelled"), ("deux@x.example", "confirmed")]
    promoted = outbox()[-1]
    assert (promoted.kind, promoted.recipient) == ("invitations.promotion", "deux@x.example")
    assert "Ève Éluard vous a inscrit·e" in promoted.text.replace("**", "")
    assert "/donnees-personnelles" in promoted.text
    # Pressed twice: nobody is registered twice.
    send(**line(0, "Un", "un@x.example"), **line(1, "Deux", "deux@x.example"))
    assert len(registrations()) == 3


def test_many_colleagues_count_as_many_tries(client: Any, slug: str) -> None:
    with unit_of_work():
        held().colleagues = True
    lines = {f"colleagues-{n}-email": f"n{n}@x.example" for n in range(30)}
    seen = [client.post(f"/evenements/{slug}/inscription", data={**FORM, **lines}).status_code for _ in range(16)]
    assert seen[:15] == [422] * 15
    assert seen[15] == 429


def test_an_event_for_members_says_by_mail_only_who_is_one(
    client: Any, send: Any, slug: str, outbox: Any, people: People
) -> None:
    with unit_of_work():
        found = held()
        found.audience, found.colleagues = "members", True
        kind = MembershipKind(code="one", name_fr="Adhésion", amount_cents=0)
        db.session.add(kind)
        db.session.flush()
        memberships.request(people.diane, kind.id, COMMAND)
        assert db.session.scalars(sa.select(Membership)).one().person_id == people.diane_id
    page = client.get(f"/evenements/{slug}")
    assert "places sur" not in text_of(page), "a seat less would tell who is a member"
    assert '<meta name="robots" content="noindex">' in page.text
    seen = []
    for email in ("diane@cabinet.example", "eve@cabinet.example"):
        thanks = client.get(send(email=email).location)
        seen.append(text_of(thanks).replace(email, ""))
    assert seen[0] == seen[1]
    assert "La réponse vient par courriel" in seen[0]
    assert registrations() == [("diane@cabinet.example", "confirmed")]
    assert [(mail.kind, mail.recipient) for mail in outbox()] == [
        ("invitations.confirmation", "diane@cabinet.example"),
        ("registrations.members_only", "eve@cabinet.example"),
    ]
    assert db.session.scalars(sa.select(Person).filter_by(email="eve@cabinet.example")).all() == []
    # A stranger brings nobody.
    line = {"given_name": "D", "family_name": "D", "email": "diane@cabinet.example", "profession": "94"}
    send(**{f"colleagues-0-{name}": value for name, value in line.items()})
    assert len(outbox()) == 2


def test_by_invitation_the_personal_link_opens_the_form(
    client: Any, send: Any, slug: str, people: People, sign_in: Any, app: Any
) -> None:
    with unit_of_work():
        found = held()
        found.audience, found.colleagues = "invited", True
        people.diane.rpps = "10003456789"
        service_guests.add(found.id, [people.diane_id], "staff", clocks.now())
        token = queries_guests.token_of(found.id, people.diane_id)
        other = event(people, "Autre", audience="invited")
        service_guests.add(other.id, [people.diane_id], "staff", clocks.now())
        elsewhere = queries_guests.token_of(other.id, people.diane_id)
    for address in (f"/evenements/{slug}", f"/evenements/{slug}?invite=abc", f"/evenements/{slug}?invite={elsewhere}"):
        page = client.get(address)
        assert "Sur invitation" in text_of(page)
        assert 'name="family_name"' not in page.text
    assert send().status_code == 422
    opened = client.get(f"/invite/{token}", follow_redirects=True)
    assert 'value="Dumas"' in opened.text
    # The mail is forwarded: who opens it learns nothing more of her.
    assert "10003456789" not in opened.text
    assert 'value="Angers' not in opened.text
    assert "Inscrire aussi" not in text_of(opened)
    assert "Dumas" not in app.test_client().get(f"/evenements/{slug}").text, "the page kept for all is nobody's"
    action = re.search(r'action="(/evenements/[^"]+/inscription\?invite=[^"]+)"', opened.text)
    assert action
    stranger = client.post(unescape(action[1]), data=FORM)
    assert stranger.status_code == 422
    assert "Cette invitation est personnelle" in unescape(stranger.text)
    hers = {**FORM, "given_name": "Diane", "family_name": "Dumas", "email": "Diane@cabinet.example"}
    sent = client.post(unescape(action[1]), data=hers)
    assert sent.status_code == 303
    assert "Vous êtes inscrit·e" in text_of(client.get(sent.location))
    assert registrations() == [("diane@cabinet.example", "confirmed")]
    sign_in(people.bob)
    client.post(f"/animation/evenements/{held().id}/inscriptions", data={**FORM, "email": "luc@x.example"})
    assert len(registrations()) == 2, "those who run it register whom they like"


def test_an_arrangement_is_seen_by_who_prepares_it_and_forgotten(
    client: Any, send: Any, people: People, sign_in: Any, clock: Any, outbox: Any
) -> None:
    with unit_of_work():
        held().arrangement = True
    assert send(arrangement="x" * 501).status_code == 422
    send(arrangement="Une entrée de plain-pied")
    sign_in(people.bob)
    page = f"/animation/evenements/{held().id}/inscriptions"
    assert "À prévoir : Une entrée de plain-pied" in text_of(client.get(page)).replace("\xa0", " ")
    assert "plain-pied" not in outbox()[0].text
    assert "plain-pied" in client.get(link_in(outbox()[0])).text

    def left() -> list[str]:
        db.session.rollback()
        return list(db.session.scalars(sa.select(Registration.arrangement)))

    job = next(one for one in registration_jobs.JOBS if one.name == "registrations.forget_arrangements")
    put_off = ("2027-01-22 12:00", "postponed", True)  # its date is still to come
    for moment, status, kept in (("2027-01-21 12:00", "published", True), put_off, (put_off[0], "published", False)):
        clock.set(moment)
        with unit_of_work():
            held().status = status
        jobs.run(job)
        assert (left() == ["Une entrée de plain-pied"]) is kept, moment


def test_a_member_who_has_signed_in_finds_the_questions_too(
    client: Any, asked: list[str], people: People, sign_in: Any, slug: str
) -> None:
    sign_in(people.diane_account)
    page = client.get(f"/evenements/{slug}")
    assert 'value="Dumas"' in page.text
    assert all(f'name="{name}"' in page.text for name in asked)
