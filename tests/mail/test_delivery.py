"""Claim, send, outcome: through crashes, two workers, refusals and quotas, nothing is lost or sent twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cop.core import clock as core_clock
from cop.core import jobs as core_jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.mail import jobs, queries, rules, service_housekeeping, transport
from cop.mail.ledger import Claimed, open_ledger
from cop.mail.models import MailMessage, Status
from cop.mail.service_delivery import deliver
from cop.mail.transport import Interrupted, Parcel, Refused, Unreachable

Queue = Callable[..., int]
Read = Callable[[int], MailMessage]


class Door:
    """A way out that does what the test says with each parcel."""

    def __init__(self, act: Callable[[Parcel], None]) -> None:
        self.act = act

    def send(self, parcel: Parcel) -> None:
        self.act(parcel)


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Parcel], None]], None]:
    """Put another wire behind the memory transport."""

    def use(act: Callable[[Parcel], None]) -> None:
        monkeypatch.setattr(transport, "MEMORY", Door(act))

    return use


def claim() -> list[Claimed]:
    """What a worker does just before it dies."""
    with open_ledger() as ledger:
        return ledger.claim(core_clock.now(), 20)


def raising(error: BaseException) -> Callable[[Parcel], None]:
    def act(_: Parcel) -> None:
        raise error

    return act


def sent_to() -> list[str]:
    return [parcel.recipient for parcel in transport.MEMORY.parcels]


def test_a_due_mail_is_sent_once(queue: Queue, read: Read) -> None:
    number = queue()
    assert deliver() == 1
    assert deliver() == 0
    mail = read(number)
    assert (mail.status, mail.attempts, mail.sent_at, mail.sending_since) == (Status.SENT, 1, core_clock.now(), None)
    assert transport.MEMORY.parcels == [Parcel("contact@cokillaje.example", "diane@cabinet.example", mail.raw or b"")]


def test_service_mails_leave_first(queue: Queue) -> None:
    for category in ("community", "reminder", "service"):
        queue(f"{category}@cabinet.example", category=category)
    deliver()
    assert [name.partition("@")[0] for name in sent_to()] == ["service", "reminder", "community"]


def test_a_mail_waits_for_its_hour_and_expires_after_it(queue: Queue, read: Read, clock: Any) -> None:
    clock.set("2026-11-20 09:00")
    now = core_clock.now()
    number = queue(not_before=now + timedelta(hours=1), expires_at=now + timedelta(hours=2))
    assert deliver() == 0
    clock.set("2026-11-20 11:00")
    assert deliver() == 0
    core_jobs.run(jobs.JOBS[1])
    assert read(number).status == Status.EXPIRED
    assert sent_to() == []


def test_a_crash_between_claim_and_outcome_sends_again_after_a_while(queue: Queue, read: Read, clock: Any) -> None:
    number = queue()
    assert len(claim()) == 1
    # The worker dies here.
    clock.advance(minutes=14)
    core_jobs.run(jobs.JOBS[1])
    assert deliver() == 0
    clock.advance(minutes=1)
    core_jobs.run(jobs.JOBS[1])
    assert deliver() == 1
    assert (read(number).status, read(number).attempts) == (Status.SENT, 2)


def test_a_worker_that_wakes_up_late_does_not_undo_what_another_did(queue: Queue, read: Read, clock: Any) -> None:
    number = queue()
    [slow] = claim()
    clock.advance(minutes=16)
    core_jobs.run(jobs.JOBS[1])
    assert deliver() == 1
    with open_ledger() as ledger:
        ledger.not_sent(slow, status=Status.FAILED, error="too late")
    assert read(number).status == Status.SENT


def test_a_batch_that_takes_too_long_is_given_back(queue: Queue, read: Read, clock: Any, door: Any) -> None:
    first, second = queue("a@cabinet.example"), queue("b@cabinet.example")
    sent: list[str] = []

    def slow(parcel: Parcel) -> None:
        sent.append(parcel.recipient)
        clock.advance(minutes=6)

    door(slow)
    deliver(limit=2)
    assert sent == ["a@cabinet.example"]
    assert read(first).status == Status.SENT
    assert (read(second).status, read(second).attempts) == (Status.QUEUED, 0)


def test_an_unforeseen_error_keeps_one_mail_and_gives_back_the_others(queue: Queue, read: Read, door: Any) -> None:
    first, second = queue("a@cabinet.example"), queue("b@cabinet.example")
    door(raising(SystemExit(1)))
    with pytest.raises(SystemExit):
        deliver()
    assert read(first).status == Status.SENDING
    assert (read(second).status, read(second).attempts) == (Status.QUEUED, 0)


def test_a_mail_that_kills_each_worker_is_given_up(queue: Queue, read: Read, clock: Any) -> None:
    number = queue()
    for _ in range(len(rules.LADDER) + 1):
        assert len(claim()) == 1
        clock.advance(minutes=16)
        core_jobs.run(jobs.JOBS[1])
    assert read(number).status == Status.FAILED


@pytest.mark.parametrize("error", [Refused(451, "later"), Interrupted("lost")])
def test_the_ladder_of_tries(queue: Queue, read: Read, clock: Any, door: Any, error: Exception) -> None:
    number = queue()
    door(raising(error))
    waits = []
    for _ in rules.LADDER:
        before = core_clock.now()
        deliver()
        waits.append(read(number).not_before - before)
        clock.advance(seconds=waits[-1].total_seconds() - 1)
        assert deliver() == 0
        clock.advance(seconds=1)
    assert tuple(waits) == rules.LADDER
    deliver()
    mail = read(number)
    assert (mail.status, mail.attempts, mail.error) == (Status.FAILED, 10, str(error))


def test_a_final_refusal_fails_at_once_and_says_why(queue: Queue, read: Read, door: Any) -> None:
    number = queue()
    door(raising(Refused(554, "5.7.1 message looks like spam")))
    deliver()
    assert (read(number).status, read(number).error) == (Status.FAILED, "554 5.7.1 message looks like spam")
    assert read(queue()).status == Status.QUEUED


def test_an_unreachable_server_costs_no_mail_its_tries(queue: Queue, read: Read, clock: Any, door: Any) -> None:
    numbers = [queue(f"p{i}@cabinet.example") for i in range(30)]
    tries = []

    def refuse(parcel: Parcel) -> None:
        tries.append(parcel.recipient)
        raise Unreachable("connection refused")

    door(refuse)
    for _ in range(20):
        core_jobs.run(jobs.JOBS[0])
        clock.advance(seconds=2)
    assert len(tries) == 2, "the server is left alone between two tries"
    assert {(read(n).status, read(n).attempts) for n in numbers} == {(Status.QUEUED, 0)}
    assert queries.health(core_clock.now()).unreachable == "connection refused"
    clock.advance(hours=12)
    door(lambda _: None)
    core_jobs.run(jobs.JOBS[0])
    assert {read(n).status for n in numbers} == {Status.SENT}
    assert queries.health(core_clock.now()).unreachable is None


def test_the_quota_rolls_and_keeps_room_for_service_mails(queue: Queue, settings: Any, clock: Any) -> None:
    settings(mail_daily_quota=10)
    for i in range(12):
        queue(f"c{i}@cabinet.example", category="community")
    assert deliver() == 8
    for i in range(5):
        queue(f"s{i}@cabinet.example")
    assert deliver() == 2
    clock.advance(hours=23)
    assert deliver() == 0
    clock.advance(hours=1, seconds=1)
    assert deliver() == 7
    assert [name[0] for name in sent_to()] == list("ccccccccsssssscccc"[:10] + "sss" + "cccc")


def test_four_workers_at_once_send_each_mail_once(app: Application, queue: Queue) -> None:
    for i in range(80):
        queue(f"p{i}@cabinet.example")
    start = threading.Barrier(4)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with app.app_context():
                start.wait()
                while deliver(limit=7):
                    pass
                db.session.remove()
        except BaseException as error:
            errors.append(error)
            raise

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    assert sorted(sent_to()) == sorted(f"p{i}@cabinet.example" for i in range(80))


def test_four_workers_at_once_respect_the_quota(app: Application, queue: Queue, settings: Any) -> None:
    settings(mail_daily_quota=25)
    for i in range(60):
        queue(f"p{i}@cabinet.example")
    start = threading.Barrier(4)

    def work() -> None:
        with app.app_context():
            start.wait()
            while deliver(limit=3):
                pass
            db.session.remove()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(sent_to()) == 25


def test_old_mails_are_forgotten_but_counted(queue: Queue, read: Read, clock: Any) -> None:
    number = queue()
    waiting = queue(not_before=core_clock.now() + timedelta(days=60))
    deliver()
    clock.advance(days=31)
    with unit_of_work():
        service_housekeeping.erase_bodies(core_clock.now())
    mail = read(number)
    assert (mail.text, mail.html, mail.raw, mail.calendar) == (None, None, None, None)
    assert mail.bodies_erased_at == core_clock.now()
    assert read(waiting).raw is not None


def test_the_delivery_job_has_nothing_to_do_when_nothing_is_due(app: Application, queue: Queue) -> None:
    assert core_jobs.run(jobs.JOBS[0]).items == 0
    queue()
    assert core_jobs.run(jobs.JOBS[0]).items == 1
    assert core_jobs.run(jobs.JOBS[0]).items == 0
