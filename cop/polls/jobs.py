"""Writing to those who are asked, reminded and told; forgetting polls that have served."""

from datetime import datetime, timedelta
from typing import Final

from cop.core.db import db
from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.polls import mails, queries, service, service_decision
from cop.polls.models import PollVoter


def _ask(voter_id: int, now: datetime) -> None:
    voter = db.session.get(PollVoter, voter_id)
    if voter is not None and voter.asked_at is None:
        voter.asked_at = now
        mails.asked(voter)


def _remind(voter_id: int, now: datetime) -> None:
    voter = db.session.get(PollVoter, voter_id)
    if voter is not None and voter.answered_at is None:
        voter.reminded_at = now
        mails.reminded(voter, now)


JOBS: Final = [
    Job(
        name="polls.ask",
        title=_l("Ask people which dates suit them"),
        every=timedelta(seconds=15),
        find=queries.to_ask,
        handle=_ask,
    ),
    Job(
        name="polls.remind",
        title=_l("Remind people of the poll they have not answered"),
        every=timedelta(minutes=1),
        find=queries.to_remind,
        handle=_remind,
    ),
    Job(
        name="polls.tell",
        title=_l("Tell those who answered a poll which date was kept"),
        every=timedelta(seconds=30),
        find=queries.to_tell,
        handle=service_decision.tell,
    ),
    Job(
        name="polls.forget",
        title=_l("Erase polls of dates that have served"),
        every=timedelta(hours=12),
        find=queries.too_old,
        handle=service.forget,
    ),
]
