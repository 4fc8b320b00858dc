"""Checking, importing and undoing lists; forgetting the files."""

from datetime import timedelta
from typing import Final

from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.imports import queries, service_work

JOBS: Final = [
    Job(
        name="imports.work",
        title=_l("Check and import the lists that were sent"),
        every=timedelta(seconds=3),
        find=queries.waiting,
        handle=service_work.work,
        own_transactions=True,
    ),
    Job(
        name="imports.forget",
        title=_l("Forget the files that were sent, seven days later"),
        every=timedelta(hours=6),
        find=queries.outdated,
        handle=service_work.forget,
    ),
]
