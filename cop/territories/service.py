"""Territories and professions: loading the reference data, declaring perimeters, choosing who is counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _
from cop.territories import rules
from cop.territories.models import CommuneCode, CommunePostalCode, Profession, Territory, TerritoryKind, TerritoryPart
from cop.territories.service_reference import Key, Reference, read_professions, read_reference
from cop.territories.service_rows import insert_rows


def seed_reference_data(root: Key, departments: Collection[str] | None = None) -> Territory:
    """Load territories and professions, and make ``root`` (kind, code) the organisation's own territory.

    May be repeated: what exists is kept, names and populations are brought up to date, what the
    organisation chose on screen is not touched. ``departments`` narrows what is loaded.
    """
    reference = read_reference(frozenset(departments) if departments is not None else None)
    ids = _territories(reference)
    _missing(
        TerritoryPart,
        ("ancestor_id", "descendant_id"),
        ((ids[outer], ids[inner]) for outer, inner in reference.parts),
    )
    communes = {code: ids[TerritoryKind.COMMUNE, code] for code in reference.communes}
    _codes(reference, communes)
    _missing(
        CommunePostalCode,
        ("commune_id", "postal_code"),
        ((communes[code], postal_code) for code, postal_code in reference.postal_codes()),
    )
    _professions()
    return choose_root(root)


def choose_root(root: Key) -> Territory:
    """Make one territory the root of the organisation, and no other."""
    kind, code = root
    chosen: Territory | None = db.session.scalar(sa.select(Territory).filter_by(kind=kind, code=code))
    if chosen is None:
        raise Refused(_("There is no territory “%(kind)s %(code)s” in the reference data.", kind=kind, code=code))
    db.session.execute(sa.update(Territory).where(Territory.is_root, Territory.id != chosen.id).values(is_root=False))
    chosen.is_root = True
    db.session.flush()
    return chosen


def choose_counted(codes: Collection[str]) -> None:
    """Choose the professions of the denominator. Headcounts follow by ``service_register.recount``."""
    unknown = set(codes) - set(db.session.scalars(sa.select(Profession.code)))
    if unknown:
        raise Refused(_("Unknown profession codes: %(codes)s", codes=", ".join(sorted(unknown))))
    db.session.execute(sa.update(Profession).values(counted=Profession.code.in_(codes)))
    db.session.expire_all()


def _territories(reference: Reference) -> dict[Key, int]:
    wanted: dict[Key, tuple[Any, ...]] = {
        p.key: (p.name, rules.search_name(p.name), p.population, p.is_complete) for p in reference.perimeters
    }
    for code, row in reference.communes.items():
        name = row["name"]
        wanted[TerritoryKind.COMMUNE, code] = (name, rules.search_name(name), int(row["population"]), True)
    columns = ("name", "search_name", "population", "is_complete")
    existing = {
        (t.kind, t.code): t for t in db.session.scalars(sa.select(Territory).execution_options(populate_existing=True))
    }
    insert_rows(
        Territory,
        ("kind", "code", *columns, "is_root"),
        ((str(key[0]), key[1], *values, False) for key, values in wanted.items() if key not in existing),
    )
    for key in wanted.keys() & existing.keys():
        for column, value in zip(columns, wanted[key], strict=True):
            setattr(existing[key], column, value)
    db.session.flush()
    found = db.session.execute(sa.select(Territory.id, Territory.kind, Territory.code))
    return {(kind, code): number for number, kind, code in found}


def _codes(reference: Reference, communes: dict[str, int]) -> None:
    existing = set(db.session.scalars(sa.select(CommuneCode.code)))
    insert_rows(
        CommuneCode,
        ("code", "commune_id", "kind"),
        ((code, communes[commune], str(kind)) for code, commune, kind in reference.codes() if code not in existing),
    )


def _missing(model: type[Any], columns: tuple[str, str], rows: Iterable[tuple[Any, Any]]) -> None:
    existing = {tuple(row) for row in db.session.execute(sa.select(*(getattr(model, c) for c in columns)))}
    insert_rows(model, columns, (row for row in rows if row not in existing))


def _professions() -> None:
    existing = set(db.session.scalars(sa.select(Profession.code)))
    db.session.add_all(Profession(**row) for row in read_professions() if row["code"] not in existing)
    db.session.flush()
