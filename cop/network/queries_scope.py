"""Which people a list may hold: those the reader may see, and those who practise somewhere on a day."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from cop.accounts import access
from cop.accounts.models import Account
from cop.core.access import Permission
from cop.core.db import db
from cop.mandates import queries as mandates
from cop.people.models import Person, PracticeSite
from cop.statistics import queries_places
from cop.territories.models import Territory, TerritoryPart


def visible_to(viewer: Account, permission: Permission = Permission.PERSON_READ) -> sa.ColumnElement[bool]:
    """As ``people.queries.where_is``: a place of the person in the reader's territories, whenever it was."""
    if access.can_everywhere(viewer, permission):
        return sa.true()
    theirs = access.visible_to(viewer, permission, PracticeSite.commune_id)
    return Person.id.in_(sa.select(PracticeSite.person_id).where(theirs))


def readable(viewer: Account, numbers: Collection[int]) -> set[int]:
    """Those of these people whose page the reader may open."""
    seen = sa.select(Person.id).where(Person.id.in_(numbers), Person.anonymised_at.is_(None), visible_to(viewer))
    return set(db.session.scalars(seen))


def practises_in(territory_ids: Iterable[int], day: date) -> sa.ColumnElement[bool]:
    """As the figures count: on a site of the territory that holds that day. Two sites make one person."""
    inside = sa.select(TerritoryPart.descendant_id).where(TerritoryPart.ancestor_id.in_(tuple(territory_ids)))
    held = sa.select(PracticeSite.person_id).where(
        PracticeSite.commune_id.in_(inside),
        sa.or_(PracticeSite.starts_on.is_(None), PracticeSite.starts_on <= day),
        sa.or_(PracticeSite.ends_on.is_(None), PracticeSite.ends_on >= day),
    )
    return Person.id.in_(held)


def own_territories(viewer: Account) -> list[Territory]:
    """What the list shows first to whoever may see everything but works in a part of it."""
    return mandates.home_territories(viewer) if access.can_everywhere(viewer, Permission.PERSON_READ) else []


def offered_territories(viewer: Account, root_id: int) -> Sequence[Territory]:
    """Those one may ask about, the widest first."""
    return queries_places.askable(access.territories_with(viewer, Permission.PERSON_READ), root_id)
