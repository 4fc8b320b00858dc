"""Writing once more to somebody whom an invitation did not reach."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.activity.models import ActivityEntry
from cop.campaigns.rules import Held, State, Tried, held
from cop.core import clock as now_of
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.mail import service as mail
from cop.mail import service_inbox, service_opposition
from cop.mail.models import MailMessage, Status
from cop.mail.queries_opposition import address_hash
from cop.mail.reading import Bounce, Incoming, Kind
from cop.people.models import Person
from tests.campaigns.conftest import Desk, campaign, deliver, guest, write
from tests.people_of_the_tests import People

BUTTON = "Écrire à nouveau"
TODAY = date(2026, 11, 21)


def came_back(address: str, status: str) -> None:
    """Their server gives the last mail back, in a report."""
    with unit_of_work():
        to_them = sa.select(MailMessage).where(MailMessage.recipient == address).order_by(MailMessage.id.desc())
        lost = db.session.scalars(to_them.limit(1)).one()
        report = Bounce(address, "failed", status, lost.message_id)
        assert service_inbox.keep(Incoming(Kind.BOUNCE, bounces=(report,)), f"x:{lost.id}", now_of.now())


def now_at(person_id: int, email: str | None) -> None:
    with unit_of_work():
        db.session.get_one(Person, person_id).email = email


def undelivered(desk: Desk) -> str:
    page = desk.client.get(f"{desk.pages}?reponse=non-remis").text
    return page.split('<h2 id="people">')[1]


def press(desk: Desk, person_id: int) -> str:
    answer = desk.client.post(f"{desk.pages}/{person_id}/ecrire", data={"reponse": "non-remis"}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def lost(desk: Desk, crowd: list[int], outbox: Any) -> int:
    """Ana, whose mailbox was full; all the others have theirs. Her number."""
    desk.invite()
    assert deliver() == 4
    write()
    came_back("ana@cabinet.example", "5.2.2")
    return crowd[0]


def test_a_full_mailbox_is_written_to_once_more_another_day(desk: Desk, lost: int, outbox: Any, clock: Any) -> None:
    page = undelivered(desk)
    assert "vous pourrez écrire à nouveau demain" in page
    assert BUTTON not in page
    assert "vous pourrez écrire à nouveau demain" in press(desk, lost)
    assert len(outbox()) == 4
    clock.set("2026-11-21 10:01")
    desk.back()
    assert undelivered(desk).count(BUTTON) == 1
    assert "L’invitation repart." in press(desk, lost)
    first, again = outbox()[0], outbox()[-1]
    assert (again.recipient, again.subject, again.text) == (first.recipient, first.subject, first.text)
    noted = db.session.scalars(sa.select(ActivityEntry).filter_by(action="campaign.written_again")).one()
    number = noted.data["campaign"]
    assert campaign(number).state == "running", "a mail on its way stops with its event"
    assert "L’invitation repart." not in press(desk, lost), "pressed twice"
    assert len(outbox()) == 5
    deliver()
    write()
    assert campaign(number).state == "done"
    assert guest("Abel").chases == 0
    assert BUTTON not in desk.client.get(desk.pages).text
    came_back("ana@cabinet.example", "4.2.2")
    assert "écrire à nouveau demain" in undelivered(desk), "given up after days: soft, and written to today"
    assert db.session.scalar(sa.select(sa.func.count()).where(ActivityEntry.action == "campaign.written_again")) == 1


def test_an_address_that_was_mended(desk: Desk, crowd: list[int], lost: int, outbox: Any) -> None:
    came_back("bea@cabinet.example", "5.1.1")
    page = undelivered(desk)
    assert BUTTON not in page
    assert "corrigez-la sur sa fiche" in page
    assert "L’adresse ne fonctionne pas" in press(desk, crowd[1])
    now_at(crowd[1], "b.blin@cabinet.example")
    assert undelivered(desk).count(BUTTON) == 1
    press(desk, crowd[1])
    assert [one.recipient for one in outbox()][4:] == ["b.blin@cabinet.example"]
    assert "Votre lien" not in page
    assert BUTTON not in undelivered(desk)


def test_who_must_not_be_written_to(desk: Desk, crowd: list[int], lost: int, outbox: Any, clock: Any) -> None:
    clock.set("2026-11-23 10:01")
    desk.back()
    for change, words in (
        (lambda: service_opposition.oppose("community", address_hash("ana@cabinet.example"), lost, now_of.now()),
         "Ne veut pas de courriels de ce genre"),
        (lambda: mail.suppress("ana@cabinet.example", "test"), "L’adresse ne fonctionne pas"),
    ):  # fmt: skip
        with unit_of_work():
            change()
        assert words in undelivered(desk)
        assert words in press(desk, lost)
    now_at(lost, "ana.abel@cabinet.example")
    assert "Ne veut pas de courriels de ce genre" in press(desk, lost), "the person said no, not an address"
    now_at(lost, None)
    assert "Aucune adresse connue" in undelivered(desk)
    came_back("clo@cabinet.example", "5.7.1")
    assert "Son serveur de courrier refuse nos courriels" in press(desk, crowd[2])
    press(desk, crowd[1])
    assert desk.client.post(f"{desk.pages}/999/ecrire").status_code == 404
    assert len(outbox()) == 4


def test_who_answered_meanwhile_or_an_event_that_is_over(
    desk: Desk, lost: int, held: int, outbox: Any, clock: Any
) -> None:
    clock.set("2026-11-23 10:01")
    desk.back()
    with unit_of_work():
        guest("Abel").declined_at = now_of.now()
    press(desk, lost)
    with unit_of_work():
        guest("Abel").declined_at = None
        db.session.get_one(Event, held).status = "cancelled"
    assert BUTTON not in desk.client.get(desk.pages).text
    assert "est annulée" in press(desk, lost)
    assert len(outbox()) == 4


def test_a_cancelled_event_takes_it_back(desk: Desk, lost: int, held: int, outbox: Any, clock: Any) -> None:
    clock.set("2026-11-23 10:01")
    desk.back()
    press(desk, lost)
    with unit_of_work():
        db.session.get_one(Event, held).status = "cancelled"
    write()
    assert outbox()[-1].status == Status.CANCELLED


def test_a_name_leads_to_the_page_of_whom_one_may_see(
    desk: Desk, people: People, client: FlaskClient, sign_in: Any
) -> None:
    sign_in(people.alice)
    desk.invite()
    linked = r'/personnes/\d+"><b>(\w+)</b>'
    everybody = re.findall(r"<b>(\w+)</b> \w+", client.get(desk.pages).text)
    assert re.findall(linked, client.get(desk.pages).text) == everybody
    assert "Zed" in everybody
    sign_in(people.bob)
    page = client.get(desk.pages).text
    assert re.findall(linked, page) == [name for name in everybody if name != "Zed"]
    assert "<b>Zed</b> Loin" in page


@pytest.mark.once
@pytest.mark.parametrize(
    ("changes", "by_mail", "expected"),
    [
        ({}, None, None),
        ({"email": ""}, None, Held.NO_ADDRESS),
        ({}, "opposed", Held.OPPOSED),
        ({"email": "b@x.example"}, "given_up", Held.GIVEN_UP),
        ({"may_pass": False}, None, Held.REFUSED),
        ({"may_pass": False, "email": "B@x.example"}, None, None),
        ({"may_pass": False, "email": "A@X.example"}, None, Held.REFUSED),
        ({"on": TODAY}, None, Held.TODAY),
        ({"on": TODAY, "email": "b@x.example"}, None, None),
        ({"state": State.STOPPED}, None, Held.STOPPED),
    ],
)
def test_rule(changes: dict[str, Any], by_mail: str | None, expected: Held | None) -> None:
    tried = Tried("a@x.example", "a@x.example", may_pass=True, on=TODAY - timedelta(days=1), state=State.DONE)
    assert held(replace(tried, **changes), by_mail, TODAY) is expected
