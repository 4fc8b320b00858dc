"""Looking for duplicates once a day."""

from datetime import datetime, timedelta
from typing import Final

from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.duplicates import service


def _everybody(_now: datetime) -> list[str]:
    return ["everybody"]


def _find(_all: str, now: datetime) -> None:
    service.find(now)


JOBS: Final = [
    Job(
        name="duplicates.find",
        title=_l("Look for records that may be one person"),
        every=timedelta(days=1),
        find=_everybody,
        handle=_find,
    )
]
