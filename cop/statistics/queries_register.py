"""The denominator: how many people the official register locates in a territory, from the extract nearest in time."""

from collections.abc import Sequence

import sqlalchemy as sa

from cop.core.db import db
from cop.statistics.rules import Extract
from cop.territories import rules as territories
from cop.territories.models import Headcount, ImportStatus, Profession, RegisterImport, Territory


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


def extracts(code: str | None) -> list[Extract]:
    """Those counted for these professions. Earlier ones lose the set "counted" when another is chosen."""
    counted = sa.exists().where(Headcount.import_id == RegisterImport.id, Headcount.profession_code == code)
    pseudo = code in {territories.COUNTED, territories.REHAB}
    rows = db.session.execute(
        sa.select(RegisterImport.id, RegisterImport.extract_date)
        .where(RegisterImport.status == ImportStatus.DONE)
        .where(counted if pseudo else sa.true())
    )
    return [Extract(number, day) for number, day in rows] if code else []


def headcounts(
    wanted: Sequence[Extract], places: Sequence[int], codes: Sequence[str]
) -> dict[tuple[int, int, str], int]:
    """People by import, territory and profession (or set). A territory held only in part has no entry."""
    complete = db.session.scalars(sa.select(Territory.id).where(Territory.id.in_(places), Territory.is_complete)).all()
    imports = {extract.import_id for extract in wanted}
    counts = {(number, place, code): 0 for number in imports for place in complete for code in codes}
    rows = db.session.execute(
        sa.select(Headcount.import_id, Headcount.territory_id, Headcount.profession_code, Headcount.people).where(
            Headcount.import_id.in_(imports),
            Headcount.territory_id.in_(places),
            Headcount.profession_code.in_(codes),
        )
    )
    return counts | {(number, place, code): people for number, place, code, people in rows}
