"""Reading the register in force: headcounts, distinct people of any union of territories, one number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from cop.core.db import db
from cop.core.settings import current_settings
from cop.territories import rules, rules_headcounts
from cop.territories.models import (
    CommunePostalCode,
    Headcount,
    RegisterImport,
    RegisterPlace,
    RegisterPractice,
    Territory,
    TerritoryKind,
    TerritoryPart,
)


@dataclass(frozen=True, slots=True)
class Count:
    """People of a perimeter, how they were located, and the day of the extract they come from.

    ``in_department_only``: people of the same département who may be inside and cannot be placed; not in ``people``.
    """

    people: int
    by_commune_code: int
    by_postal_code: int
    in_department_only: int
    extract_date: date


def current_import() -> RegisterImport | None:
    """The import in force; ``None`` before the first one."""
    found: RegisterImport | None = db.session.scalar(sa.select(RegisterImport).where(RegisterImport.is_current))
    return found


def headcount(territory_id: int, code: str) -> Count | None:
    """Distinct people of a profession, or of a set ("counted", "rehab"), in a territory.

    ``None`` when nobody can say: no extract yet, or a territory that is only partly in the loaded départements.
    """
    current = current_import()
    if current is None or not _all_complete([territory_id]):
        return None
    row = db.session.get(Headcount, (current.id, territory_id, code))
    if row is None:
        return Count(0, 0, 0, 0, current.extract_date)
    return Count(row.people, row.by_commune_code, row.by_postal_code, row.in_department_only, current.extract_date)


def distinct_people(territory_ids: Collection[int], professions: Collection[str]) -> int | None:
    """People of these professions in the union of these territories, each once; ``None`` as for ``headcount``.

    A postal code shared by two of the territories, outside of either, is inside of their union.
    """
    current = current_import()
    if current is None or not _all_complete(territory_ids):
        return None
    packed = db.session.scalars(
        sa.select(RegisterPractice.fingerprints).where(
            RegisterPractice.import_id == current.id,
            RegisterPractice.profession_code.in_(professions),
            RegisterPractice.place_id.in_(_places(territory_ids)),
        )
    )
    return rules_headcounts.distinct(packed)


def register_knows(rpps: str) -> bool | None:
    """Whether somebody of that number practises in the loaded départements; ``None`` before the first import."""
    current = current_import()
    if current is None:
        return None
    number = rules.Fingerprints(current_settings().register_key).of(rules.rpps_number(rpps).encode())
    (fingerprint,) = rules_headcounts.unpack_all(number)
    packed = db.session.scalars(
        sa.select(RegisterPractice.fingerprints).where(RegisterPractice.import_id == current.id)
    )
    return any(fingerprint in rules_headcounts.unpack_all(group) for group in packed)


def _all_complete(territory_ids: Collection[int]) -> bool:
    partly = sa.select(Territory.id).where(Territory.id.in_(territory_ids), ~Territory.is_complete)
    return db.session.scalar(partly.limit(1)) is None


def _places(territory_ids: Collection[int]) -> sa.Select[int]:
    """The places of practice inside the union, by the same rule as ``rules_headcounts.Map``."""
    inside = (
        sa.select(TerritoryPart.descendant_id).where(TerritoryPart.ancestor_id.in_(territory_ids)).scalar_subquery()
    )
    departments = sa.select(Territory.code).where(Territory.kind == TerritoryKind.DEPARTMENT, Territory.id.in_(inside))
    mine = sa.case((CommunePostalCode.commune_id.in_(inside), 1), else_=0)
    whole = (
        sa.select(CommunePostalCode.postal_code)
        .group_by(CommunePostalCode.postal_code)
        .having(sa.func.sum(mine) == sa.func.count())
    )
    by_postal_code = sa.and_(
        RegisterPlace.commune_id.is_(None),
        RegisterPlace.postal_code.startswith(RegisterPlace.department_code),
        RegisterPlace.postal_code.in_(whole),
    )
    return sa.select(RegisterPlace.id).where(
        sa.or_(RegisterPlace.department_code.in_(departments), RegisterPlace.commune_id.in_(inside), by_postal_code)
    )
