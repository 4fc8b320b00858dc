"""The place that stays of somebody who was erased: wide enough to name nobody, exact enough for the figures."""

import sqlalchemy as sa

from cop.core.db import db
from cop.territories.models import Territory, TerritoryKind, TerritoryPart


def generalised(place_id: int) -> int:
    """The intercommunal body a commune is in, or its département; a wider place stays as it is.

    An intercommunal body across two départements would take the person out of the figures of theirs: the département
    stands for it.
    """
    around = sa.select(TerritoryPart.ancestor_id).where(TerritoryPart.descendant_id == place_id)
    holders = {row.kind: row.id for row in db.session.scalars(sa.select(Territory).where(Territory.id.in_(around)))}
    if TerritoryKind.COMMUNE not in holders:
        return place_id
    body, department = holders.get(TerritoryKind.EPCI), holders.get(TerritoryKind.DEPARTMENT)
    if body and (department is None or _holds(department, body)):
        return int(body)
    return int(department or body or place_id)


def _holds(ancestor_id: int, descendant_id: int) -> bool:
    return db.session.get(TerritoryPart, (ancestor_id, descendant_id)) is not None
