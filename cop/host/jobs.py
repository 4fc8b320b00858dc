"""Forgetting what undoing needs, after the time the organisation keeps it."""

from datetime import datetime, timedelta
from typing import Final

from cop.core import changes
from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.host import queries_retention as retention


def _once(_now: datetime) -> tuple[str]:
    return ("all",)


def _forget_changes(_key: str, now: datetime) -> None:
    changes.forget_old(retention.too_old("change", now))


JOBS: Final = [
    Job(
        name="host.forget_changes",
        title=_l("Forget the changes that are too old to be undone"),
        every=timedelta(hours=6),
        find=_once,
        handle=_forget_changes,
    )
]
