"""What was put in a person's calendar, and what they answered from there, told on their page."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.core.db import db
from cop.core.i18n import _
from cop.core.timeline import Moment
from cop.events.models import Event
from cop.invitations import queries_guests
from cop.invitations.models import Invitation, State

# RFC 5545, 3.2.12: how a calendar program says what was answered.
_ACCEPTED: Final = "ACCEPTED"
_DECLINED: Final = "DECLINED"


def moments(person_id: int) -> list[Moment]:
    statement = sa.select(Invitation).where(Invitation.person_id == person_id)
    rows = db.session.scalars(statement.options(joinedload(Invitation.event)))
    told = [Moment(row.last_told_at, "invitation", _words(row, row.event)) for row in rows]
    return told + queries_guests.moments(person_id)


def _words(row: Invitation, event: Event) -> str:
    if row.state == State.CANCELLED:
        return _("“%(title)s” was taken out of the calendar.", title=event.title)
    if row.partstat == _ACCEPTED:
        return _("“%(title)s” was put in the calendar, and accepted there.", title=event.title)
    if row.partstat == _DECLINED:
        return _("“%(title)s” was put in the calendar, and declined there.", title=event.title)
    return _("“%(title)s” was put in the calendar.", title=event.title)
