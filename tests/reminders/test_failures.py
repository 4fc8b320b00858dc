"""Workers that crash, that are two, that rest for a week."""

import threading

import pytest

from cop.core import clock as clocks
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.mail import service_delivery, service_housekeeping
from cop.mail.models import Status
from cop.reminders import queries, service
from cop.reminders.jobs import SEND
from cop.reminders.queries import Due
from tests.conftest import ClockHand
from tests.reminders.conftest import Stage, local


def test_two_workers_send_one_each(app: Application, stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    event = stage.event("2026-03-30 09:00")
    for number in range(12):
        stage.register(event, f"Personne {number:02}")
    clock.set("2026-03-29 09:00")
    db.session.rollback()
    start = threading.Barrier(2)
    outcomes = []

    def work() -> None:
        with app.app_context():
            start.wait()
            outcomes.append(jobs.run(SEND))
            db.session.remove()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [outcome.errors for outcome in outcomes] == [0, 0]
    assert sorted(stage.reminded()) == [f"Personne {number:02}" for number in range(12)]


def test_a_crash_in_the_middle_loses_and_doubles_nothing(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    event = stage.event("2026-03-30 09:00")
    for name in ("Anne", "Basile", "Chloé", "David"):
        stage.register(event, name)
    clock.set("2026-03-29 09:00")
    calls = iter([False, False, True])
    jobs.run(SEND, stop=lambda: next(calls))
    assert stage.reminded() == ["Anne", "Basile"]
    third = queries.due(clocks.now())[0]
    with pytest.raises(SystemExit):
        _killed_before_the_commit(third)
    assert stage.reminded() == ["Anne", "Basile"]
    clock.advance(minutes=10)
    stage.tick()
    assert stage.reminded() == ["Anne", "Basile", "Chloé", "David"]


def _killed_before_the_commit(due: Due) -> None:
    with unit_of_work():
        service.remind(due, clocks.now())
        raise SystemExit


def test_a_worker_back_after_a_day_still_reminds(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(7)
    stage.register(stage.event("2026-03-30 09:00"))
    clock.set("2026-03-24 15:00")
    stage.tick()
    assert stage.reminded() == ["Émilie"]


def test_a_worker_back_after_a_week_sends_one_reminder_not_two(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(7, text_fr="Une semaine avant")
    stage.rule(1, text_fr="La veille")
    stage.register(stage.event("2026-03-30 09:00"))
    clock.set("2026-03-29 15:00")
    stage.tick()
    (mail,) = stage.mails()
    assert "La veille" in (mail.text or "")


def test_a_worker_back_after_the_start_sends_nothing(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    stage.register(stage.event("2026-03-30 09:00"))
    clock.set("2026-03-30 09:00")
    assert stage.tick().items == 0
    assert stage.reminded() == []


def test_a_reminder_that_could_not_leave_expires_with_the_start(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    stage.register(stage.event("2026-03-30 09:00"))
    clock.set("2026-03-29 09:00")
    stage.tick()
    assert stage.mails()[0].expires_at == local("2026-03-30 09:00")
    clock.set("2026-03-30 09:01")
    with unit_of_work():
        service_housekeeping.expire(clocks.now())
    service_delivery.deliver(limit=100)
    assert [mail.status for mail in stage.mails()] == [Status.EXPIRED]


def test_an_item_found_due_is_looked_at_again(stage: Stage, clock: ClockHand) -> None:
    """Between the list and its turn a person may give the seat back, or the event be called off."""
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    event = stage.event("2026-03-30 09:00")
    anne = stage.register(event, "Anne")
    stage.register(event, "Basile")
    clock.set("2026-03-29 09:00")
    found = queries.due(clocks.now())
    assert len(found) == 2
    stage.give_back(event, anne)
    with unit_of_work():
        service.remind(found[0], clocks.now())
    assert stage.reminded() == []
    stage.call_off(event)
    with unit_of_work():
        service.remind(found[1], clocks.now())
    assert stage.reminded() == []
