"""From choosing people to their answers, through the front door."""

import re
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.activity.service import COMMAND
from cop.campaigns.models import Campaign, Recipient
from cop.core import clock as now_of
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.invitations.models_guests import Guest
from cop.mail import service_opposition
from cop.mail.models import MailMessage
from cop.mail.queries_opposition import address_hash
from cop.network import service as network
from cop.people.models import Person
from cop.registrations import service as registrations
from tests.campaigns.conftest import WORDS, Desk, campaign, deliver, guest, link_in, write
from tests.conftest import Queries
from tests.people_of_the_tests import PARIS, People, person


def registered(held: int, person_id: int) -> None:
    with unit_of_work():
        registrations.register(
            db.session.get_one(Event, held), db.session.get_one(Person, person_id), now=now_of.now(), actor=COMMAND
        )


def test_choosing_reading_sending(
    desk: Desk, people: People, crowd: list[int], held: int, outbox: Any, client: FlaskClient
) -> None:
    """Who and how many, and the mail, are seen before; then each gets a mail of their own with a link of their own."""
    registered(held, crowd[1])
    before = len(outbox())
    with unit_of_work():
        service_opposition.oppose("community", address_hash("clo@cabinet.example"), None, now_of.now())
    page = client.get(f"{desk.pages}/choisir").text
    assert "Zed" not in page, "Bob does not see who is Charlie's"
    number = desk.prepare()
    assert client.post(f"/animation/invitations/{number}", data={**WORDS, "version": "1"}).status_code == 303
    page = desk.page(number)
    people_line = " ".join(re.sub(r"<[^>]+>", "", page.split('id="who"')[1].split("</section>")[0]).split())
    assert "2 personnes recevront ce courriel" in people_line
    assert "Ana Abel, Diane Dumas" in people_line
    assert "1 sans adresse électronique connue" in people_line.replace("\u202f", " ")
    assert "1 ne veulent pas de courriels de ce genre" in people_line
    assert "1 déjà inscrites" in people_line
    assert "Chère Ana, venez le jeudi 14 janvier 2027, de 9 h à 12 h 30." in page.replace("\u00a0", " ")
    assert len(outbox()) == before, "nothing leaves before the press"
    assert "2 personnes reçoivent ce courriel aujourd’hui." in desk.send(number)
    write()
    first, second = outbox()[before:]
    assert (first.recipient, second.recipient) == ("ana@cabinet.example", "diane@cabinet.example")
    assert first.subject == "Invitation : Écrire sans se faire mal"
    assert first.category == "community"
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in (first.raw or b"")
    assert "Café offert." in first.text
    assert "le lieu <https://lieu.example/plan>" in first.text
    assert link_in(first) != link_in(second)
    assert "img" not in (first.html or ""), "no picture: nobody learns that the mail was read"
    assert campaign(number).asked == 2
    assert guest("Abel").source == "campaign"


def test_the_way_of_a_guest(desk: Desk, crowd: list[int], held: int, outbox: Any, client: FlaskClient) -> None:
    """Delivered, opened, registered or declined: each step is seen by whoever asked."""
    number = desk.invite()
    ana, bea, clo, diane = outbox()
    assert deliver() == 4
    write()
    assert campaign(number).state == "done"
    browser = client.application.test_client()
    page = browser.get(link_in(ana), follow_redirects=True).text
    assert 'value="Ana"' in page
    assert "Je ne pourrai pas venir" in page
    declined = browser.post(f"{link_in(bea)}/decliner", follow_redirects=True).text
    assert "Vous avez dit que vous ne pourrez pas venir." in declined
    registered(held, crowd[2])
    page = client.get(desk.pages).text
    figures = {
        " ".join(re.sub(r"<[^>]+>", " ", label).split()): re.sub(r"<[^>]+>", "", value).strip()
        for label, value in re.findall(r"<dt>(.*?)</dt>.*?class=\"value\">(.*?)</span>", page, re.S)
    }
    assert figures == {
        "Conviées": "4", "Remis": "4", "Page ouverte": "1", "Inscrites": "1", "Ne peuvent pas venir": "1",
        "Sans réponse": "2",
    }  # fmt: skip
    silent = client.get(f"{desk.pages}?reponse=sans-reponse").text
    assert re.findall(r"<b>(\w+)</b> (\w+)(?:</a>)?</th>", silent) == [("Abel", "Ana"), ("Dumas", "Diane")]
    undone = browser.post(f"{link_in(bea)}/revenir", follow_redirects=True).text
    assert "Je ne pourrai pas venir" in undone
    assert guest("Blin").declined_at is None
    mine = browser.get(link_in(clo), follow_redirects=True).text
    assert "Vous êtes inscrit·e." in mine
    assert 'href="#register"' not in mine, "nobody registered is asked to register"
    assert mine.index("Ce courriel est perdu") < mine.index('name="given_name"'), "the form is folded, for a lost mail"
    assert "/inscription/" not in mine, "the invitation is forwarded: it does not open her registration"
    assert "Je ne pourrai pas venir" not in mine
    browser.post(f"{link_in(clo)}/decliner")
    assert guest("Cros").declined_at is None, "who is registered cancels the registration"
    assert browser.post(f"{link_in(diane)}x/decliner").status_code == 404


def test_chasing(desk: Desk, crowd: list[int], held: int, outbox: Any, client: FlaskClient, clock: Any) -> None:
    """Those who did not answer, and nobody else: three days later, twice at most."""
    desk.invite()
    deliver()
    browser = client.application.test_client()
    browser.post(f"{link_in(outbox()[0])}/decliner")
    assert "Relancer" not in client.get(desk.pages).text, "not on the same day"
    clock.set("2026-11-23 10:01")
    desk.back()
    registered(held, crowd[1])
    before = len(outbox())
    assert "Relancer 2 personnes sans réponse" in client.get(desk.pages).text
    for turn in (1, 2):
        answer = client.post(f"{desk.pages}/relancer")
        number = int(answer.location.rsplit("/", 1)[1])
        assert client.post(f"{desk.pages}/relancer").location == answer.location, "one draft is enough"
        assert "Clo Cros, Diane Dumas" in desk.page(number)
        desk.send(number)
        write()
        assert [one.recipient for one in outbox()[before:]] == ["clo@cabinet.example", "diane@cabinet.example"] * turn
        assert outbox()[-1].subject == "Viendrez-vous ? Écrire sans se faire mal".replace(" ?", "\u202f?")
        deliver()
        clock.advance(days=3, minutes=1)
        desk.back()
    assert "Relancer" not in client.get(desk.pages).text
    answer = client.post(f"{desk.pages}/relancer", follow_redirects=True)
    assert "Il ne reste personne" in answer.text
    assert guest("Cros").chases == 2
    assert guest("Abel").chases == 0


def test_people_asked_once(desk: Desk, people: People, outbox: Any, sign_in: Any) -> None:
    """Two colleagues send at the same time to lists that overlap; a press is repeated."""
    mine, hers = desk.prepare(question="profession=70"), desk.prepare()
    seen = re.search(r'name="seen" value="(\w+)"', desk.page(mine))
    assert seen
    desk.press(mine, "envoyer", seen=seen.group(1))
    desk.press(mine, "envoyer", seen=seen.group(1))
    sign_in(people.alice)
    desk.send(hers)
    write()
    write()
    names = ("ana", "bea", "clo", "diane", "loin")
    assert sorted(one.recipient for one in outbox()) == [f"{name}@cabinet.example" for name in names]
    left_out = db.session.scalars(sa.select(Recipient.left_out).where(Recipient.campaign_id == hers)).all()
    assert sorted(left_out)[-2:] == ["asked", "asked"]


def test_the_list_changed_since_it_was_seen(desk: Desk, outbox: Any) -> None:
    number = desk.prepare()
    seen = re.search(r'name="seen" value="(\w+)"', desk.page(number))
    assert seen
    with unit_of_work():
        person("Neuf", "Nouveau", email="neuf@cabinet.example")
    page = desk.press(number, "envoyer", seen=seen.group(1))
    assert "La liste a changé depuis" in page
    assert campaign(number).state == "draft"
    assert not outbox()


def test_a_list_somebody_has(desk: Desk, crowd: list[int], client: FlaskClient) -> None:
    """Known people only; the rest is shown, and nothing is kept of it."""
    typed = "Ana Abel\nblin bea; \nClo <CLO@cabinet.example>, loin@cabinet.example\ninconnu@ailleurs.example\nAna Abel"
    answer = client.post(f"{desk.pages}/choisir", data={"how": "list", "people": typed})
    assert answer.status_code == 422
    assert "3 personnes sont connues" in answer.text
    assert "loin@cabinet.example, inconnu@ailleurs.example" in answer.text
    assert "Ana Abel\nblin bea" in answer.text.replace("\r", ""), "what was typed stays"
    assert db.session.scalar(sa.select(sa.func.count(Campaign.id))) == 0
    number = desk.prepare(how="list", people=typed, anyway="2")
    picked = db.session.scalars(sa.select(Recipient.person_id).where(Recipient.campaign_id == number))
    assert sorted(picked) == crowd[:3]
    nobody = client.post(f"{desk.pages}/choisir", data={"how": "list", "people": "x@y.example", "anyway": "1"})
    assert nobody.status_code == 422
    assert "Personne de cette liste n’est connu ici" in nobody.text
    ticked = desk.prepare(how="ticked", person=[str(crowd[0]), "999", "x", str(2**70)])
    assert "Ana Abel" in desk.page(ticked)
    none = client.post(f"{desk.pages}/choisir", data={"how": "ticked"}, follow_redirects=True)
    assert "Cochez au moins une personne" in none.text


def test_a_saved_list_and_people_who_came(desk: Desk, people: People, client: FlaskClient) -> None:
    with unit_of_work():
        network.keep(people.bob, "Les infirmières", "profession=70", shared=False)
    page = client.get(f"{desk.pages}/choisir").text
    assert "Les infirmières" in page
    assert "Une rencontre de ce type" in page
    number = desk.prepare(question="profession=70")
    assert "Bea Blin, Clo Cros" in desk.page(number)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("words_fr", "Bonjour {prénom}, {age}", "{age} ne sera rempli par rien"),
        ("subject_fr", "Pour {{given_name}}", "{{given_name}} ne sera rempli par rien"),
        ("words_fr", "[ici](lien)", "« lien » ne mène nulle part".replace(" lien ", "\u00a0lien\u00a0")),
        ("words_fr", "[ici](javascript:alert)", "ne mène nulle part"),
        ("words_fr", "![](https://pixel.example/1.gif)", "Pas d’image"),
        ("words_fr", "x" * 5001, "5 000 caractères au plus"),
        ("subject_fr", "x" * 151, "150 caractères au plus"),
        ("words_fr", "", "Écrivez quelques mots"),
    ],
)
def test_words_that_would_reach_people_broken(
    desk: Desk, client: FlaskClient, field: str, typed: str, sentence: str
) -> None:
    number = desk.prepare()
    answer = client.post(f"/animation/invitations/{number}", data={**WORDS, "version": "1", field: typed})
    assert answer.status_code == 422
    assert sentence in answer.text.replace("\u202f", " "), typed
    assert campaign(number).version == 1


def test_two_write_the_same_draft(desk: Desk, client: FlaskClient) -> None:
    number = desk.prepare()
    hers = {**WORDS, "words_fr": "Les miens."}
    client.post(f"/animation/invitations/{number}", data={**hers, "version": "1"})
    answer = client.post(f"/animation/invitations/{number}", data={**WORDS, "version": "1"})
    assert answer.status_code == 422
    assert "Quelqu’un d’autre a modifié ce brouillon" in answer.text
    assert "Café offert" in answer.text, "what was typed stays"
    assert campaign(number).words_fr == "Les miens."
    assert client.post(f"/animation/invitations/{number}", data={**WORDS, "version": "2"}).status_code == 303
    desk.send(number)
    late = client.post(f"/animation/invitations/{number}", data={**hers, "version": "3"})
    assert late.status_code == 422


def test_a_draft_is_deleted_and_taken_back(desk: Desk, client: FlaskClient) -> None:
    number = desk.prepare()
    page = desk.press(number, "supprimer")
    assert "Le brouillon est supprimé." in page
    assert campaign(number).state == "dropped"
    desk.press(number, "restaurer")
    assert campaign(number).state == "draft"
    desk.send(number)
    assert client.post(f"/animation/invitations/{number}/supprimer").status_code == 404


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"status": "draft"}, "publiez-la d’abord"),
        ({"status": "cancelled"}, "est annulée"),
        ({"status": "postponed"}, "reportée"),
        ({"registration_closes_at": datetime(2026, 11, 19, 9, tzinfo=PARIS)}, "Les inscriptions sont closes"),
        ({"starts_at": datetime(2026, 11, 19, 9, tzinfo=PARIS)}, "a commencé ou est passée"),
    ],
)
def test_events_nobody_can_come_to(
    desk: Desk, client: FlaskClient, held: int, values: dict[str, Any], sentence: str
) -> None:
    number = desk.prepare()
    seen = re.search(r'name="seen" value="(\w+)"', desk.page(number))
    assert seen
    with unit_of_work():
        for name, value in values.items():
            setattr(db.session.get_one(Event, held), name, value)
    assert sentence in desk.press(number, "envoyer", seen=seen.group(1))
    assert campaign(number).state == "draft"
    answer = client.post(f"{desk.pages}/choisir", data={"how": "all"}, follow_redirects=True)
    assert sentence in answer.text
    assert "Relancer" not in client.get(desk.pages).text


def test_an_empty_audience(desk: Desk) -> None:
    number = desk.prepare(question="q=personne-de-ce-nom")
    page = desk.page(number)
    assert "Il ne reste personne" in page
    assert "Envoyer à" not in page
    assert "Il ne reste personne" in desk.press(number, "envoyer", seen="")


def test_the_cost_does_not_grow_with_the_crowd(
    desk: Desk, people: People, client: FlaskClient, queries: Queries
) -> None:
    number = desk.invite(question="profession=70")
    draft = desk.prepare()
    pages = (desk.pages, f"{desk.pages}/choisir", f"/animation/invitations/{draft}", f"/animation/invitations/{number}")

    def costs() -> list[int]:
        found = []
        for page in pages:
            client.get(page)
            with queries:
                client.get(page)
            found.append(len(queries))
        return found

    few = costs()
    with unit_of_work():
        for place in range(60):
            person(f"P{place}", f"Nom{place}", email=f"p{place}@cabinet.example")
    desk.invite()
    assert costs() == few


def test_who_may(desk: Desk, people: People, client: FlaskClient, sign_in: Any) -> None:
    number = desk.prepare()
    sign_in(people.charlie)
    assert client.get(desk.pages).status_code == 404
    assert client.get(f"/animation/invitations/{number}").status_code == 404
    assert client.post(f"/animation/invitations/{number}/envoyer").status_code == 404
    assert db.session.scalar(sa.select(sa.func.count(MailMessage.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(Guest.id))) == 0
