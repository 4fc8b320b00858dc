"""The kinds of organisations, as an organisation words them."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import db
from cop.organisations import rules
from cop.organisations.models import OrganisationKind
from cop.territories.rules import search_name

CATALOGUE: Final = Path(__file__).with_name("kinds.toml")


def catalogue() -> dict[str, dict[str, Any]]:
    """Every kind a preset may name."""
    with CATALOGUE.open("rb") as file:
        return tomllib.load(file)


def seed(codes: Iterable[str]) -> None:
    """Add the kinds that are missing, in this order; those that exist are left as they are, edited or not."""
    offered = catalogue()
    known = set(db.session.scalars(sa.select(OrganisationKind.code)))
    for position, code in enumerate(codes):
        if code not in known:
            values = {"dormant_months": rules.DORMANT_MONTHS, **offered[code]}
            db.session.add(OrganisationKind(code=code, position=position, **values))
    db.session.flush()


def save(kind: OrganisationKind | None, values: Mapping[str, Any], actor: Actor) -> OrganisationKind:
    """Change a kind, or add one; its code is made of its name and never changes."""
    said = {**values, "name_en": values["name_en"] or values["name_fr"]}
    if kind is None:
        last = db.session.scalar(sa.select(sa.func.max(OrganisationKind.position))) or 0
        kind = OrganisationKind(code=_free_code(said["name_fr"]), position=last + 1)
        db.session.add(kind)
    for name, value in said.items():
        setattr(kind, name, value)
    db.session.flush()
    activity.record(actor, "organisation_kind.changed", kind)
    return kind


def _free_code(name: str) -> str:
    base = search_name(name)[:36] or "kind"
    taken = set(db.session.scalars(sa.select(OrganisationKind.code).where(OrganisationKind.code.startswith(base))))
    number = 1
    while (code := base if number == 1 else f"{base}{number}") in taken:
        number += 1
    return code
