"""Jobs: one item, one transaction; a failing one does not keep the others from their turn."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from cop.core import clock as core_clock
from cop.core import jobs
from cop.core.db import db
from cop.core.jobs import Job, JobRun
from cop.core.rate_limits import RateLimit
from cop.core.web import Application


def write(key: str, now: datetime) -> None:
    db.session.add(RateLimit(key=key, window=0, hits=1, expires_at=now))
    db.session.flush()
    if key == "bad":
        raise ValueError("this one is bad")


def job(*keys: str, **changes: Any) -> Job:
    values: dict[str, Any] = {"every": timedelta(minutes=1), "find": lambda _now: keys, "handle": write, **changes}
    return Job("test.job", "A job", **values)


def kept() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(sa.select(RateLimit.key)))


def last() -> JobRun:
    db.session.rollback()
    return db.session.scalars(sa.select(JobRun)).one()


def test_a_bad_item_is_told_and_the_others_are_done(app: Application) -> None:
    outcome = jobs.run(job("a", "bad", "c"))
    assert kept() == ["a", "c"]
    assert (outcome.items, outcome.errors) == (2, 1)
    run = last()
    assert (run.items, run.errors, run.last_error) == (2, 1, "ValueError: this one is bad")
    assert run.succeeded_at is None
    assert run.ended_at == core_clock.now()


def test_a_good_run_after_a_bad_one_is_a_success(app: Application, clock: Any) -> None:
    jobs.run(job("bad"))
    clock.advance(minutes=1)
    jobs.run(job("a"))
    assert (last().errors, last().succeeded_at) == (0, core_clock.now())


def test_a_job_that_cannot_say_what_is_due_is_told(app: Application) -> None:
    def find(_now: datetime) -> list[str]:
        raise OSError("no list")

    assert jobs.run(job(find=find)).last_error == "OSError: no list"
    assert last().errors == 1


def test_what_is_due_is_only_read(app: Application) -> None:
    def find(now: datetime) -> list[str]:
        write("found", now)
        return []

    jobs.run(job(find=find))
    assert kept() == []


def test_asked_to_stop_it_ends_between_two_items(app: Application) -> None:
    done: list[str] = []
    jobs.run(job("a", "b", "c", handle=lambda key, _now: done.append(key)), stop=lambda: len(done) == 2)
    assert done == ["a", "b"]


def test_late_is_three_periods_without_success(app: Application, clock: Any) -> None:
    hourly = job("a", every=timedelta(hours=1))
    assert jobs.is_late(hourly, None, core_clock.now())
    jobs.run(hourly)
    clock.advance(hours=3)
    assert not jobs.is_late(hourly, last(), core_clock.now())
    clock.advance(seconds=1)
    assert jobs.is_late(hourly, last(), core_clock.now())


def test_a_quick_job_has_a_minute(app: Application, clock: Any) -> None:
    quick = job("a", every=timedelta(seconds=2))
    jobs.run(quick)
    clock.advance(seconds=60)
    assert not jobs.is_late(quick, last(), core_clock.now())
    clock.advance(seconds=1)
    assert jobs.is_late(quick, last(), core_clock.now())


def test_a_job_awaits_its_first_turn_from_the_worker_s_start(app: Application, clock: Any) -> None:
    jobs.announce()
    runs = jobs.last_runs()
    assert not any(jobs.is_late(one, runs[one.name], core_clock.now()) for one in jobs.known())
    clock.advance(minutes=2)
    jobs.announce()
    clock.advance(minutes=2)
    assert all(jobs.is_late(one, jobs.last_runs()[one.name], core_clock.now()) for one in jobs.known())


def test_a_first_turn_that_failed_is_no_success(app: Application) -> None:
    failing = job("bad")
    jobs.run(failing)
    assert jobs.is_late(failing, last(), core_clock.now())


def test_every_job_has_its_own_name_and_words(app: Application) -> None:
    names = [one.name for one in jobs.known()]
    assert len(names) == len(set(names))
    assert {"worker", "mail.delivery", "accounts.forget", "core.forget_tries"} <= set(names)
    assert all(str(one.title) and one.every >= timedelta(seconds=1) for one in jobs.known())


def test_every_job_runs_on_an_empty_database(app: Application) -> None:
    for one in jobs.known():
        assert jobs.run(one).errors == 0, one.name
