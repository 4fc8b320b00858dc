"""What happens by itself: reminders go out, and those that no longer hold are taken back."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.reminders import queries, service


def _void(_now: datetime) -> Iterable[str]:
    return queries.void()


def _take_back(key: str, _now: datetime) -> None:
    service.take_back(key)


EVERY: Final = timedelta(seconds=60)
TAKE_BACK: Final = Job("reminders.take_back", _l("Take back reminders that no longer hold"), EVERY, _void, _take_back)
SEND: Final = Job("reminders.send", _l("Send the reminders of events"), EVERY, queries.due, service.remind)

JOBS: Final = [TAKE_BACK, SEND]
