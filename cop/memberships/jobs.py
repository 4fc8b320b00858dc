"""What happens by itself: the mails of the renewal, once the campaign is switched on."""

from datetime import timedelta
from typing import Final

from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.memberships import queries_renewal, service_renewal

RENEWAL: Final = Job(
    "memberships.renewal",
    _l("Remind members that their membership ends"),
    timedelta(minutes=30),
    queries_renewal.due,
    service_renewal.remind,
)

JOBS: Final = [RENEWAL]
