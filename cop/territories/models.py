"""Territories, professions and the headcounts taken from the official register.

The register tables hold no name, no address and no number: a practitioner is a keyed
hash, so that distinct people can be counted on any perimeter and a typed number checked.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.core.db import Model, UTCDateTime


class TerritoryKind(StrEnum):
    REGION = "region"
    HEMI_REGION = "hemi_region"
    DEPARTMENT = "department"
    EPCI = "epci"
    COMMUNE = "commune"
    CUSTOM = "custom"


class CodeKind(StrEnum):
    CURRENT = "current"
    FORMER = "former"
    ARRONDISSEMENT = "arrondissement"


class ImportStatus(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


class Territory(Model):
    __tablename__ = "territory"
    __table_args__ = (sa.UniqueConstraint("kind", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    # Text, never a number: Corsica has letters (2A, 2B) and 01 keeps its zero.
    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(200))
    search_name: Mapped[str] = mapped_column(sa.String(200), index=True)
    time_zone: Mapped[str | None] = mapped_column(sa.String(60))
    population: Mapped[int | None]
    is_root: Mapped[bool] = mapped_column(default=False)
    # False when some of its communes are outside the loaded départements: a headcount
    # taken on the part we hold would pass for the whole, so none is given.
    is_complete: Mapped[bool] = mapped_column(default=True)


class TerritoryPart(Model):
    """Reflexive closure: the ancestor holds every commune of the descendant."""

    __tablename__ = "territory_part"

    ancestor_id: Mapped[int] = mapped_column(sa.ForeignKey("territory.id", ondelete="CASCADE"), primary_key=True)
    descendant_id: Mapped[int] = mapped_column(
        sa.ForeignKey("territory.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class CommuneCode(Model):
    """Any INSEE code a commune answers to: its own, those it absorbed, its arrondissements."""

    __tablename__ = "commune_code"

    code: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("territory.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))


class CommunePostalCode(Model):
    __tablename__ = "commune_postal_code"

    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("territory.id", ondelete="CASCADE"), primary_key=True)
    postal_code: Mapped[str] = mapped_column(sa.String(5), primary_key=True, index=True)


class Profession(Model):
    __tablename__ = "profession"

    code: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    label_fr: Mapped[str] = mapped_column(sa.String(120))
    label_en: Mapped[str] = mapped_column(sa.String(120))
    family: Mapped[str] = mapped_column(sa.String(30))
    rehab: Mapped[bool] = mapped_column(default=False)
    health: Mapped[bool] = mapped_column(default=False)
    # In the denominator of this organisation's mobilisation rate.
    counted: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    position: Mapped[int] = mapped_column(default=0)


class RegisterImport(Model):
    __tablename__ = "register_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    extract_date: Mapped[date]
    file_name: Mapped[str] = mapped_column(sa.String(255))
    # Size and CRC-32 of the text, zipped or not: tells whether a file is the one already in force.
    file_checksum: Mapped[str] = mapped_column(sa.String(40), default="")
    file_lines: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    status: Mapped[str] = mapped_column(sa.String(20))
    people: Mapped[int] = mapped_column(default=0)
    refused_lines: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    is_current: Mapped[bool] = mapped_column(default=False)


class RegisterPlace(Model):
    """A place of practice as precisely as the register tells it: commune, postal code or département."""

    __tablename__ = "register_place"

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int | None] = mapped_column(sa.ForeignKey("territory.id"))
    department_code: Mapped[str] = mapped_column(sa.String(3))
    # Kept only when the commune is unknown: it may then still tell the perimeter.
    postal_code: Mapped[str | None] = mapped_column(sa.String(5))


class RegisterPractice(Model):
    """The people of one import who practise one profession at one place, as fingerprints only.

    A fingerprint is 64 bits of a keyed BLAKE2b of the national identifier; the key stays on the
    server. One row holds them all, sorted, eight bytes each, little-endian: a row per person would
    take six times the room, and most of the time of an import.
    """

    __tablename__ = "register_practice"
    __table_args__ = {"sqlite_with_rowid": False}

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("register_import.id", ondelete="CASCADE"), primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("register_place.id"), primary_key=True)
    profession_code: Mapped[str] = mapped_column(sa.ForeignKey("profession.code"), primary_key=True)
    fingerprints: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Headcount(Model):
    """Distinct practising people of one import on one perimeter, for a profession or a set.

    Below the département the register is less precise, so the three parts are kept:
    people located by commune code, people added by a postal code wholly inside, and
    people of the same département who may be inside but cannot be placed (not in `people`).
    """

    __tablename__ = "headcount"

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("register_import.id", ondelete="CASCADE"), primary_key=True)
    territory_id: Mapped[int] = mapped_column(sa.ForeignKey("territory.id", ondelete="CASCADE"), primary_key=True)
    # A profession, or the pseudo-codes "counted" and "rehab": hence no foreign key.
    profession_code: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    people: Mapped[int]
    by_commune_code: Mapped[int]
    by_postal_code: Mapped[int]
    in_department_only: Mapped[int]
