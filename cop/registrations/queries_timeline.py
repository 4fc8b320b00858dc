"""What a person registered for, told on their page."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.core.db import db
from cop.core.i18n import _
from cop.core.timeline import Moment
from cop.events import rules as event_rules
from cop.registrations.models import Registration
from cop.registrations.rules import Status


def moments(person_id: int) -> list[Moment]:
    statement = sa.select(Registration).where(Registration.person_id == person_id)
    rows = db.session.scalars(statement.options(joinedload(Registration.event)))
    return [moment for row in rows for moment in _of(row)]


def _of(row: Registration) -> Iterator[Moment]:
    page = (
        ("registrations.event_page", (("slug", row.event.slug),))
        if row.event.status in event_rules.VISIBLE
        else ("", ())
    )
    if row.status == Status.WAITLISTED:
        words = _("Went on the waiting list of “%(title)s”.", title=row.event.title)
    else:
        words = _("Registered for “%(title)s”.", title=row.event.title)
    yield Moment(row.created_at, "registration", words, *page)
    if row.cancelled_at:
        words = _("Cancelled the registration for “%(title)s”.", title=row.event.title)
        yield Moment(row.cancelled_at, "registration", words, *page)
