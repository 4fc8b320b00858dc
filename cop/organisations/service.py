"""Keeping one record per organisation, and who works there."""

from dataclasses import fields
from datetime import date
from typing import Any

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import change, db, insert_new
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.organisations import queries, rules, service_kinds
from cop.organisations.models import Affiliation, Organisation, OrganisationKind
from cop.organisations.rules import Description
from cop.people.models import Person
from cop.people.rules import one_line, search_name

_OPEN = sa.text("ends_on IS NULL")


class EditedMeanwhile(Refused):
    """Somebody else changed the organisation since the form was opened."""


def find_or_create(name: str, kind_code: str, commune_id: int | None, actor: Actor) -> Organisation:
    """The organisation of that name in that commune, made if there is none; of an unknown kind it is "other"."""
    return _twin_or_new(
        Description(name=one_line(name)[:200], kind_id=_kind(kind_code).id, commune_id=commune_id), actor
    )[0]


def create(said: Description, actor: Actor) -> Organisation:
    """A new one. Refused when there is one of that name in the commune: two records would share its history."""
    organisation, made = _twin_or_new(said, actor)
    if made:
        return organisation
    if organisation.archived_at is not None:
        raise Refused(_l("It is known already, and archived: restore its record instead."), "name")
    raise Refused(_l("It is known already in this commune: open its record instead of making a second one."), "name")


def _twin_or_new(said: Description, actor: Actor) -> tuple[Organisation, bool]:
    if not said.name:
        raise Refused(_l("A name is needed."), "name")
    values = {**_values(said), "version": 1, "created_at": clock.now(), "archived_at": None}
    made = insert_new(Organisation, values, key=["twin_key"])
    if made is None:
        found = queries.twin(said.name, said.commune_id)
        if found is None:  # pragma: no cover - the key that stood in the way is this one
            raise Refused(_l("Two people wrote at the same moment. Please press once more."))
        return found, False
    activity.record(actor, "organisation.created", made)
    return made, True


def _values(said: Description) -> dict[str, Any]:
    values = {part.name: getattr(said, part.name) for part in fields(said)}
    names = {"search_name": search_name(said.name, said.acronym)[:260]}
    return {**values, **names, "twin_key": rules.twin_key(said.name, said.commune_id)}


def edit(organisation: Organisation, said: Description, *, version: int, actor: Actor) -> bool:
    """Change the record; whether anything differed. ``version``: the one the editor was shown."""
    other = queries.twin(said.name, said.commune_id)
    if other is not None and other.id != organisation.id:
        raise Refused(_l("Another organisation has this name in this commune."), "name")
    changed = sorted(name for name, value in _values(said).items() if getattr(organisation, name) != value)
    claim = sa.update(Organisation).where(Organisation.id == organisation.id, Organisation.version == version)
    if not change(claim.values(version=version + 1)):
        raise EditedMeanwhile(
            _l(
                "Somebody else changed this record while you were writing. What you typed is still here: "
                "save again to keep yours."
            )
        )
    db.session.refresh(organisation)
    for name, value in _values(said).items():
        setattr(organisation, name, value)
    if changed:
        activity.record(actor, "organisation.changed", organisation, fields=changed)
    db.session.flush()
    return bool(changed)


def archive(organisation: Organisation, actor: Actor) -> None:
    """Out of the lists; its history stays, and it may be restored."""
    if organisation.archived_at is None:
        organisation.archived_at = clock.now()
        activity.record(actor, "organisation.archived", organisation)
        db.session.flush()


def restore(organisation: Organisation, actor: Actor) -> None:
    if organisation.archived_at is not None:
        organisation.archived_at = None
        activity.record(actor, "organisation.restored", organisation)
        db.session.flush()


def _kind(code: str) -> OrganisationKind:
    known = {kind.code: kind for kind in queries.kinds(archived=True)}
    if code not in known and rules.OTHER not in known:
        service_kinds.seed([rules.OTHER])
        known = {kind.code: kind for kind in queries.kinds(archived=True)}
    return known.get(code) or known[rules.OTHER]


# --- Who works there ------------------------------------------------------------------------------


def affiliate(
    person: Person,
    organisation: Organisation,
    function: str,
    starts_on: date | None,
    ends_on: date | None,
    actor: Actor,
    *,
    main_contact: bool = False,
    source: str = rules.PERSON,
) -> Affiliation:
    """Note that the person works there. Said again while it holds, it completes what is known."""
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused(_l("The last day comes before the first one."), "ends_on")
    values = {
        "person_id": person.id,
        "organisation_id": organisation.id,
        "function": one_line(function)[:120],
        "starts_on": starts_on,
        "ends_on": ends_on,
        "main_contact": main_contact,
        "source": source,
        "created_at": clock.now(),
    }
    made = None if ends_on else insert_new(Affiliation, values, ["person_id", "organisation_id"], _OPEN)
    if made is None:
        held = _held(person.id, organisation.id)
        if held is not None:
            return _complete(held, values)
        made = Affiliation(**values)
        db.session.add(made)
        db.session.flush()
    activity.record(actor, "affiliation.added", organisation, person=person.id)
    return made


def _held(person_id: int, organisation_id: int) -> Affiliation | None:
    statement = sa.select(Affiliation).where(
        Affiliation.person_id == person_id,
        Affiliation.organisation_id == organisation_id,
        Affiliation.ends_on.is_(None),
    )
    found: Affiliation | None = db.session.scalar(statement)
    return found


def is_there(person_id: int, organisation_id: int) -> bool:
    """Whether the person works there, without an end."""
    return _held(person_id, organisation_id) is not None


def _complete(held: Affiliation, values: dict[str, Any]) -> Affiliation:
    """What is known stays where nothing new is said; a last day that was not known ends it."""
    held.function = values["function"] or held.function
    held.starts_on = held.starts_on or values["starts_on"]
    held.main_contact = held.main_contact or values["main_contact"]
    if values["ends_on"]:
        _end(held, values["ends_on"])
    db.session.flush()
    return held


def end_affiliation(held: Affiliation, today: date, actor: Actor) -> None:
    """The person no longer works there: yesterday was the last day. Their name leaves the directory at once."""
    _end(held, rules.last_day(held.starts_on, today))
    activity.record(actor, "affiliation.ended", held.organisation, person=held.person_id)
    db.session.flush()


def _end(held: Affiliation, day: date) -> None:
    if held.starts_on and day < held.starts_on:
        raise Refused(_l("The last day comes before the first one."), "ends_on")
    held.ends_on, held.listed_since = day, None


def reopen_affiliation(held: Affiliation, actor: Actor) -> None:
    """Undo the end, unless the person was noted there again meanwhile."""
    if held.ends_on is None or _held(held.person_id, held.organisation_id) is not None:
        return
    held.ends_on = None
    activity.record(actor, "affiliation.added", held.organisation, person=held.person_id)
    db.session.flush()


def note_informed(held: Affiliation, day: date, actor: Actor) -> None:
    """The person has been told what is kept of them and where it came from."""
    held.informed_on = day
    activity.record(actor, "affiliation.informed", held.organisation, person=held.person_id)
    db.session.flush()


def list_in_directory(held: Affiliation, *, listed: bool) -> None:
    """The person's own choice: in the directory of coordinators from now on, or out of it at once."""
    if listed and held.ends_on is None:
        held.listed_since = held.listed_since or clock.now()
    else:
        held.listed_since = None
    db.session.flush()
