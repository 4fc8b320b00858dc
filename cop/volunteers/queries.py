"""Reading volunteers and tasks: for those who ask, and for those who are asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core.access import Permission, Where
from cop.core.db import db
from cop.core.errors import NotFound
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.people import queries as people
from cop.people.models import Person, PracticeSite
from cop.territories.models import Territory, TerritoryKind, TerritoryPart
from cop.volunteers import rules
from cop.volunteers.models import Availability, Hours, Proposal, Skill, Task, VolunteerProfile
from cop.volunteers.rules import Offer, State, Status, Wanted

PER_PAGE: Final = 50
_SHOWN: Final = (
    joinedload(VolunteerProfile.person).joinedload(Person.profession),
    joinedload(VolunteerProfile.territory),
    selectinload(VolunteerProfile.skills),
    selectinload(VolunteerProfile.availabilities),
)
_LISTED: Final = (joinedload(Task.event), joinedload(Task.territory), selectinload(Task.skills))


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list was asked for; each a code or a number, or nothing."""

    skill: int | None = None
    slot: str = ""
    territory: int | None = None
    status: str = Status.ACTIVE


def skills(*, archived: bool = False) -> Sequence[Skill]:
    statement = sa.select(Skill).order_by(Skill.position, Skill.id)
    return db.session.scalars(statement if archived else statement.where(Skill.archived.is_(False))).all()


def places() -> Sequence[Territory]:
    """Where a volunteer may say to help: the whole territory first, then its départements, then what they hold."""
    kinds = (TerritoryKind.DEPARTMENT, TerritoryKind.CUSTOM, TerritoryKind.EPCI)
    root = sa.select(Territory.id).where(Territory.is_root).scalar_subquery()
    inside = sa.select(TerritoryPart.descendant_id).where(TerritoryPart.ancestor_id == root)
    rank = sa.case({kind: number for number, kind in enumerate(kinds)}, value=Territory.kind, else_=9)
    mine = sa.or_(Territory.is_root, sa.and_(Territory.kind.in_(kinds), Territory.id.in_(inside)))
    statement = sa.select(Territory).where(mine).order_by(Territory.is_root.desc(), rank, Territory.name)
    return db.session.scalars(statement).all()


# --- Volunteers -----------------------------------------------------------------------------------


def profile_of(person_id: int) -> VolunteerProfile | None:
    statement = sa.select(VolunteerProfile).where(VolunteerProfile.person_id == person_id).options(*_SHOWN)
    found: VolunteerProfile | None = db.session.scalar(statement)
    return found


def profile(person_id: int) -> VolunteerProfile:
    found = profile_of(person_id)
    if found is None:
        raise NotFound
    return found


def where_is(person_id: int, **_: Any) -> Where:
    """A volunteer belongs to where they practise, and to where they offered to help."""
    territory_id = db.session.scalar(
        sa.select(VolunteerProfile.territory_id).where(VolunteerProfile.person_id == person_id)
    )
    if territory_id is None:
        raise NotFound
    return Where(people.where_is(person_id).territories | {territory_id})


def everywhere(**_: Any) -> Where:
    """What is the same for the whole organisation: for who has the right everywhere."""
    return Where()


def _seen_by(viewer: Account | None) -> sa.ColumnElement[bool]:
    """The same as :func:`where_is`, for a list."""
    if access.can_everywhere(viewer, Permission.VOLUNTEER_MANAGE):
        return sa.true()
    helps = access.visible_to(viewer, Permission.VOLUNTEER_MANAGE, VolunteerProfile.territory_id)
    works = access.visible_to(viewer, Permission.VOLUNTEER_MANAGE, PracticeSite.commune_id)
    return sa.or_(helps, VolunteerProfile.person_id.in_(sa.select(PracticeSite.person_id).where(works)))


def page_of_volunteers(viewer: Account | None, filters: Filters, page: int) -> Any:
    statement = sa.select(VolunteerProfile).join(VolunteerProfile.person).where(_seen_by(viewer))
    if filters.status:
        statement = statement.where(VolunteerProfile.status == filters.status)
    if filters.skill:
        statement = statement.where(VolunteerProfile.skills.any(Skill.id == filters.skill))
    if filters.slot:
        statement = statement.where(VolunteerProfile.availabilities.any(Availability.slot == filters.slot))
    if filters.territory:
        near = sa.select(sa.literal(filters.territory)).union(*_around(filters.territory))
        statement = statement.where(VolunteerProfile.territory_id.in_(near))
    ordered = statement.order_by(Person.family_name, Person.given_name, VolunteerProfile.id).options(*_SHOWN)
    return db.paginate(ordered, page=page, per_page=PER_PAGE, error_out=False)


def _around(territory_id: int) -> tuple[sa.Select[int], sa.Select[int]]:
    """What holds the territory, and what it holds: who helps in any of these may help there."""
    part = TerritoryPart.__table__.c
    return (
        sa.select(part.ancestor_id).where(part.descendant_id == territory_id),
        sa.select(part.descendant_id).where(part.ancestor_id == territory_id),
    )


# --- Tasks ----------------------------------------------------------------------------------------


def task(task_id: int) -> Task:
    statement = sa.select(Task).where(Task.id == task_id).options(*_LISTED, selectinload(Task.proposals))
    found: Task | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def where_task_is(task_id: int, **_: Any) -> Where:
    territory_id = db.session.scalar(sa.select(Task.territory_id).where(Task.id == task_id))
    if territory_id is None:
        raise NotFound
    return Where(frozenset({territory_id}))


def page_of_tasks(viewer: Account | None, page: int, now: datetime, *, past: bool = False) -> Any:
    """Those to come soonest first; those of the past latest first."""
    statement = sa.select(Task).where(access.visible_to(viewer, Permission.VOLUNTEER_MANAGE, Task.territory_id))
    if past:
        ordered = statement.where(Task.starts_at <= now).order_by(Task.starts_at.desc(), Task.id)
    else:
        ordered = statement.where(Task.starts_at > now).order_by(Task.starts_at, Task.id)
    return db.paginate(ordered.options(*_LISTED), page=page, per_page=PER_PAGE, error_out=False)


def events_to_come(viewer: Account | None, now: datetime) -> Sequence[Event]:
    """Those a task may be for: who accepts it gets a right there, so only where the viewer runs volunteers."""
    mine = access.visible_to(viewer, Permission.VOLUNTEER_MANAGE, Event.territory_id)
    to_be = Event.status.in_((*event_rules.UNPUBLISHED, event_rules.PUBLISHED))
    statement = sa.select(Event).where(mine, to_be, Event.ends_at > now)
    return db.session.scalars(statement.options(joinedload(Event.kind)).order_by(Event.starts_at).limit(200)).all()


def candidates(found: Task, zone: Any) -> list[Offer]:
    """Who is available with the skill, and was not asked yet."""
    if found.state != State.OPEN:
        return []
    near = set(db.session.scalars(sa.union(*_around(found.territory_id)))) | {found.territory_id}
    wanted = Wanted(
        frozenset(skill.id for skill in found.skills), rules.slot_of(found.starts_at, zone), frozenset(near)
    )
    asked = {proposal.person_id for proposal in found.proposals}
    return [offer for offer in rules.available(offers(near), wanted) if offer.person_id not in asked]


def offers(territory_ids: Collection[int]) -> list[Offer]:
    """Active volunteers whose help reaches these territories, and who can be written to."""
    given = sa.select(Hours.person_id, sa.func.sum(Hours.minutes).label("minutes")).group_by(Hours.person_id).subquery()
    statement = (
        sa.select(VolunteerProfile, sa.func.coalesce(given.c.minutes, 0))
        .join(VolunteerProfile.person)
        .outerjoin(given, given.c.person_id == VolunteerProfile.person_id)
        .where(VolunteerProfile.status == Status.ACTIVE, VolunteerProfile.territory_id.in_(territory_ids))
        .where(Person.email.is_not(None))
        .options(*_SHOWN)
    )
    return [
        Offer(
            row.person_id,
            row.person.full_name,
            frozenset(skill.id for skill in row.skills),
            row.slots,
            row.territory_id,
            row.status,
            int(minutes),
        )
        for row, minutes in db.session.execute(statement)
    ]


def proposal(proposal_id: int) -> Proposal:
    statement = sa.select(Proposal).where(Proposal.id == proposal_id)
    found: Proposal | None = db.session.scalar(
        statement.options(joinedload(Proposal.task).joinedload(Task.event), joinedload(Proposal.person))
    )
    if found is None or found.person.anonymised_at:
        raise NotFound
    return found


def proposals_of(task_id: int) -> Sequence[Proposal]:
    statement = sa.select(Proposal).join(Proposal.person).where(Proposal.task_id == task_id)
    ordered = statement.order_by(Person.family_name, Person.given_name, Proposal.id)
    return db.session.scalars(ordered.options(joinedload(Proposal.person))).all()


def proposals_to(person_ids: Collection[int]) -> Sequence[Proposal]:
    """What was proposed to somebody, latest task first."""
    statement = sa.select(Proposal).join(Proposal.task).where(Proposal.person_id.in_(person_ids))
    ordered = statement.order_by(Task.starts_at.desc(), Proposal.id)
    return db.session.scalars(
        ordered.options(joinedload(Proposal.task).joinedload(Task.event), joinedload(Proposal.person))
    ).all()


def is_volunteer(person_id: int) -> bool:
    return db.session.scalar(_ACTIVE.where(VolunteerProfile.person_id == person_id)) is not None


_ACTIVE: Final = sa.select(VolunteerProfile.id).where(VolunteerProfile.status != Status.ENDED)


def active_on(day: date) -> sa.Select[int]:
    """The numbers of those who were volunteers on that day."""
    until = sa.or_(VolunteerProfile.until.is_(None), VolunteerProfile.until >= day)
    return sa.select(VolunteerProfile.person_id).where(VolunteerProfile.since <= day, until)
