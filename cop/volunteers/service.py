"""What volunteers offer, and the skills there are to offer. ``service_tasks``: what they are asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.people.models import Person
from cop.territories import rules as territories
from cop.volunteers import queries, rules
from cop.volunteers.models import Availability, Skill, VolunteerProfile
from cop.volunteers.rules import Status


@dataclass(frozen=True, slots=True)
class Said:
    """What a volunteer says of themselves."""

    skill_ids: frozenset[int]
    slots: frozenset[str]
    territory_id: int


def enrol(person: Person, said: Said, actor: Actor) -> VolunteerProfile:
    """Make the person a volunteer, or again one: what they say now replaces what they had said."""
    found = queries.profile_of(person.id)
    if found is None:
        found = VolunteerProfile(person_id=person.id, territory_id=said.territory_id, since=clock.today())
        db.session.add(found)
        activity.record(actor, "volunteer.enrolled", person)
    elif found.status == Status.ENDED:
        activity.record(actor, "volunteer.enrolled", person)
    found.status, found.until = Status.ACTIVE, None
    _note(found, said)
    return found


def change(found: VolunteerProfile, said: Said, actor: Actor) -> None:
    _note(found, said)
    activity.record(actor, "volunteer.changed", found.person)


def _note(found: VolunteerProfile, said: Said) -> None:
    if not said.slots <= set(rules.SLOTS):
        raise Refused(_l("This is not in the list."), "slots")
    found.territory_id = said.territory_id
    found.skills = list(db.session.scalars(sa.select(Skill).where(Skill.id.in_(said.skill_ids))))
    kept = {one.slot: one for one in found.availabilities}
    found.availabilities = [kept.get(slot) or Availability(slot=slot) for slot in sorted(said.slots)]
    db.session.flush()


def set_status(found: VolunteerProfile, status: Status, actor: Actor) -> None:
    """Pause, end, or take up again. Tasks already accepted stay: they are given back one by one."""
    if found.status == status:
        return
    found.status = status
    found.until = clock.today() if status == Status.ENDED else None
    db.session.flush()
    activity.record(actor, f"volunteer.{status}", found.person)


# --- Skills ---------------------------------------------------------------------------------------


def seed(parts: Sequence[Mapping[str, Any]]) -> None:
    """The skills of a preset that are missing; what exists stays as it is, edited or not."""
    existing = set(db.session.scalars(sa.select(Skill.code)))
    for position, part in enumerate(parts):
        if part["code"] not in existing:
            db.session.add(Skill(position=position, **part))
    db.session.flush()


def add_skill(name_fr: str, name_en: str, actor: Actor) -> Skill:
    codes = set(db.session.scalars(sa.select(Skill.code)))
    code = territories.search_name(name_fr)[:36]
    if not code:
        raise Refused(_l("Give the skill a name."), "name_fr")
    if code in codes:
        raise Refused(_l("This skill is in the list already."), "name_fr")
    made = Skill(code=code, name_fr=name_fr, name_en=name_en or name_fr, position=len(codes))
    db.session.add(made)
    db.session.flush()
    activity.record(actor, "skill.added", made)
    return made


def rename_skill(skill: Skill, name_fr: str, name_en: str, actor: Actor) -> None:
    skill.name_fr, skill.name_en = name_fr, name_en or name_fr
    db.session.flush()
    activity.record(actor, "skill.changed", skill)


def archive_skill(skill: Skill, archived: bool, actor: Actor) -> None:
    """No longer offered on the forms; who has it keeps it. Undone by the same button."""
    skill.archived = archived
    db.session.flush()
    activity.record(actor, "skill.changed", skill)


def skill(skill_id: int) -> Skill | None:
    return db.session.get(Skill, skill_id)


def ids_of(skills: Collection[Skill]) -> frozenset[int]:
    return frozenset(one.id for one in skills)
