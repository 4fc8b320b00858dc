"""Reading mandates: who holds what on a day, and where somebody works."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from cop.accounts import access
from cop.accounts.models import Account, Grant
from cop.accounts.roles import ROLES
from cop.core import clock
from cop.core.access import Permission
from cop.core.db import db
from cop.core.errors import NotFound
from cop.host.models import Host
from cop.mandates import rules
from cop.mandates.models import Decision, Mandate, MandateKind, Project
from cop.people.models import Person
from cop.territories.models import Territory

# All that a line of a list shows, in a fixed number of statements.
WHOLE: Final = (
    joinedload(Mandate.kind),
    joinedload(Mandate.person),
    joinedload(Mandate.project),
    joinedload(Mandate.decision),
    selectinload(Mandate.territories),
)


def in_force(on: date) -> sa.ColumnElement[bool]:
    """The mandates in force that day, as ``rules.state`` says; needs ``Mandate.kind`` joined."""
    last_day = sa.func.coalesce(Mandate.ended_on, Mandate.ends_on)
    return sa.and_(
        Mandate.removed_at.is_(None),
        Mandate.starts_on <= on,
        sa.or_(last_day.is_(None), last_day >= on),
        sa.or_(Mandate.decision_id.is_not(None), MandateKind.needs_decision.is_(False)),
    )


def holders(bodies: Iterable[str], on: date) -> sa.Select[Any]:
    """The numbers of those who hold a mandate of these bodies ("bureau", "board"…) that day."""
    held = sa.select(Mandate.person_id).join(Mandate.kind)
    return held.where(MandateKind.body.in_(tuple(bodies)), in_force(on))


def holding(bodies: Iterable[str], on: date) -> sa.ColumnElement[bool]:
    """The same, as the condition of a list of ``Person``."""
    return Person.id.in_(holders(bodies, on))


def home_territories(account: Account) -> list[Territory]:
    """Where the account's missions are, narrower than the whole organisation: what a list shows first."""
    today = clock.today()
    root = sa.select(Host.root_territory_id).limit(1).scalar_subquery()
    mine = sa.select(Grant.territory_id).where(
        Grant.account_id == account.id,
        Grant.subject == "",
        Grant.starts_on <= today,
        sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today),
    )
    statement = sa.select(Territory).where(Territory.id.in_(mine), Territory.id.is_distinct_from(root))
    return list(db.session.scalars(statement.order_by(Territory.code)))


def projects_to_hold_events_for(viewer: Account | None, on: date) -> list[Project]:
    """Those not over, on the territories where the viewer may create an event."""
    here = access.visible_to(viewer, Permission.EVENT_CREATE, Project.territory_id)
    open_still = sa.or_(Project.ends_on.is_(None), Project.ends_on >= on)
    return list(db.session.scalars(sa.select(Project).where(here, open_still).order_by(Project.name, Project.id)))


def project(project_id: int) -> Project:
    found: Project | None = db.session.get(Project, project_id)
    if found is None:
        raise NotFound
    return found


def project_name(project_id: int | None) -> str:
    return db.session.scalar(sa.select(Project.name).where(Project.id == project_id)) or ""


def decision(decision_id: int) -> Decision:
    found: Decision | None = db.session.get(Decision, decision_id)
    if found is None:
        raise NotFound
    return found


def kind(kind_id: int) -> MandateKind:
    found: MandateKind | None = db.session.get(MandateKind, kind_id)
    if found is None:
        raise NotFound
    return found


def kind_by_code(code: str) -> MandateKind:
    found: MandateKind | None = db.session.scalar(sa.select(MandateKind).where(MandateKind.code == code))
    if found is None:
        raise NotFound
    return found


def kinds(*, archived: bool = False) -> list[MandateKind]:
    statement = sa.select(MandateKind).order_by(MandateKind.position, MandateKind.id)
    return list(db.session.scalars(statement if archived else statement.where(MandateKind.archived.is_(False))))


def mandate(mandate_id: int, person_id: int | None = None) -> Mandate:
    """One mandate; with ``person_id``, of that person. Raises ``NotFound``."""
    statement = sa.select(Mandate).where(Mandate.id == mandate_id).options(*WHOLE)
    if person_id is not None:
        statement = statement.where(Mandate.person_id == person_id)
    found: Mandate | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def may_give(giver: Account, kind: MandateKind, places: set[int]) -> bool:
    """One gives what one has, where one has it: else a mandate would be a way to more rights than one's own.

    No place: the mandate is of the whole organisation.
    """
    needed = {Permission.MANDATE_MANAGE, *(ROLES[kind.role].permissions if kind.role in ROLES else ())}
    if not places:
        return all(access.can_everywhere(giver, one) for one in needed)
    return all(access.can(giver, one, place) for one in needed for place in places)


def may_change(viewer: Account, mandate: Mandate) -> bool:
    if mandate.project is not None:
        return may_give(viewer, mandate.kind, {mandate.project.territory_id})
    return may_give(viewer, mandate.kind, {place.id for place in mandate.territories})


def same_function(mandate: Mandate) -> list[Mandate]:
    """The person's other mandates of this kind, taken off ones left out."""
    statement = sa.select(Mandate).where(
        Mandate.person_id == mandate.person.id, Mandate.kind_id == mandate.kind.id, Mandate.removed_at.is_(None)
    )
    return [other for other in db.session.scalars(statement) if other.id != mandate.id]


def of_person(person_id: int) -> list[Mandate]:
    """All of somebody's mandates, the latest first; those taken off as written by mistake come last."""
    statement = sa.select(Mandate).where(Mandate.person_id == person_id).options(*WHOLE)
    statement = statement.order_by(Mandate.removed_at.is_not(None), Mandate.starts_on.desc(), Mandate.id.desc())
    return list(db.session.scalars(statement))


def state(mandate: Mandate, on: date) -> rules.State:
    return rules.state(
        mandate.starts_on,
        mandate.last_day,
        on,
        approved=mandate.approved,
        removed=mandate.removed_at is not None,
    )


def manages_on(account: Account, territory_id: int) -> bool:
    return access.can(account, Permission.MANDATE_MANAGE, territory_id)


def holders_at(kind_id: int, on: date) -> int:
    statement = sa.select(sa.func.count()).select_from(Mandate).join(Mandate.kind)
    return db.session.scalar(statement.where(Mandate.kind_id == kind_id, in_force(on))) or 0


def too_many(kind: MandateKind, holders: int) -> bool:
    return rules.too_many(holders, kind.seats, shared=kind.several_holders)
