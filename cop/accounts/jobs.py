"""What the worker does with accounts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from cop.accounts import service, service_factors, service_sessions
from cop.core.i18n import _l
from cop.core.jobs import Job

_FORGET: Final[dict[str, Callable[[], int]]] = {
    "links": service.forget_links,
    "sign-ins": service.forget_sign_ins,
    "sessions": service_sessions.forget_idle,
    "challenges": service_factors.forget_challenges,
}


def _all(_now: datetime) -> list[str]:
    return list(_FORGET)


def _forget(what: str, _now: datetime) -> None:
    _FORGET[what]()


JOBS: Final = [
    Job(
        name="accounts.forget",
        title=_l("Forget the sign-in links that have expired, idle sessions, and the traces of sign-ins after a year"),
        every=timedelta(hours=1),
        find=_all,
        handle=_forget,
    ),
]
