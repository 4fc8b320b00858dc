"""What happens by itself: shared journeys are erased the day after the meeting."""

from datetime import timedelta
from typing import Final

from cop.carpool import queries, service
from cop.core.i18n import _l
from cop.core.jobs import Job

JOBS: Final = [
    Job(
        name="carpool.erase",
        title=_l("Erase the journeys shared to meetings, a day after"),
        every=timedelta(minutes=15),
        find=queries.to_erase,
        handle=service.erase,
    )
]
