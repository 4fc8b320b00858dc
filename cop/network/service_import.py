"""Writing what a line of a list says of somebody: what is planned, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.imports.models import ImportedPerson
from cop.organisations import rules as organisation_rules
from cop.organisations import service as organisations
from cop.organisations.models import Organisation
from cop.people.models import Person, PracticeSite


@dataclass(slots=True)
class Work:
    """``values``: columns of the person to be set. A new person has no ``person`` yet."""

    person: Person | None
    values: dict[str, Any] = field(default_factory=dict)
    commune_id: int | None = None  # a place to be added
    organisation: Organisation | str | None = None  # one we know, or the name of a new one
    organisation_commune_id: int | None = None
    function: str = ""


def write(works: list[Work], import_id: int, actor: Actor) -> None:
    """All of them: new people first, at once."""
    moment = clock.now()
    for work in works:
        if work.person is None:
            work.person = Person(**_new(work.values), created_at=moment)
            db.session.add(work.person)
        else:
            for name, value in work.values.items():
                setattr(work.person, name, value)
    db.session.flush()
    listed = _listed(import_id, [work.person.id for work in works if work.person])
    for work in works:
        if work.person is None:  # pragma: no cover - made above
            continue
        if work.person.id not in listed:
            listed.add(work.person.id)
            db.session.add(ImportedPerson(import_id=import_id, person_id=work.person.id))
        if work.commune_id:
            db.session.add(
                PracticeSite(person_id=work.person.id, commune_id=work.commune_id, source=organisation_rules.IMPORT)
            )
    db.session.flush()
    for work in works:
        _join(work, actor)


def _listed(import_id: int, people: list[int]) -> set[int]:
    """Those an earlier line of the list made: a later one, that says more of them, completes them."""
    statement = sa.select(ImportedPerson.person_id).where(ImportedPerson.import_id == import_id)
    return set(db.session.scalars(statement.where(ImportedPerson.person_id.in_(people))))


def _new(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"language": "fr", **values}


def _join(work: Work, actor: Actor) -> None:
    if not work.organisation or work.person is None:
        return
    joined = work.organisation
    if isinstance(joined, str):
        kind = organisation_rules.OTHER
        joined = organisations.find_or_create(joined, kind, work.organisation_commune_id, actor)
    organisations.affiliate(work.person, joined, work.function, None, None, actor, source=organisation_rules.IMPORT)
