"""The kinds of organisations, as an organisation words them."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import db
from cop.organisations.models import OrganisationKind
from cop.territories.rules import search_name


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
