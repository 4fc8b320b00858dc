"""What the worker does with accounts."""

from datetime import datetime, timedelta
from typing import Final

from cop.accounts import service
from cop.core.i18n import _l
from cop.core.jobs import Job


def _once(_now: datetime) -> tuple[str]:
    return ("links",)


def _forget(_key: str, _now: datetime) -> None:
    service.forget_links()


JOBS: Final = [
    Job(
        name="accounts.forget_links",
        title=_l("Forget the sign-in links that have expired"),
        every=timedelta(hours=1),
        find=_once,
        handle=_forget,
    ),
]
