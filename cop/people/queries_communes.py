"""From what somebody types to a commune: « Saumur (49400) », « saumur », « 49400 », « st barthélemy »."""

import re
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from cop.core.db import db
from cop.territories import rules as territories
from cop.territories.models import CommunePostalCode, Territory, TerritoryKind

_POSTAL_CODE: Final = re.compile(r"\b\d{5}\b")
MOST: Final = 12


@dataclass(frozen=True, slots=True)
class Commune:
    id: int
    name: str
    postal_code: str

    @property
    def label(self) -> str:
        return f"{self.name} ({self.postal_code})" if self.postal_code else self.name


def matching(text: str, *, proposals: bool = False) -> list[Commune]:
    """The communes meant: those of that very name, else those that begin so; ``proposals``: both."""
    found = _POSTAL_CODE.search(text)
    code = found[0] if found else ""
    name = territories.search_name(_POSTAL_CODE.sub(" ", text))
    if not (name or code):
        return []
    tries = [(Territory.search_name == name, code), (Territory.search_name.startswith(name, autoescape=True), code)]
    if name and code:  # a town has several codes, and people know one of them wrong
        tries += [(Territory.search_name == name, "")]
    if proposals:
        tries = tries[1:]
    if not name:
        tries = [(sa.true(), code)]
    for where, postal_code in tries:
        communes = _communes(where, postal_code, MOST)
        if communes:
            return communes
    return []


def label_of(commune_id: int | None) -> str:
    return next((commune.label for commune in _communes(Territory.id == commune_id, "", 1)), "")


def _communes(where: sa.ColumnElement[bool], postal_code: str, most: int) -> list[Commune]:
    first = sa.func.min(CommunePostalCode.postal_code)
    statement = (
        sa.select(Territory.id, Territory.name, first)
        .outerjoin(CommunePostalCode, CommunePostalCode.commune_id == Territory.id)
        .where(Territory.kind == TerritoryKind.COMMUNE, where)
        .group_by(Territory.id, Territory.name)
        .order_by(Territory.population.desc().nulls_last(), Territory.name)
        .limit(most)
    )
    if postal_code:
        statement = statement.where(CommunePostalCode.postal_code == postal_code)
    return [Commune(row[0], row[1], row[2] or "") for row in db.session.execute(statement)]
