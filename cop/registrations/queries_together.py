"""Reading registrations for several events that are one."""

from collections.abc import Sequence

import sqlalchemy as sa

from cop.core.db import db
from cop.registrations.models import Registration
from cop.registrations.rules import Status


def position(event_ids: Sequence[int], row: Registration) -> int:
    """1 for the first in line of all of them."""
    waits = sa.and_(Registration.event_id.in_(event_ids), Registration.status == Status.WAITLISTED)
    earlier = sa.or_(
        Registration.queued_at < row.queued_at,
        sa.and_(Registration.queued_at == row.queued_at, Registration.id < row.id),
    )
    before = sa.select(sa.func.count(Registration.person_id.distinct())).where(
        waits, earlier, Registration.person_id != row.person_id
    )
    return (db.session.scalar(before) or 0) + 1
