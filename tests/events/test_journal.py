"""« Who did what » at the foot of an event: the event’s own acts, and what the staff did for those registered."""

import re
from html import unescape
from typing import Any

import pytest

from cop.activity.service import PUBLIC, Actor
from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events import queries_questions, service_questions
from cop.events.models import Event
from cop.events.rules_questions import Wording
from cop.registrations import service, service_form, service_waitlist
from cop.registrations.models import Registration
from cop.registrations.service_form import Said
from tests.people_of_the_tests import People, event, person


@pytest.fixture
def held(people: People) -> int:
    """A hybrid meeting of Bob's that asks one question."""
    with unit_of_work():
        made = event(people, mode="hybrid", online_capacity=40, online_url="https://visio.example/x")
        service_questions.add(made, Wording("text", "Déjeuner ?"), actor=Actor("command"))
        return made.id


def register(number: int, name: str, actor: Actor, attends: str = "onsite") -> int:
    with unit_of_work():
        who = person(name, "Essai", email=f"{name.lower()}@cabinet.example")
        made = db.session.get_one(Event, number)
        return service.register(made, who, now=clocks.now(), actor=actor, attends=attends).registration.id


def journal(client: Any, number: int) -> list[str]:
    """What each line says, the newest first."""
    part = client.get(f"/animation/evenements/{number}").text.partition('id="journal"')[2].partition("</section>")[0]
    told = [
        " ".join(unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in re.findall(r"<dd>(.*?)</dd>", part, re.S)
    ]
    return [
        one.replace(" à « Écrire sans se faire mal ».", "")
        for one in (re.sub("[\\u00a0\\u202f]", " ", t) for t in told)
    ]


def test_what_the_staff_does_for_people_is_told_and_what_they_do_themselves_is_not(
    people: People, held: int, sign_in: Any, clock: Any
) -> None:
    bob, client = Actor("account", people.bob_id), sign_in(people.bob)
    first = journal(client, held)
    themselves = register(held, "Ana", PUBLIC)
    mine = register(held, "Ben", bob)
    assert journal(client, held) == ["Bob Bonnet a fait une inscription", *first]

    def act(registration: int, what: Any, **values: Any) -> None:
        clock.advance(minutes=1)
        with unit_of_work():
            what(db.session.get_one(Registration, registration), now=clocks.now(), **values)

    act(themselves, service_waitlist.move, quota_id=None, attends="online", actor=bob)
    question = queries_questions.asked(db.session.get_one(Event, held))[0].id
    act(mine, service_form.change_form, said=Said(answers={question: "Oui"}, attends="onsite"), actor=bob)
    act(themselves, service_form.change_form, said=Said(answers={question: "Non"}, attends="online"))
    act(mine, service.cancel, actor=bob, by_person=False)
    act(themselves, service.cancel, actor=PUBLIC, by_person=True)
    assert journal(client, held) == [
        "Bob Bonnet a annulé une inscription",
        "Bob Bonnet a modifié les réponses d’une inscription",
        "Bob Bonnet a changé le groupe ou le mode (sur place, en ligne) d’une inscription",
        "Bob Bonnet a fait une inscription",
        *first,
    ]


def test_many_people_registered_in_a_row_are_one_line(people: People, held: int, sign_in: Any, clock: Any) -> None:
    bob, client = Actor("account", people.bob_id), sign_in(people.bob)
    with unit_of_work():
        other = event(people, "Une autre").id
    for name in ("Ana", "Ben", "Cid"):
        register(held, name, bob)
        register(other, name, bob)
    clock.advance(days=1)
    sign_in(people.bob)
    register(held, "Dan", bob)
    told = journal(client, held)
    assert told[:2] == ["Bob Bonnet a fait une inscription", "Bob Bonnet a fait une inscription 3 fois"]
    assert sum("a fait une inscription" in one for one in told) == 2, "those of the other meeting are told there"
