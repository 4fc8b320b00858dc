"""What the worker does with mails."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.mail import queries, service_delivery, service_housekeeping

# Between two portions the worker looks whether it has been asked to stop.
PORTION: Final = 200
CHORES: Final[dict[str, Callable[[datetime], int]]] = {
    "requeue stuck": service_housekeeping.requeue_stuck,
    "expire": service_housekeeping.expire,
    "erase bodies": service_housekeeping.erase_bodies,
}


def _portions(now: datetime) -> range:
    return range(-(-queries.due_count(now) // PORTION))


def _deliver(_portion: int, _now: datetime) -> None:
    service_delivery.deliver(limit=PORTION)


def _chores(_now: datetime) -> list[str]:
    return list(CHORES)


def _tidy(chore: str, now: datetime) -> None:
    CHORES[chore](now)


JOBS: Final = [
    Job(
        name="mail.delivery",
        title=_l("Hand queued mails over to the mail server"),
        every=timedelta(seconds=2),
        find=_portions,
        handle=_deliver,
        own_transactions=True,
    ),
    Job(
        name="mail.housekeeping",
        title=_l("Queue stuck mails again, drop those that come too late, forget old ones"),
        every=timedelta(minutes=1),
        find=_chores,
        handle=_tidy,
    ),
]
