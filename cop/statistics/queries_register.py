"""The denominator: how many people the official register locates in a territory, from the extract nearest in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from cop.core.db import db
from cop.territories import rules as territories
from cop.territories.models import Headcount, ImportStatus, Profession, RegisterImport, Territory


@dataclass(frozen=True, slots=True)
class Extract:
    import_id: int
    date: date


def set_code(professions: frozenset[str]) -> str | None:
    """Under which code the register was counted for these professions together; ``None``: it was not.

    People of two professions exist, so the headcounts of professions never add up to that of a set.
    """
    if len(professions) == 1:
        return next(iter(professions))
    rows = db.session.execute(sa.select(Profession.code, Profession.counted, Profession.rehab)).all()
    if professions == {row.code for row in rows if row.counted}:
        return territories.COUNTED
    return territories.REHAB if professions == {row.code for row in rows if row.rehab} else None


def nearest_extract(code: str | None, end: date) -> Extract | None:
    """The extract whose date is nearest to the end of the period, among those counted for these professions.

    Of two as near, the later: it knows who has come since.
    """
    counted = sa.exists().where(Headcount.import_id == RegisterImport.id, Headcount.profession_code == code)
    pseudo = code in {territories.COUNTED, territories.REHAB}
    rows = db.session.execute(
        sa.select(RegisterImport.id, RegisterImport.extract_date)
        .where(RegisterImport.status == ImportStatus.DONE)
        .where(counted if pseudo else sa.true())
    ).all()
    found = min(rows, key=lambda row: (abs(row.extract_date - end), -row.extract_date.toordinal()), default=None)
    return Extract(found.id, found.extract_date) if found and code else None


def headcounts(extract: Extract, places: Sequence[int], codes: Sequence[str]) -> dict[tuple[int, str], int]:
    """People by territory and profession (or set). A territory of which only a part is held has no entry."""
    complete = db.session.scalars(sa.select(Territory.id).where(Territory.id.in_(places), Territory.is_complete))
    counts = {(place, code): 0 for place in complete for code in codes}
    rows = db.session.execute(
        sa.select(Headcount.territory_id, Headcount.profession_code, Headcount.people).where(
            Headcount.import_id == extract.import_id,
            Headcount.territory_id.in_(places),
            Headcount.profession_code.in_(codes),
        )
    )
    return counts | {(place, code): people for place, code, people in rows}
