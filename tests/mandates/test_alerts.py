"""Ends are announced to those who decide on what follows: once for each mandate, and once a year."""

from datetime import date
from typing import Any

from cop.activity.service import COMMAND
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.mandates import service
from cop.mandates.jobs import TELL
from tests.mandates.conftest import mandate
from tests.people_of_the_tests import People


def told(outbox: Any, kind: str) -> list[str]:
    return [mail.recipient for mail in outbox() if mail.kind == kind]


def test_an_end_is_announced_once_to_those_who_manage_it(
    people: People, give: Any, decision_id: int, outbox: Any, clock: Any
) -> None:
    give(people.diane_id, "animator", date(2026, 1, 1), date(2027, 1, 19), departments=("49",), decision_id=decision_id)
    clock.set("2026-11-19 12:00")
    jobs.run(TELL)
    assert told(outbox, "mandates.ending") == []
    clock.set("2026-11-20 12:00")
    for _run in range(2):
        jobs.run(TELL)
    assert told(outbox, "mandates.ending") == ["alice@cokillaje.example"], "Bob animates: he does not give mandates"
    mail = outbox()[-1]
    assert "Diane Dumas" in mail.subject
    assert "mardi 19 janvier 2027" in mail.body.text
    assert f"/personnes/{people.diane_id}/mandats" in mail.body.text


def test_another_end_is_another_announcement(people: People, give: Any, decision_id: int, outbox: Any) -> None:
    number = give(people.diane_id, "treasurer", date(2026, 1, 1), date(2026, 12, 20), decision_id=decision_id)
    jobs.run(TELL)
    with unit_of_work():
        service.end_early(mandate(number), date(2026, 12, 1), "resigned", COMMAND)
    jobs.run(TELL)
    assert len(told(outbox, "mandates.ending")) == 2


def test_what_awaits_a_decision_or_was_taken_off_is_not_announced(
    people: People, give: Any, decision_id: int, outbox: Any
) -> None:
    give(people.diane_id, "treasurer", date(2026, 1, 1), date(2026, 12, 20))
    number = give(people.diane_id, "board_member", date(2026, 1, 1), date(2026, 12, 20), decision_id=decision_id)
    with unit_of_work():
        service.remove(mandate(number), COMMAND)
    jobs.run(TELL)
    assert outbox() == []


def test_before_the_first_of_january(people: People, give: Any, decision_id: int, outbox: Any, clock: Any) -> None:
    """What is decided each year is listed in December, in the reader's language, once."""
    give(
        people.diane_id, "animator", date(2026, 1, 1), date(2026, 12, 31), departments=("49",), decision_id=decision_id
    )
    with unit_of_work():
        people.alice.language = "en"
        db.session.flush()
    clock.set("2026-11-30 12:00")
    jobs.run(TELL)
    assert told(outbox, "mandates.yearly") == []
    clock.set("2026-12-01 00:30")
    for _run in range(2):
        jobs.run(TELL)
    assert told(outbox, "mandates.yearly") == ["alice@cokillaje.example"]
    text = outbox()[-1].body.text
    assert "before 1 January 2027" in outbox()[-1].subject
    assert "Diane Dumas" in text
    clock.set("2027-12-02 12:00")
    jobs.run(TELL)
    assert len(told(outbox, "mandates.yearly")) == 1, "nothing ends with 2027: nothing to say"
