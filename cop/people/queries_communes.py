"""From what somebody types to a commune: « Saumur (49400) », « saumur », « 49400 », « st barthélemy »."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

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
    tries = [("name", code), ("beginning", code)]
    if name and code:  # a town has several codes, and people know one of them wrong
        tries += [("name", "")]
    if proposals:
        tries = tries[1:]
    if not name:
        tries = [("", code)]
    for by, postal_code in tries:
        communes = _communes(by, name, postal_code, MOST)
        if communes:
            return communes
    return []


def label_of(commune_id: int | None) -> str:
    return next((commune.label for commune in _communes("number", commune_id, "", 1)), "")


def _communes(by: str, what: str | int | None, postal_code: str, most: int) -> list[Commune]:
    if by == "beginning":
        what = f"{what}%"  # letters and digits only: nothing in it to be escaped
    statement = _statement(by, coded=bool(postal_code))
    rows = db.session.execute(statement, {"what": what, "code": postal_code, "most": most})
    return [Commune(row[0], row[1], row[2] or "") for row in rows]


@cache
def _statement(by: str, *, coded: bool) -> sa.Select[Any]:
    """Built once: a form asks each time, and building costs more than the answer."""
    commune, postal = Territory.__table__.c, CommunePostalCode.__table__.c
    statement = (
        sa.select(commune.id, commune.name, sa.func.min(postal.postal_code))
        .select_from(Territory.__table__.outerjoin(CommunePostalCode.__table__, postal.commune_id == commune.id))
        .where(commune.kind == TerritoryKind.COMMUNE)
        .group_by(commune.id, commune.name)
        .order_by(commune.population.desc().nulls_last(), commune.name)
        .limit(sa.bindparam("most"))
    )
    what: sa.BindParameter[Any] = sa.bindparam("what")
    meant = {
        "name": commune.search_name == what,
        "beginning": commune.search_name.like(what),
        "number": commune.id == what,
    }
    if by:
        statement = statement.where(meant[by])
    return statement.where(postal.postal_code == sa.bindparam("code")) if coded else statement
