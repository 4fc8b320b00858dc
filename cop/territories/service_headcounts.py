"""Headcounts of the official register: distinct practising people per perimeter and profession."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import sqlalchemy as sa
from sqlalchemy import orm

from cop.core.db import db
from cop.territories import rules, rules_headcounts
from cop.territories.models import (
    CommunePostalCode,
    Headcount,
    Profession,
    RegisterImport,
    RegisterPlace,
    RegisterPractice,
    Territory,
    TerritoryKind,
    TerritoryPart,
)
from cop.territories.rules import Location
from cop.territories.rules_headcounts import Group, Level, Map, Tallies
from cop.territories.service_rows import insert_rows

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")

# In the order of Level.
PARTS: Final = ("by_commune_code", "by_postal_code", "in_department_only")
SMALL: Final = (TerritoryKind.EPCI, TerritoryKind.CUSTOM)


@dataclass(frozen=True, slots=True)
class Counted:
    """All people of an import, and a tally per profession or pseudo-code and territory."""

    people: int
    of: Tallies


def recount_current() -> None:
    """Count again the extract in force: when the counted professions or a perimeter change."""
    current = db.session.scalar(sa.select(RegisterImport.id).where(RegisterImport.is_current))
    if current is None:
        return
    # The people of earlier extracts are gone: what was counted for other professions means nothing now.
    db.session.execute(sa.delete(Headcount).where(Headcount.profession_code == rules.COUNTED))
    store(current, tally(current))


def tally(import_id: int) -> Counted:
    """Count the people of an import: reads only, the longer part of the work."""
    people, tallies = rules_headcounts.count(_groups(import_id), _reach(), _sets())
    return Counted(people, tallies)


def store(import_id: int, counted: Counted) -> None:
    """Write headcounts in the place of those of the same import."""
    db.session.execute(sa.delete(Headcount).where(Headcount.import_id == import_id))
    insert_rows(
        Headcount,
        ("import_id", "territory_id", "profession_code", "people", *PARTS),
        (
            (import_id, territory, code, people.people, *people)
            for code, tallies in counted.of.items()
            for territory, people in tallies.items()
        ),
    )


def _groups(import_id: int) -> dict[Group, bytes]:
    """The fingerprints of an import, by place and profession."""
    rows = db.session.execute(
        sa.select(RegisterPractice.place_id, RegisterPractice.profession_code, RegisterPractice.fingerprints).where(
            RegisterPractice.import_id == import_id
        )
    )
    return {(place, profession): packed for place, profession, packed in rows}


def _sets() -> dict[str, tuple[str, ...]]:
    rows = db.session.execute(sa.select(Profession.code, Profession.counted, Profession.rehab))
    return {
        code: tuple(name for name, inside in ((rules.COUNTED, counted), (rules.REHAB, rehab)) if inside)
        for code, counted, rehab in rows
    }


def _reach() -> dict[int, dict[int, Level]]:
    territories = _map()
    places = db.session.execute(
        sa.select(RegisterPlace.id, RegisterPlace.department_code, RegisterPlace.commune_id, RegisterPlace.postal_code)
    )
    return {
        number: territories.reach(Location(department, commune, postal_code))
        for number, department, commune, postal_code in places
    }


def _map() -> Map:
    inner, outer = orm.aliased(Territory), orm.aliased(Territory)
    parts = db.session.execute(
        sa.select(inner.id, inner.kind, inner.code, outer.id, outer.kind)
        .select_from(TerritoryPart)
        .join(inner, inner.id == TerritoryPart.descendant_id)
        .join(outer, outer.id == TerritoryPart.ancestor_id)
        .where(inner.kind.in_([TerritoryKind.COMMUNE, TerritoryKind.DEPARTMENT]), outer.is_complete)
    )
    above_commune: defaultdict[int, set[int]] = defaultdict(set)
    above_department: defaultdict[str, set[int]] = defaultdict(set)
    small: defaultdict[str, set[int]] = defaultdict(set)
    for number, kind, code, ancestor, ancestor_kind in parts:
        if kind == TerritoryKind.DEPARTMENT:
            above_department[code].add(ancestor)
            continue
        above_commune[number].add(ancestor)
        if ancestor_kind in SMALL:
            small[rules.department_of_commune(code)].add(ancestor)
    return Map(_frozen(above_commune), _frozen(above_department), _communes_of_postal_code(), _frozen(small))


def _communes_of_postal_code() -> dict[str, frozenset[int]]:
    communes: defaultdict[str, set[int]] = defaultdict(set)
    rows = db.session.execute(sa.select(CommunePostalCode.postal_code, CommunePostalCode.commune_id))
    for postal_code, commune in rows:
        communes[postal_code].add(commune)
    return _frozen(communes)


def _frozen(sets: Mapping[Key, set[Item]]) -> dict[Key, frozenset[Item]]:
    return {key: frozenset(items) for key, items in sets.items()}
