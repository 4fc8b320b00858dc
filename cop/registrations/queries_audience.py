"""For whom an event is, when it is not for everybody."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from cop.communities import queries as communities
from cop.communities.models import CommunityMember
from cop.core.db import db
from cop.events.models import Event
from cop.memberships import queries as memberships
from cop.people import queries as people
from cop.people.models import Person

PUBLIC, MEMBERS, INVITED = "public", "members", "invited"


def is_member(event: Event, person_ids: Sequence[int], today: date) -> bool:
    """Whether one of these records may come to an event for members: of the organisation, or of a community."""
    if memberships.is_member(list(person_ids), today):
        return True
    mine = CommunityMember.person_id.in_(person_ids)
    if event.community_id:
        held = communities.members_of(event.community_id).where(mine)
    else:
        held = sa.select(CommunityMember.person_id).where(mine, CommunityMember.left_on.is_(None))
    return db.session.scalar(held.limit(1)) is not None


def member_at(event: Event, email: str, number: str, today: date) -> Person | None:
    """Whoever is written to at this address and may come; of two colleagues with one mailbox, the one so numbered."""
    found = [person for person in people.by_email(email) if is_member(event, [person.id], today)]
    numbered = [person for person in found if number and person.rpps == number]
    return next(iter([*numbered, *found]), None)
