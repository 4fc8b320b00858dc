"""The worker's part: spread over the days, stopped, taken up, halted with its event; through crashes, once each."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.accounts.models import Account
from cop.activity.service import COMMAND, WORKER
from cop.campaigns import jobs as campaigns
from cop.campaigns import queries, queries_audience, service, service_writing
from cop.campaigns.models import Campaign, Recipient
from cop.core import clock as now_of
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.invitations.models_guests import Guest
from cop.mail.models import MailMessage, Status
from cop.people.models import Person
from cop.registrations import service as registrations
from tests.campaigns.conftest import Desk, campaign, deliver, guest, link_in, write
from tests.people_of_the_tests import People


def crowd_of(count: int) -> None:
    """So many people more, whom the coordination sees."""
    rows = [
        {
            "given_name": f"P{place}", "family_name": f"Nom{place:04}", "search_name": f"p{place} nom{place:04}",
            "email": f"p{place}@cabinet.example", "language": "fr", "created_at": now_of.now(),
        }
        for place in range(count)
    ]  # fmt: skip
    with unit_of_work():
        db.session.execute(sa.insert(Person), rows)


def launched(people: People, held: int, query: str = "") -> int:
    """A campaign of Alice's to everybody, under way."""
    with unit_of_work():
        event, alice = db.session.get_one(Event, held), db.session.get_one(Account, people.alice_id)
        made = service.prepare(event, alice, now_of.now(), query=query)
        stamp = queries_audience.of_campaign(made, alice, now_of.now()).stamp
        assert service.launch(made, alice, stamp, actor=COMMAND, now=now_of.now())
        return made.id


def sent() -> int:
    return db.session.scalar(sa.select(sa.func.count(MailMessage.id)).filter_by(status=Status.SENT)) or 0


def test_spread_over_the_quota_of_days(
    people: People, held: int, settings: Any, clock: Any, client: FlaskClient, sign_in: Any
) -> None:
    """210 people, 100 mails a day of which 20 are kept for what people ask for themselves: three days."""
    settings(mail_daily_quota=100)
    crowd_of(209)
    browser = sign_in(people.alice)
    number = launched(people, held)
    page = browser.get(f"/animation/invitations/{number}").text
    assert "Tous seront partis le dimanche 22 novembre" in page.replace("\u00a0", " ")
    for day, (written, left) in enumerate([(80, 130), (160, 50), (210, 0)]):
        clock.set(f"2026-11-{20 + day} 10:0{day + 1}")
        for _turn in range(3):
            write()
            deliver()
        assert sent() == written
        assert queries.progress(campaign(number)).unwritten == left
    write()
    assert campaign(number).state == "done"
    assert len(set(db.session.scalars(sa.select(MailMessage.recipient)))) == 210


def test_the_day_of_the_end_is_told_before(desk: Desk, settings: Any) -> None:
    settings(mail_daily_quota=2)
    number = desk.prepare()
    page = re.sub(r"\s+", " ", desk.page(number).replace("\u00a0", " "))
    assert "4 courriels, environ 2 par jour : terminé le samedi 21 novembre." in page
    assert "4 personnes reçoivent ce courriel, au plus tard le samedi 21 novembre." in desk.send(number)


def test_hundreds_by_slices_through_a_crash(people: People, held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice that fails leaves nothing behind and is written the next time; nobody gets two."""
    crowd_of(249)
    number = launched(people, held)
    assert len(queries.due(now_of.now())) == 3
    enqueue, calls = service_writing.mails.invitation, []

    def failing(made: Campaign, reader: Any) -> Any:
        calls.append(reader.id)
        if len(calls) == 120:
            raise RuntimeError("the power went")
        return enqueue(made, reader)

    monkeypatch.setattr(service_writing.mails, "invitation", failing)
    outcome = jobs.run(campaigns.JOBS[0])
    assert outcome.errors == 1
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(MailMessage.id))) == 200
    write()
    assert db.session.scalar(sa.select(sa.func.count(MailMessage.id))) == 250
    assert db.session.scalar(sa.select(sa.func.count(Guest.id)).where(Guest.asked_at.is_not(None))) == 250
    assert queries.due(now_of.now()) == []
    assert queries.progress(campaign(number)).on_their_way == 250


def test_the_same_slice_twice_writes_once(people: People, held: int) -> None:
    """Another worker had the same list of slices."""
    number = launched(people, held, "q=diane")
    for _worker in range(2):
        with unit_of_work():
            service_writing.write_slice(number, now_of.now())
    assert db.session.scalar(sa.select(sa.func.count(MailMessage.id))) == 1


def test_stopped_and_taken_up(desk: Desk, settings: Any, clock: Any, outbox: Any, client: FlaskClient) -> None:
    """What has left has left; the rest waits, as if it had not been written; taken up, each gets one mail in all."""
    settings(mail_daily_quota=4)
    number = desk.invite()
    assert [one.status for one in outbox()] == ["queued"] * 3
    settings(mail_daily_quota=1)
    deliver()
    page = desk.press(number, "arreter")
    assert "Arrêté" in page
    assert "3 personnes n’ont pas reçu ce courriel" in page
    assert sorted(one.status for one in outbox()) == ["cancelled", "cancelled", "sent"]
    assert guest("Abel").asked_at is not None
    assert guest("Blin").asked_at is None
    write()
    deliver()
    assert sent() == 1
    settings(mail_daily_quota=0)
    assert "Les courriels repartent." in desk.press(number, "reprendre")
    desk.press(number, "reprendre")
    write()
    deliver()
    write()
    left = [one.recipient for one in outbox() if one.status == "sent"]
    assert sorted(left) == [f"{name}@cabinet.example" for name in ("ana", "bea", "clo", "diane")]
    assert campaign(number).state == "done"
    assert client.post(f"/animation/invitations/{number}/arreter").status_code == 303
    assert campaign(number).state == "done"


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_the_event_goes_and_the_rest_with_it(
    desk: Desk, held: int, settings: Any, outbox: Any, client: FlaskClient, status: str
) -> None:
    settings(mail_daily_quota=3)
    number = desk.invite()
    assert len(outbox()) == 2
    with unit_of_work():
        db.session.get_one(Event, held).status = status
    write()
    assert {one.status for one in outbox()} == {"cancelled"}
    assert (campaign(number).state, campaign(number).stopped_for) == ("stopped", "event")
    assert "le reste des courriels n’est pas parti" in desk.page(number)
    refused = client.post(f"/animation/invitations/{number}/reprendre", follow_redirects=True)
    assert campaign(number).state == "stopped"
    assert "rencontre est" in refused.text


def test_who_answered_meanwhile_is_left_aside(people: People, desk: Desk, held: int, crowd: list[int]) -> None:
    """Between the press and the mail some register, decline, or are forgotten."""
    number = desk.prepare()
    desk.send(number)
    with unit_of_work():
        event = db.session.get_one(Event, held)
        registrations.register(event, db.session.get_one(Person, crowd[0]), now=now_of.now(), actor=WORKER)
        db.session.get_one(Person, crowd[1]).anonymised_at = now_of.now()
        clo = db.session.scalars(sa.select(Guest).filter_by(person_id=crowd[2])).one()
        clo.declined_at = now_of.now()
    write()
    asked = db.session.execute(sa.select(Recipient.person_id, Recipient.left_out).order_by(Recipient.person_id)).all()
    assert [tuple(row) for row in asked] == [
        (people.diane_id, ""), (crowd[0], "registered"), (crowd[1], "no_address"), (crowd[2], "declined"),
    ]  # fmt: skip


def test_mails_that_come_back(desk: Desk, outbox: Any, client: FlaskClient) -> None:
    desk.invite()
    deliver()
    with unit_of_work():
        db.session.get_one(MailMessage, outbox()[0].id).status = Status.FAILED
    page = client.get(f"{desk.pages}?reponse=non-remis").text
    assert re.findall(r"<b>(\w+)</b> (\w+)(?:</a>)?</th>", page) == [("Abel", "Ana")]
    assert "Courriel non remis" in page


def test_a_mail_speaks_its_reader_s_language(desk: Desk, crowd: list[int], outbox: Any, client: FlaskClient) -> None:
    with unit_of_work():
        db.session.get_one(Person, crowd[0]).language = "en"
        db.session.get_one(Person, crowd[1]).given_name = "*Bea* {nom} <b>"
    number = desk.prepare()
    assert "En anglais" in desk.page(number)
    form = {
        "subject_fr": "Pour {prénom}", "words_fr": "Bonjour {prénom} {nom}.", "subject_en": "",
        "words_en": "Dear {first name}, on {date}.", "version": "1",
    }  # fmt: skip
    client.post(f"/animation/invitations/{number}", data=form)
    desk.send(number)
    write()
    ana, bea = outbox()[:2]
    assert "Dear Ana, on Thursday 14 January 2027" in ana.text.replace("\u00a0", " ")
    assert "See the meeting and register" in ana.text
    assert bea.subject == "Pour *Bea* {nom} <b>"
    assert "Bonjour *Bea* {nom} <b> Blin." in bea.text
    assert "&lt;b&gt;" in (bea.html or "")


def test_forgotten_a_year_later(desk: Desk, clock: Any, held: int) -> None:
    number = desk.invite()
    forget = next(job for job in campaigns.JOBS if job.name == "campaigns.forget")
    clock.set("2028-01-14 12:00")
    jobs.run(forget)
    assert db.session.scalar(sa.select(sa.func.count(Guest.id))) == 4
    clock.set("2028-01-16 12:00")
    for status, left in (("postponed", 4), ("published", 0)):
        with unit_of_work():
            db.session.get_one(Event, held).status = status
        jobs.run(forget)
        assert db.session.scalar(sa.select(sa.func.count(Guest.id))) == left, "a meeting put off is still to come"
    assert db.session.scalar(sa.select(sa.func.count(Guest.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(Recipient.id))) == 0
    assert campaign(number).asked == 4


def test_the_story_of_a_person(desk: Desk, people: People, client: FlaskClient, outbox: Any, crowd: list[int]) -> None:
    desk.invite()
    browser = client.application.test_client()
    browser.get(link_in(outbox()[0]))
    browser.post(f"{link_in(outbox()[0])}/decliner")
    page = client.get(f"/personnes/{crowd[0]}").text.replace("\u00a0", " ")
    for sentence in ("Invitation à « Écrire", "a été ouverte par son lien", "A dit ne pas pouvoir venir"):
        assert sentence in page
