"""Reading how the system is. ``queries_journal``: who did what."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from cop.admin import rules
from cop.admin.rules import Check, JobLine
from cop.core import clock, jobs
from cop.core.db import db
from cop.core.settings import current_settings
from cop.host import queries as host
from cop.mail import queries as mail
from cop.mail import queries_inbox as inbox
from cop.mail import service as outgoing


def job_lines(now: datetime) -> list[JobLine]:
    last = jobs.last_runs()
    return [_job_line(job, last.get(job.name), now) for job in jobs.known() if job is not jobs.BEAT]


def _job_line(job: jobs.Job, run: jobs.JobRun | None, now: datetime) -> JobLine:
    late = jobs.is_late(job, run, now)
    if run is None:
        return JobLine(job.name, job.title, job.every, None, 0, 0, "", late)
    return JobLine(job.name, job.title, job.every, run.succeeded_at, run.items, run.errors, run.last_error, late)


def health(now: datetime) -> list[Check]:
    """Everything that is looked at. A database that does not answer is told of, alone."""
    try:
        db.session.execute(sa.select(1))
        return [rules.database(answers=True), *_beyond_database(now)]
    except SQLAlchemyError:
        db.session.rollback()
        return [rules.database(answers=False)]


def _beyond_database(now: datetime) -> list[Check]:
    beat = jobs.last_runs().get(jobs.BEAT.name)
    outbox = mail.health(now)
    settings, mark = current_settings(), inbox.mark()
    legal = rules.legal_notice(settings.hosting_provider) if settings.production else None
    return [
        rules.worker(beat.succeeded_at if beat else None, now),
        rules.jobs(job_lines(now)),
        rules.mails(outbox.waiting, outbox.oldest_waiting, outbox.failed, outbox.sent, outbox.unreachable, now),
        rules.answers(
            settings.inbox_server, outgoing.sender()[1], mark.error if mark else "", demanding=settings.production
        ),
        rules.extract(host.register_extract_date(), clock.local_date(now)),
        *([legal] if legal else []),
    ]
