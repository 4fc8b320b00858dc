"""Tasks follow their event: when it is cancelled, and when its day moves."""

from datetime import timedelta
from typing import Final

from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.volunteers import service_tasks

JOBS: Final = [
    Job(
        name="volunteers.follow_events",
        title=_l("Let volunteers’ tasks and rights follow their event"),
        every=timedelta(minutes=1),
        find=service_tasks.behind_their_event,
        handle=service_tasks.follow_event,
    )
]
