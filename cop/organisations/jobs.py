"""What happens by itself: the words of a line taken away are not kept."""

from datetime import timedelta
from typing import Final

from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.organisations import service_exchanges

JOBS: Final = [
    Job(
        name="organisations.forget_removed",
        title=_l("Delete the exchanges taken away more than a day ago"),
        every=timedelta(hours=1),
        find=service_exchanges.removed_for_good,
        handle=service_exchanges.forget,
    )
]
