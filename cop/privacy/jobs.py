"""What the worker does with times of keeping."""

from datetime import datetime, timedelta
from typing import Final

from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.mail import service_forgetting as mails_forgotten
from cop.privacy import queries_retention as queries
from cop.privacy import service_retention as service


def _mails(_now: datetime) -> list[int]:
    return mails_forgotten.left_to_forget()


def _handle(item: tuple[str, int], now: datetime) -> None:
    service.let_go(*item, now)


JOBS: Final = [
    Job(
        name="privacy.retention",
        title=_l("Let go what has been kept for long enough, where an administrator switched it on"),
        every=timedelta(days=1),
        find=queries.all_due,
        handle=_handle,
    ),
    Job(
        name="privacy.forget_mails",
        title=_l("Forget to whom the last mails of erased people went, once they have left"),
        every=timedelta(minutes=5),
        find=_mails,
        handle=service.forget_mail,
    ),
]
