"""The territories somebody may ask about, the one meant when none is named, and the rows of its table."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from cop.core.db import db
from cop.core.errors import NotFound
from cop.territories.models import Territory, TerritoryKind, TerritoryPart

# From the widest to the narrowest; communes come as rows of a table, not as questions.
ASKED: Final = (
    TerritoryKind.REGION,
    TerritoryKind.HEMI_REGION,
    TerritoryKind.DEPARTMENT,
    TerritoryKind.CUSTOM,
    TerritoryKind.EPCI,
)
# A territory is shown by the first of these it holds.
_ROWS: Final = (TerritoryKind.DEPARTMENT, TerritoryKind.EPCI, TerritoryKind.COMMUNE)


def get(territory_id: int) -> Territory:
    found: Territory | None = db.session.get(Territory, territory_id)
    if found is None:
        raise NotFound
    return found


def askable(reach: set[int] | None, root_id: int) -> Sequence[Territory]:
    """What a viewer may choose, the widest first. ``reach``: where the right holds; ``None``: everywhere."""
    rank = sa.case({kind: rank for rank, kind in enumerate(ASKED)}, value=Territory.kind)
    inside = sa.select(TerritoryPart.descendant_id).where(TerritoryPart.ancestor_id == root_id)
    statement = sa.select(Territory).where(Territory.kind.in_(ASKED))
    statement = statement.where(Territory.id.in_(inside if reach is None else sorted(reach)))
    return db.session.scalars(statement.order_by(rank, Territory.search_name, Territory.id)).all()


def rows_of(territory: Territory) -> Sequence[Territory]:
    """The territories of the next level down: départements of a region, intercommunal bodies of a département…"""
    inside = sa.select(TerritoryPart.descendant_id).where(TerritoryPart.ancestor_id == territory.id)
    held = sa.and_(Territory.id.in_(inside), Territory.id != territory.id)
    kinds = set(db.session.scalars(sa.select(Territory.kind).distinct().where(held)))
    kind = next((kind for kind in _ROWS if kind in kinds), None)
    statement = sa.select(Territory).where(held, Territory.kind == kind)
    return db.session.scalars(statement.order_by(Territory.search_name, Territory.id)).all()
