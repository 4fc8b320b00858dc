"""What mandates rest on: the functions of the organisation, the decisions of its bodies, its projects."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.accounts.roles import ROLES
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.mandates import queries, rules, service_rights
from cop.mandates.models import Decision, Mandate, MandateKind, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class KindPart:
    """A function as a preset or the screen describes it."""

    code: str
    name_fr: str
    name_en: str
    body: str
    role: str = ""
    reach: str = rules.ORGANISATION
    needs_decision: bool = False
    seats: int | None = None
    several_holders: bool = False
    alert_days: int = 60


def seed(parts: Iterable[KindPart]) -> None:
    """Add the functions of a preset that are not there yet; what was edited on screen stays."""
    existing = set(db.session.scalars(sa.select(MandateKind.code)))
    for position, part in enumerate(parts):
        _check_kind(part)
        if part.code not in existing:
            db.session.add(MandateKind(position=position, **_columns(part)))


def add_kind(part: KindPart, actor: Actor) -> MandateKind:
    _check_kind(part)
    taken = db.session.scalar(sa.select(MandateKind.id).where(MandateKind.code == part.code))
    if taken is not None:
        raise Refused(_l("Another function has this name already."), "name_fr")
    last = db.session.scalar(sa.select(sa.func.max(MandateKind.position))) or 0
    kind = MandateKind(position=last + 1, **_columns(part))
    db.session.add(kind)
    db.session.flush()
    activity.record(actor, "mandate_kind.added", kind)
    return kind


def change_kind(kind: MandateKind, part: KindPart, actor: Actor) -> None:
    """The rights of those who hold it now change with it; where it is given stays, or places would be lost."""
    _check_kind(part)
    held = db.session.scalar(sa.select(Mandate.id).where(Mandate.kind_id == kind.id).limit(1)) is not None
    if held and part.reach != kind.reach:
        raise Refused(
            _l("People hold this function: where it is given stays as it is. Make another function instead."), "reach"
        )
    for name, value in _columns(part).items():
        setattr(kind, name, value)
    db.session.flush()
    activity.record(actor, "mandate_kind.changed", kind)
    for mandate in db.session.scalars(sa.select(Mandate).where(Mandate.kind_id == kind.id)).all():
        service_rights.follow(mandate, actor)


def archive_kind(kind: MandateKind, actor: Actor, *, archived: bool) -> None:
    """No longer proposed; those who hold it keep it until its end."""
    if kind.archived is archived:
        return
    kind.archived = archived
    db.session.flush()
    activity.record(actor, "mandate_kind.changed", kind)


def _columns(part: KindPart) -> dict[str, Any]:
    return {name: getattr(part, name) for name in KindPart.__slots__}


def _check_kind(part: KindPart) -> None:
    if part.body not in rules.BODIES:
        raise Refused(_l("Choose one of the proposed values."), "body")
    if part.reach not in (rules.ORGANISATION, rules.TERRITORY, rules.PROJECT):
        raise Refused(_l("Choose one of the proposed values."), "reach")
    rules.check_role(part.role, ROLES)
    if part.seats is not None and part.seats < 1:
        raise Refused(_l("One seat at least; leave empty when nobody counts them."), "seats")


# --- Decisions ------------------------------------------------------------------------------------


def record_decision(
    body: str, decided_on: date, wording: str, link: str, actor: Actor, *, of: Decision | None = None
) -> Decision:
    """Write a decision down, or put right the one that was (``of``)."""
    if decided_on > clock.today():
        raise Refused(_l("This day is still to come: a decision is written down once it is taken."), "decided_on")
    rules.check_link(link)
    decision = of or Decision(created_at=clock.now())
    decision.body, decision.decided_on, decision.wording, decision.link = body, decided_on, wording, link
    db.session.add(decision)
    db.session.flush()
    activity.record(actor, "decision.changed" if of else "decision.recorded", decision)
    return decision


# --- Projects -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProjectPart:
    name: str
    territory_id: int
    starts_on: date
    ends_on: date | None = None
    description: str = ""
    decision_id: int | None = None


def keep_project(
    part: ProjectPart, actor: Actor, *, giver: Account | None = None, of: Project | None = None
) -> Project:
    if part.ends_on is not None and part.ends_on < part.starts_on:
        raise Refused(_l("The project would end before it starts: check the two dates."), "ends_on")
    if giver is not None and not queries.manages_on(giver, part.territory_id):
        raise Refused(_l("You can open a project only where you manage mandates."), "territory_id")
    project = of or Project(created_at=clock.now())
    project.name, project.territory_id, project.description = part.name, part.territory_id, part.description
    project.starts_on, project.ends_on = part.starts_on, part.ends_on
    project.decision = queries.decision(part.decision_id) if part.decision_id else None
    db.session.add(project)
    db.session.flush()
    activity.record(actor, "project.changed" if of else "project.created", project)
    return project
