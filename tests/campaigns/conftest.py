"""A study morning to ask people to, a crowd to ask, and the hands of whoever asks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.campaigns import jobs as campaigns
from cop.campaigns.models import Campaign
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.events.models import Event
from cop.invitations.models_guests import Guest
from cop.mail import service_delivery, transport
from cop.people.models import Person
from tests.people_of_the_tests import People, event, person

WORDS = {
    "subject_fr": "Invitation : {rencontre}",
    "words_fr": "Chère {prénom}, venez le {date}. **Café offert.** Voir [le lieu](https://lieu.example/plan).",
    "subject_en": "",
    "words_en": "",
}


@pytest.fixture(autouse=True)
def _empty_shelf() -> None:
    transport.MEMORY.parcels.clear()


@pytest.fixture
def held(people: People) -> int:
    with unit_of_work():
        made: Event = event(people)
        return made.id


@pytest.fixture
def crowd(people: People) -> list[int]:
    """Four people of Maine-et-Loire, whom Bob sees (with Diane); one of Charlie's."""
    with unit_of_work():
        made = [
            person("Ana", "Abel", email="ana@cabinet.example"),
            person("Bea", "Blin", email="bea@cabinet.example", profession="70"),
            person("Clo", "Cros", email="clo@cabinet.example", profession="70"),
            person("Dan", "Dorn", email=None),
        ]
        person("Loin", "Zed", email="loin@cabinet.example", commune="44109")
        return [one.id for one in made]


@dataclass
class Desk:
    """Bob, at his browser."""

    client: FlaskClient
    event_id: int
    sign_in: Any
    who: Any

    def back(self) -> None:
        """Some days later, the session of the browser is over."""
        db.session.rollback()
        self.sign_in(self.who.bob)

    @property
    def pages(self) -> str:
        return f"/animation/evenements/{self.event_id}/invites"

    def prepare(self, **data: Any) -> int:
        """A draft; its number."""
        answer = self.client.post(f"{self.pages}/choisir", data={"how": "all", "question": "", **data})
        assert answer.status_code == 303, answer.text
        return int(answer.location.rsplit("/", 1)[1])

    def page(self, number: int) -> str:
        return self.client.get(f"/animation/invitations/{number}").text

    def press(self, number: int, what: str, **data: Any) -> str:
        """A button of the campaign's page; the page it leads to."""
        answer = self.client.post(f"/animation/invitations/{number}/{what}", data=data, follow_redirects=True)
        return answer.text

    def send(self, number: int) -> str:
        seen = re.search(r'name="seen" value="(\w+)"', self.page(number))
        return self.press(number, "envoyer", seen=seen.group(1) if seen else "")

    def invite(self, **data: Any) -> int:
        number = self.prepare(**data)
        self.send(number)
        write()
        return number


@pytest.fixture
def desk(people: People, held: int, crowd: list[int], client: FlaskClient, sign_in: Any) -> Desk:
    return Desk(sign_in(people.bob), held, sign_in, people)


@pytest.fixture
def settings(app: Application) -> Iterator[Any]:
    before = app.extensions["cop.settings"]

    def change(**changes: Any) -> None:
        app.extensions["cop.settings"] = replace(app.extensions["cop.settings"], **changes)

    yield change
    app.extensions["cop.settings"] = before


def write() -> None:
    """The worker's turn: what may be written is written."""
    outcome = jobs.run(campaigns.JOBS[0])
    assert not outcome.errors, outcome.last_error


def deliver() -> int:
    """The mail server takes what waits."""
    return service_delivery.deliver()


def campaign(number: int) -> Campaign:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Campaign, number)


def guest(family_name: str) -> Guest:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(sa.select(Guest).join(Guest.person).where(Person.family_name == family_name)).one()


def link_in(mail: Any) -> str:
    """The path of the personal link in a mail."""
    found = re.search(r"http://localhost(/invite/[^>\s]+)", mail.text)
    assert found, mail.text
    return found.group(1)
