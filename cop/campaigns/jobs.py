"""Writing the mails of campaigns, as many as may leave."""

from datetime import timedelta
from typing import Final

from cop.campaigns import queries, service_writing
from cop.core.i18n import _l
from cop.core.jobs import Job

JOBS: Final = [
    Job(
        name="campaigns.write",
        title=_l("Write the invitations that may leave, a hundred at a time"),
        every=timedelta(minutes=1),
        find=queries.due,
        handle=service_writing.write_slice,
    ),
    Job(
        name="campaigns.forget",
        title=_l("Forget who was asked to meetings of long ago"),
        every=timedelta(hours=6),
        find=queries.to_forget,
        handle=service_writing.forget,
    ),
]
