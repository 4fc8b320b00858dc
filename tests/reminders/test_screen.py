"""Reminders on screen: the rules of a kind, what one event says of them, and the mail as it will be read."""

from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.reminders import service
from cop.reminders.models import ReminderException, ReminderRule
from tests.conftest import ClockHand
from tests.events.test_desk import words
from tests.people_of_the_tests import People
from tests.reminders.conftest import Stage

RULE = {"days_before": "7", "at": "9h30", "text_fr": "Pensez au covoiturage.", "text_en": ""}


def address(people: People) -> str:
    return f"/administration/types-de-rencontre/{people.kind_id}/rappels"


def rules() -> list[ReminderRule]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(ReminderRule).order_by(ReminderRule.id)))


def test_a_rule_is_added_seen_as_a_mail_moved_and_switched_off(
    client: Any, people: People, sign_in: Any, clock: ClockHand
) -> None:
    sign_in(people.alice)
    assert "Aucun rappel" in client.get(address(people)).text
    assert "La veille" not in client.get(address(people)).text
    assert "Rappel : Matinée d’études" in words(client.get(f"{address(people)}/nouveau")).replace("\u00a0", " ")
    assert client.post(f"{address(people)}/nouveau", data=RULE).status_code == 303
    (rule,) = rules()
    assert (rule.days_before, rule.at, rule.text_en, rule.active) == (7, "09:30", "Pensez au covoiturage.", True)
    assert "Pensez au covoiturage." in client.get(f"{address(people)}/{rule.id}").text

    clock.advance(hours=1)
    client.post(f"{address(people)}/{rule.id}", data={**RULE, "days_before": "3"})
    (moved,) = rules()
    assert moved.holds_from == clocks.now()
    client.post(f"{address(people)}/{rule.id}/activer", data={"active": "0"})
    assert not rules()[0].active
    client.post(f"{address(people)}/{rule.id}/activer", data={"active": "1"})
    assert rules()[0].active


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("days_before", "61", "60 jours"),
        ("days_before", "0", "avant le début habituel"),
        ("at", "25h", "heure"),
        ("text_fr", "x" * 5000, "1000"),
    ],
)
def test_what_no_rule_can_be_is_refused(
    client: Any, people: People, sign_in: Any, field: str, value: str, sentence: str
) -> None:
    sign_in(people.alice)
    answer = client.post(f"{address(people)}/nouveau", data={**RULE, field: value})
    assert (answer.status_code, sentence in words(answer)) == (422, True), words(answer)
    assert rules() == []


def test_two_reminders_at_one_moment_are_refused(client: Any, people: People, sign_in: Any) -> None:
    sign_in(people.alice)
    client.post(f"{address(people)}/nouveau", data=RULE)
    answer = client.post(f"{address(people)}/nouveau", data=RULE)
    assert answer.status_code == 422
    assert "part déjà à ce moment" in words(answer)


def test_an_event_adds_its_sentence_or_has_no_such_reminder(
    client: Any, people: People, stage: Stage, sign_in: Any, clock: ClockHand
) -> None:
    week, day = stage.rule(7, text_fr="Dites-le si vous ne venez plus."), stage.rule(1)
    event_id = stage.event("2026-12-10 09:00")
    stage.register(event_id)
    sign_in(people.bob)
    here = f"/animation/evenements/{event_id}/rappels"
    assert "7 jours avant" in client.get(here).text
    client.post(f"{here}/{week}", data={"sentence": "L’entrée est par la cour."})
    client.post(f"{here}/{day}", data={"off": "y"})
    shown = words(client.get(here))
    assert "L’entrée est par la cour." in shown
    assert "Pas pour cette rencontre" in shown
    mail = words(client.get(f"{here}/{week}"))
    assert "Dites-le si vous ne venez plus." in mail
    assert "L’entrée est par la cour." in mail

    clock.set("2026-12-03 09:05")
    stage.tick()
    (sent,) = stage.mails()
    assert "L’entrée est par la cour." in sent.body.text
    clock.set("2026-12-09 09:05")
    stage.tick()
    assert len(stage.mails()) == 1
    sign_in(people.bob)
    client.post(f"{here}/{week}", data={"sentence": ""})
    db.session.rollback()
    assert [row.rule_id for row in db.session.scalars(sa.select(ReminderException))] == [day]


def test_a_reminder_switched_off_is_taken_back_before_it_leaves(stage: Stage, clock: ClockHand) -> None:
    rule_id, event_id = stage.rule(1), stage.event("2026-12-10 09:00")
    stage.register(event_id)
    clock.set("2026-12-09 09:05")
    stage.tick()
    with unit_of_work():
        rule, event = db.session.get_one(ReminderRule, rule_id), db.session.get_one(Event, event_id)
        service.say_for(event, rule, off=True, sentence="", actor=stage.bob)
    stage.tick()
    assert [mail.status for mail in stage.mails()] == ["cancelled"]
