"""What happens by itself: rights follow mandates, and ends are announced."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from cop.core import clock
from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.mandates import queries_alerts, queries_rights, service_alerts, service_rights
from cop.mandates.queries_alerts import Alert


def _astray(_now: datetime) -> Iterable[int]:
    return queries_rights.astray(clock.today())


def _put_right(mandate_id: int, _now: datetime) -> None:
    service_rights.put_right(mandate_id)


def _due(_now: datetime) -> Iterable[Alert]:
    return queries_alerts.due(clock.today())


def _tell(alert: Alert, _now: datetime) -> None:
    service_alerts.tell(alert)


FOLLOW: Final = Job(
    "mandates.follow", _l("Make rights follow the mandates"), timedelta(minutes=10), _astray, _put_right
)
TELL: Final = Job("mandates.tell", _l("Announce the mandates that end soon"), timedelta(hours=1), _due, _tell)

JOBS: Final = [FOLLOW, TELL]
