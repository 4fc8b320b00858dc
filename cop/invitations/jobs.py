"""Telling people what has become of their meeting."""

from datetime import datetime, timedelta
from typing import Final

from cop.core.db import db
from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.invitations import queries, service, service_answers
from cop.invitations.models import Invitation


def _tell(invitation_id: int, now: datetime) -> None:
    invitation = db.session.get(Invitation, invitation_id)
    if invitation is not None:
        service.tell_change(invitation, now)


JOBS: Final = [
    Job(
        name="invitations.changes",
        title=_l("Tell registered people that a meeting moved or was cancelled"),
        every=timedelta(seconds=10),
        find=queries.behind,
        handle=_tell,
    ),
    Job(
        name="invitations.answers",
        title=_l("Take the answers people give in their calendar"),
        every=timedelta(seconds=10),
        find=service_answers.due,
        handle=service_answers.take,
    ),
]
