"""Applications nobody confirmed go after thirty days, refused ones after ninety."""

from datetime import timedelta
from typing import Final

from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.joining import queries, service

JOBS: Final = [
    Job(
        name="joining.forget",
        title=_l("Delete applications never confirmed, or refused long ago"),
        every=timedelta(hours=1),
        find=queries.to_forget,
        handle=service.forget,
    )
]
