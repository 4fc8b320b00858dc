"""What the worker does with mails."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.core.settings import current_settings
from cop.mail import queries, service_delivery, service_housekeeping, service_inbox

# Between two portions the worker looks whether it has been asked to stop.
PORTION: Final = 200
CHORES: Final[dict[str, Callable[[datetime], int]]] = {
    "requeue stuck": service_housekeeping.requeue_stuck,
    "expire": service_housekeeping.expire,
    "erase bodies": service_housekeeping.erase_bodies,
    "erase what came in": service_inbox.erase_contents,
}


def _portions(now: datetime) -> range:
    return range(-(-queries.due_count(now) // PORTION))


def _deliver(_portion: int, _now: datetime) -> None:
    service_delivery.deliver(limit=PORTION)


def _chores(_now: datetime) -> list[str]:
    return list(CHORES)


def _tidy(chore: str, now: datetime) -> None:
    CHORES[chore](now)


def _mailboxes(_now: datetime) -> list[str]:
    """The mailbox answers come to, if there is one: everything works without."""
    return list(filter(None, [current_settings().inbox_server]))


def _read_mailbox(_server: str, now: datetime) -> None:
    service_inbox.read_mailbox(now)


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
    Job(
        name="mail.inbox",
        title=_l("Read the mailbox answers come to"),
        every=timedelta(minutes=1),
        find=_mailboxes,
        handle=_read_mailbox,
        own_transactions=True,
    ),
]
