"""What happens by itself to events."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.events import queries_templates, service_templates


def _removed_templates(now: datetime) -> Sequence[int]:
    return queries_templates.to_forget(now - service_templates.KEPT)


JOBS: Final = [
    Job(
        name="events.forget_templates",
        title=_l("Forget templates of events that were removed thirty days ago"),
        every=timedelta(days=1),
        find=_removed_templates,
        handle=service_templates.forget,
    ),
]
