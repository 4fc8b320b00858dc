"""Jobs: "what is due now and not done yet?", one item, one transaction.

A job is level-triggered: it computes due work from data, so a crash, a restart or a second worker
costs nothing. The scheduler (``cop.worker``) is a metronome and knows nothing of this.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from cop.core import changes, clock, rate_limits
from cop.core.db import Numbered, UTCDateTime, db, insert_if_absent
from cop.core.i18n import _l
from cop.core.unit_of_work import unit_of_work

logger = logging.getLogger(__name__)
# On its very first start a small machine has much to do before the last of the jobs has had its turn.
FIRST_RUN: Final = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Job:
    """``find`` lists what is due; ``handle`` does one of them, in a transaction of its own.

    ``own_transactions``: ``handle`` opens its units of work itself, because it waits on something slow
    (a mail server) that must not happen inside a transaction.
    """

    name: str
    title: str
    every: timedelta
    find: Callable[[datetime], Iterable[Any]]
    handle: Callable[[Any, datetime], None]
    own_transactions: bool = False


class JobRun(Numbered):
    """The last run of a job, and the last one that ended without error."""

    __tablename__ = "job_run"
    __table_args__ = {"info": {**changes.UNRECORDED}}

    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    succeeded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    items: Mapped[int] = mapped_column(default=0)
    errors: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(sa.Text, default="")


@dataclass(frozen=True, slots=True)
class Outcome:
    items: int
    errors: int
    last_error: str = ""


def run(job: Job, *, stop: Callable[[], bool] = lambda: False) -> Outcome:
    """Run the job once, now. A failing item is logged and the others go on; ``stop`` ends between two items."""
    started_at = clock.now()
    _note_start(job, started_at)
    outcome = _run_items(job, started_at, stop)
    _note_end(job, outcome)
    return outcome


def _run_items(job: Job, now: datetime, stop: Callable[[], bool]) -> Outcome:
    items = errors = 0
    last_error = ""
    try:
        with unit_of_work(write=False):
            due = list(job.find(now))
    except Exception as error:
        logger.exception("job %s: could not list what is due", job.name)
        return Outcome(0, 1, _words(error))
    for key in due:
        if stop():
            break
        try:
            _handle(job, key, now)
            items += 1
        except Exception as error:  # one bad item must not keep the others from their turn
            logger.exception("job %s: item %r failed", job.name, key)
            errors += 1
            last_error = _words(error)
    return Outcome(items, errors, last_error)


def _handle(job: Job, key: Any, now: datetime) -> None:
    if job.own_transactions:
        job.handle(key, now)
        return
    with unit_of_work():
        job.handle(key, now)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _note_start(job: Job, at: datetime) -> None:
    with unit_of_work():
        values = {"name": job.name, "started_at": at, "items": 0, "errors": 0, "last_error": ""}
        if not insert_if_absent(JobRun, values, key=["name"]):
            db.session.execute(sa.update(JobRun).where(JobRun.name == job.name).values(started_at=at, ended_at=None))


def _note_end(job: Job, outcome: Outcome) -> None:
    ended_at = clock.now()
    values: dict[str, Any] = {
        "ended_at": ended_at,
        "items": outcome.items,
        "errors": outcome.errors,
        "last_error": outcome.last_error,
    }
    if not outcome.errors:
        values["succeeded_at"] = ended_at
    with unit_of_work():
        db.session.execute(sa.update(JobRun).where(JobRun.name == job.name).values(**values))


def _breathe(_now: datetime) -> tuple[Any, ...]:
    return ()


def _once(_now: datetime) -> tuple[str]:
    return ("all",)


def _forget_tries(_key: str, _now: datetime) -> None:
    rate_limits.forget_old()


# It handles nothing: its last success is the worker's last breath.
BEAT: Final = Job("worker", _l("Say that the worker lives"), timedelta(seconds=15), _breathe, lambda *_: None)
JOBS: Final = (
    BEAT,
    Job(
        "core.forget_tries",
        _l("Forget the tries counted by rate limits"),
        timedelta(hours=1),
        _once,
        _forget_tries,
    ),
)


def known() -> list[Job]:
    """The jobs of all slices, as the application found them."""
    found: list[Job] = current_app.extensions["cop.jobs"]
    return found


def last_runs() -> dict[str, JobRun]:
    return {run.name: run for run in db.session.scalars(sa.select(JobRun))}


def is_late(job: Job, last: JobRun | None, now: datetime) -> bool:
    """A job is late when it has not succeeded for three of its periods, and a minute at least."""
    if last is None:
        return True
    if last.succeeded_at is None:
        return last.errors > 0 or last.started_at + FIRST_RUN < now
    return last.succeeded_at + max(3 * job.every, timedelta(minutes=1)) < now


def announce() -> None:
    """Note that a worker begins: a job that never ran is expected from now on, and is not late already."""
    for job in known():
        with unit_of_work():
            values = {"name": job.name, "started_at": clock.now(), "items": 0, "errors": 0, "last_error": ""}
            insert_if_absent(JobRun, values, key=["name"])
