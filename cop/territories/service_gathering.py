"""What an import of the register gathers: fingerprints by place and profession, for the loaded départements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _
from cop.territories import rules, rules_headcounts
from cop.territories.models import CommuneCode, Profession, RegisterPlace, RegisterPractice, Territory, TerritoryKind
from cop.territories.register import Extract
from cop.territories.rules import Location
from cop.territories.rules_headcounts import NumberSet
from cop.territories.service_rows import insert_rows

NOWHERE: Final = 0  # another part of the country, or a line of somebody who does not practise
UNLOCATED: Final = -1
MOST_REMEMBERED: Final = 50_000


class Places(dict[bytes, int]):
    """The number of the place written "postal code|commune code"; remembered, since few are written often."""

    def __init__(self) -> None:
        super().__init__()
        communes = db.session.execute(
            sa.select(CommuneCode.code, Territory.id, Territory.code).join(
                Territory, Territory.id == CommuneCode.commune_id
            )
        )
        self._communes = {code: (number, rules.department_of_commune(own)) for code, number, own in communes}
        self._departments = frozenset(
            db.session.scalars(sa.select(Territory.code).where(Territory.kind == TerritoryKind.DEPARTMENT))
        )
        if not self._departments:
            raise Refused(_("This site has no territory yet: set it up first with “cop init”."))
        places = db.session.execute(
            sa.select(
                RegisterPlace.id, RegisterPlace.department_code, RegisterPlace.commune_id, RegisterPlace.postal_code
            )
        )
        self._known = {
            Location(department, commune, postal_code): number for number, department, commune, postal_code in places
        }
        self._kept = len(self._known)
        self._next = max(self._known.values(), default=0) + 1

    def __missing__(self, text: bytes) -> int:
        if len(self) > MOST_REMEMBERED:
            self.clear()
        self[text] = number = self._number(text)
        return number

    def _number(self, text: bytes) -> int:
        if not text:
            return NOWHERE
        postal_code, _separator, commune = text.decode().partition("|")
        location = rules.locate(commune.strip(), postal_code.strip(), self._communes)
        if not location.department:
            return UNLOCATED
        if location.department not in self._departments:
            return NOWHERE
        if location not in self._known:
            self._known[location] = self._next
            self._next += 1
        return self._known[location]

    def keep(self) -> None:
        """Write the places met for the first time. Their numbers are ours: one import runs at a time."""
        new = list(self._known.items())[self._kept :]
        insert_rows(
            RegisterPlace,
            ("id", "commune_id", "department_code", "postal_code"),
            ((number, place.commune_id, place.department, place.postal_code) for place, number in new),
        )


class Gathering:
    """Reads the reference data once, takes an extract, keeps what was gathered."""

    def __init__(self, secret: str) -> None:
        self._fingerprints = rules.Fingerprints(secret)
        self._places = Places()
        self._professions = _professions()
        self._groups: defaultdict[tuple[int, str], bytearray] = defaultdict(bytearray)
        self.unlocated = NumberSet()

    def take(self, extract: Extract, progress: Callable[[int], Any] | None) -> None:
        places, groups, professions = self._places, self._groups, self._professions
        fingerprint, other = self._fingerprints.of, rules.OTHER_PROFESSION
        for rows in extract.rows(frozenset(professions), progress):
            located = [(number, profession, place) for number, profession, text in rows if (place := places[text])]
            unlocated = []
            for number, profession, place in located:
                if place == UNLOCATED:
                    unlocated.append(number)
                else:
                    groups[place, professions.get(profession, other)] += fingerprint(number)
            self.unlocated.update(unlocated)

    def keep(self, import_id: int) -> None:
        self._places.keep()
        insert_rows(
            RegisterPractice,
            ("import_id", "place_id", "profession_code", "fingerprints"),
            (
                (import_id, place, profession, rules_headcounts.pack(set(rules_headcounts.unpack_all(packed))))
                for (place, profession), packed in self._groups.items()
            ),
        )


def _professions() -> Mapping[bytes, str]:
    """The profession each code of the register is counted under."""
    codes = set(db.session.scalars(sa.select(Profession.code))) - {rules.OTHER_PROFESSION}
    return {code.encode(): rules.register_profession(code) for code in codes}
