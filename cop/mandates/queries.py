"""Reading mandates: who holds what on a day, and where somebody works."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from cop.accounts import access
from cop.accounts.models import Account, Grant
from cop.core import clock
from cop.core.access import Permission
from cop.core.db import db
from cop.core.errors import NotFound
from cop.host.models import Host
from cop.mandates.models import Mandate, MandateKind, Project
from cop.people.models import Person
from cop.territories.models import Territory


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
