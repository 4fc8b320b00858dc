"""The reference files as plain rows: territories, what contains what, codes, professions."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from cop.territories import rules
from cop.territories.models import CodeKind, TerritoryKind

DATA: Final = Path(__file__).resolve().parent / "data"

Key = tuple[str, str]  # kind, code


@dataclass(frozen=True, slots=True)
class Perimeter:
    """A territory above the commune. ``members`` are commune codes, and ``outside:…`` for what is not loaded."""

    kind: str
    code: str
    name: str
    population: int | None
    members: frozenset[str]

    @property
    def key(self) -> Key:
        return self.kind, self.code

    @property
    def is_complete(self) -> bool:
        return not any(member.startswith("outside:") for member in self.members)


@dataclass(frozen=True, slots=True)
class Reference:
    communes: dict[str, dict[str, str]]
    perimeters: list[Perimeter]
    parts: list[tuple[Key, Key]] = field(default_factory=list)

    def codes(self) -> Iterator[tuple[str, str, str]]:
        """Every code a commune answers to: (code, commune, kind). A current code wins over a former one."""
        for commune, row in self.communes.items():
            yield commune, commune, CodeKind.CURRENT
            for former in row["former_codes"].split():
                if former not in self.communes:
                    yield former, commune, CodeKind.FORMER

    def postal_codes(self) -> Iterator[tuple[str, str]]:
        for commune, row in self.communes.items():
            for postal_code in row["postal_codes"].split():
                yield commune, postal_code


@lru_cache(maxsize=4)
def read_reference(departments: frozenset[str] | None = None) -> Reference:
    """Communes of the chosen départements (default: all in the file) and every perimeter that touches them."""
    with (DATA / "communes.csv").open(encoding="utf-8", newline="") as file:
        communes = {
            row["code"]: row for row in csv.DictReader(file) if departments is None or row["department"] in departments
        }
    with (DATA / "territories.json").open(encoding="utf-8") as file:
        described = json.load(file)
    reference = Reference(communes, list(_perimeters(communes, described)))
    reference.parts.extend(_parts(reference))
    return reference


def _perimeters(communes: dict[str, dict[str, str]], described: dict[str, Any]) -> Iterator[Perimeter]:
    by_department = _grouped(communes, "department")
    yield from _regions(by_department, described)
    yield from _intercommunal(communes, by_department, described["epcis"])
    for row in described["custom"]:
        if set(row["communes"]) <= communes.keys():
            population = sum(int(communes[code]["population"]) for code in row["communes"])
            yield Perimeter(TerritoryKind.CUSTOM, row["id"], row["name"], population, frozenset(row["communes"]))


def _regions(by_department: dict[str, set[str]], described: dict[str, Any]) -> Iterator[Perimeter]:
    def within(departments: list[str]) -> frozenset[str]:
        return frozenset().union(*(by_department.get(d, {f"outside:{d}"}) for d in departments))

    def loaded(row: dict[str, Any]) -> bool:
        return any(d in by_department for d in row["departments"])

    for row in filter(loaded, described["regions"]):
        yield Perimeter(TerritoryKind.REGION, row["code"], row["name"], None, within(row["all_departments"]))
    for row in filter(loaded, described["hemi_regions"]):
        yield Perimeter(TerritoryKind.HEMI_REGION, row["id"], row["name"], None, within(row["departments"]))
    for row in described["departments"]:
        if row["code"] in by_department:
            population = row["population_municipal"]
            yield Perimeter(TerritoryKind.DEPARTMENT, row["code"], row["name"], population, within([row["code"]]))


def _intercommunal(
    communes: dict[str, dict[str, str]], by_department: dict[str, set[str]], described: list[dict[str, Any]]
) -> Iterator[Perimeter]:
    by_epci = _grouped(communes, "epci_siren")
    for row in described:
        if row["siren"] in by_epci:
            outside = {f"outside:{d}" for d in row["departments"] if d not in by_department}
            members = frozenset(by_epci[row["siren"]] | outside)
            yield Perimeter(TerritoryKind.EPCI, row["siren"], row["name"], row["population_municipal"], members)


def _grouped(communes: dict[str, dict[str, str]], column: str) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    for code, row in communes.items():
        groups.setdefault(row[column], set()).add(code)
    return groups


def _parts(reference: Reference) -> Iterator[tuple[Key, Key]]:
    """Reflexive closure. An EPCI is in a département only if wholly so: 89 of them span several."""
    for code in reference.communes:
        yield (TerritoryKind.COMMUNE, code), (TerritoryKind.COMMUNE, code)
    for outer in reference.perimeters:
        for inner in reference.perimeters:
            if inner.members <= outer.members:
                yield outer.key, inner.key
        for code in outer.members & reference.communes.keys():
            yield outer.key, (TerritoryKind.COMMUNE, code)


def read_professions() -> list[dict[str, Any]]:
    """Columns of ``Profession``, in the order of the file, the pseudo-profession last."""
    with (DATA / "professions.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            {
                "code": row["code"],
                "label_fr": row["label_fr"],
                "label_en": row["label_en"],
                "family": row["family"],
                "rehab": row["rehab"] == "1",
                "health": row["health_profession"] == "1",
                "counted": row["health_profession"] == "1",
                # "unknown" is an older code that the register's import reads as another one.
                "active": row["status"] == "active",
                "note": row["note"],
            }
            for row in csv.DictReader(file)
        ]
    rows.append(_other_profession())
    return [{**row, "position": position} for position, row in enumerate(rows)]


def _other_profession() -> dict[str, Any]:
    return {
        "code": rules.OTHER_PROFESSION,
        "label_fr": "Autre (éducation, secrétariat, direction…)",
        "label_en": "Other (education, office, management…)",
        "family": "other",
        "rehab": False,
        "health": False,
        "counted": False,
        "active": True,
        "note": "",
    }
