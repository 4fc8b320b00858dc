"""The worker: one process, a metronome for the slices' jobs. The only importer of APScheduler.

Schedules are code and due work is data, so nothing is stored here: a crash, a restart or a second
worker costs nothing.
"""

import logging
import signal
from datetime import UTC
from threading import Event, Thread
from time import sleep
from typing import Any, Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from cop.core import clock, jobs
from cop.core.jobs import Job

logger = logging.getLogger(__name__)
# It warns at every tick that finds the job before it still at work, which is how things are meant to be.
logging.getLogger("apscheduler").setLevel(logging.ERROR)

# Enough that a slow mail server does not keep reminders waiting, few enough for SQLite's single writer.
THREADS: Final = 4


def run(app: Flask) -> None:
    """Run every known job at its pace until SIGTERM or SIGINT; the item in hand is finished first."""
    stopping = Event()
    # UTC: in a zone with summer time, what is due at 2:30 would run twice on the autumn night.
    scheduler = BlockingScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(THREADS)})
    with app.app_context():
        jobs.announce()
        for job in jobs.known():
            _schedule(scheduler, app, job, stopping)

    def stop(number: int, _frame: Any) -> None:
        logger.info("worker: %s, finishing what is in hand", signal.Signals(number).name)
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    Thread(target=_end, args=(scheduler, stopping), name="end").start()
    logger.info("worker: at work, %d jobs", len(scheduler.get_jobs()))
    scheduler.start()
    logger.info("worker: stopped")


def _end(scheduler: BlockingScheduler, stopping: Event) -> None:
    """Wait for the jobs under way, which a signal handler must not do; a signal may come before the start."""
    stopping.wait()
    while not scheduler.running:
        sleep(0.05)
    scheduler.shutdown()


def _schedule(scheduler: BlockingScheduler, app: Flask, job: Job, stopping: Event) -> None:
    def tick() -> None:
        if not stopping.is_set():
            with app.app_context():
                jobs.run(job, stop=stopping.is_set)

    scheduler.add_job(
        tick,
        IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC),
        id=job.name,
        name=job.name,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
        next_run_time=clock.now(),
    )
