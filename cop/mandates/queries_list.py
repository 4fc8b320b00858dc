"""Who holds what on a day: the list of the bodies and missions, in a fixed number of statements."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core.access import Permission
from cop.core.db import db
from cop.core.i18n import _, label
from cop.host.models import Host
from cop.mandates import queries, rules
from cop.mandates.models import Decision, Mandate, MandateKind, Project, mandate_territory
from cop.people.models import Person, PracticeSite
from cop.territories.models import Territory, TerritoryPart


@dataclass(frozen=True, slots=True)
class Function:
    """A function, who holds it that day, and how many of its seats nobody holds."""

    kind: MandateKind
    held: list[Mandate]
    vacant: int

    @property
    def too_many(self) -> bool:
        return rules.too_many(len(self.held), self.kind.seats, shared=self.kind.several_holders)


@dataclass(frozen=True, slots=True)
class Body:
    code: str
    name: Any
    functions: list[Function]

    @property
    def placed(self) -> bool:
        """Whether some of its functions hold somewhere only."""
        return any(function.kind.reach != rules.ORGANISATION for function in self.functions)


@dataclass(frozen=True, slots=True)
class Day:
    """``reachable``: the people whose page the viewer may open."""

    on: date
    bodies: list[Body]
    awaiting: list[Mandate]
    ending: list[Mandate]
    reachable: set[int]

    @property
    def lines(self) -> list[Mandate]:
        return [mandate for body in self.bodies for function in body.functions for mandate in function.held]


def day(viewer: Account, on: date) -> Day:
    held = _mandates(viewer, queries.in_force(on))
    awaiting = _mandates(viewer, _awaiting(on))
    ending = [mandate for mandate in held if ends_soon(mandate, on)]
    ending.sort(key=lambda mandate: mandate.last_day or date.max)
    people = {mandate.person_id for mandate in (*held, *awaiting)}
    return Day(on, list(_bodies(held)), awaiting, ending, _reachable(viewer, people))


def ends_soon(mandate: Mandate, on: date) -> bool:
    return mandate.last_day is not None and rules.alert_from(mandate.last_day, mandate.kind.alert_days) <= on


def _bodies(held: list[Mandate]) -> Any:
    of_kind: dict[int, list[Mandate]] = {}
    for mandate in held:
        of_kind.setdefault(mandate.kind_id, []).append(mandate)
    kinds = [kind for kind in queries.kinds(archived=True) if not kind.archived or kind.id in of_kind]
    for code, name in rules.BODIES.items():
        functions = [
            Function(kind, of_kind.get(kind.id, []), vacant(kind, of_kind.get(kind.id, [])))
            for kind in kinds
            if kind.body == code
        ]
        if functions:
            yield Body(code, name, functions)


def vacant(kind: MandateKind, held: list[Mandate]) -> int:
    return 0 if kind.archived else max(0, (kind.seats or 0) - len(held))


def vacancies(on: date) -> dict[int, int]:
    """How many seats nobody holds, for each function that counts them."""
    held = sa.select(Mandate.kind_id, sa.func.count()).join(Mandate.kind).where(queries.in_force(on))
    number = {row[0]: row[1] for row in db.session.execute(held.group_by(Mandate.kind_id))}
    return {kind.id: max(0, kind.seats - number.get(kind.id, 0)) for kind in queries.kinds() if kind.seats is not None}


def _awaiting(on: date) -> sa.ColumnElement[bool]:
    last_day = sa.func.coalesce(Mandate.ended_on, Mandate.ends_on)
    return sa.and_(
        Mandate.removed_at.is_(None),
        Mandate.decision_id.is_(None),
        MandateKind.needs_decision,
        sa.or_(last_day.is_(None), last_day >= on),
    )


def _mandates(viewer: Account, where: sa.ColumnElement[bool]) -> list[Mandate]:
    who = aliased(Person)
    statement = (
        sa.select(Mandate)
        .join(Mandate.kind)
        .join(who, who.id == Mandate.person_id)
        .outerjoin(Mandate.project)
        .where(where, _seen_by(viewer))
        .options(*queries.WHOLE)
        .order_by(MandateKind.position, who.family_name, who.given_name, Mandate.id)
    )
    return list(db.session.scalars(statement).unique())


def _seen_by(viewer: Account) -> sa.ColumnElement[bool]:
    """The bodies of the organisation are for all who read mandates; a mission, for those who work somewhere in it."""
    if access.can_everywhere(viewer, Permission.MANDATE_READ):
        return sa.true()
    mine = access.visible_to(viewer, Permission.MANDATE_READ, TerritoryPart.descendant_id)
    around = sa.select(TerritoryPart.ancestor_id).where(mine)
    given = sa.select(mandate_territory.c.mandate_id).where(mandate_territory.c.territory_id.in_(around))
    return sa.or_(
        MandateKind.reach == rules.ORGANISATION,
        Mandate.id.in_(given),
        sa.and_(MandateKind.reach == rules.PROJECT, Project.territory_id.in_(around)),
    )


def _reachable(viewer: Account, people: set[int]) -> set[int]:
    if access.can_everywhere(viewer, Permission.MANDATE_READ):
        return people
    here = access.visible_to(viewer, Permission.MANDATE_READ, PracticeSite.commune_id)
    statement = sa.select(PracticeSite.person_id).where(PracticeSite.person_id.in_(people), here)
    return set(db.session.scalars(statement))


# --- Decisions and projects -----------------------------------------------------------------------


def decisions() -> list[Decision]:
    """The latest first."""
    return list(db.session.scalars(sa.select(Decision).order_by(Decision.decided_on.desc(), Decision.id.desc())))


def page_of_decisions(page: int, per_page: int = 30) -> Any:
    statement = sa.select(Decision).order_by(Decision.decided_on.desc(), Decision.id.desc())
    return db.paginate(statement, page=page, per_page=per_page, error_out=False)


def resting_on(decision_ids: list[int]) -> dict[int, int]:
    """How many mandates cite each of these decisions."""
    statement = sa.select(Mandate.decision_id, sa.func.count()).where(
        Mandate.decision_id.in_(decision_ids), Mandate.removed_at.is_(None)
    )
    return {row[0] or 0: row[1] for row in db.session.execute(statement.group_by(Mandate.decision_id))}


def page_of_projects(viewer: Account, page: int, per_page: int = 30) -> Any:
    """The running ones first."""
    here = access.visible_to(viewer, Permission.MANDATE_READ, Project.territory_id)
    statement = sa.select(Project).where(here).options(joinedload(Project.territory))
    ordered = statement.order_by(Project.ends_on.is_not(None), Project.ends_on.desc(), Project.name, Project.id)
    return db.paginate(ordered, page=page, per_page=per_page, error_out=False)


def projects(viewer: Account) -> list[Project]:
    """Those a mandate may be given on."""
    here = access.visible_to(viewer, Permission.MANDATE_MANAGE, Project.territory_id)
    return list(db.session.scalars(sa.select(Project).where(here).order_by(Project.name, Project.id)))


def leading(project_ids: list[int], on: date) -> dict[int, list[Mandate]]:
    """Who leads each of these projects that day."""
    statement = (
        sa.select(Mandate)
        .join(Mandate.kind)
        .where(Mandate.project_id.in_(project_ids), queries.in_force(on))
        .options(*queries.WHOLE)
    )
    found: dict[int, list[Mandate]] = {}
    for mandate in db.session.scalars(statement.order_by(Mandate.starts_on, Mandate.id)).unique():
        found.setdefault(mandate.project_id or 0, []).append(mandate)
    return found


_WIDEST_FIRST: Final = ("region", "hemi_region", "department", "custom", "epci")


def territories(viewer: Account) -> list[Territory]:
    """Where the viewer may give a mission, inside the organisation: the widest first; a commune is too small."""
    root = sa.select(Host.root_territory_id).limit(1).scalar_subquery()
    ours = Territory.id.in_(sa.select(TerritoryPart.descendant_id).where(TerritoryPart.ancestor_id == root))
    here = sa.and_(ours, access.visible_to(viewer, Permission.MANDATE_MANAGE, Territory.id))
    rank = sa.case({kind: rank for rank, kind in enumerate(_WIDEST_FIRST)}, value=Territory.kind)
    statement = sa.select(Territory).where(Territory.kind.in_(_WIDEST_FIRST), here)
    return list(db.session.scalars(statement.order_by(rank, Territory.name, Territory.id)))


# --- The list as a file ---------------------------------------------------------------------------


def table(of: Day) -> list[list[Any]]:
    """Headings, then a line for each mandate in force that day; vacant seats have a line without name."""
    heads = [_("Body"), _("Function"), _("Title"), _("Last name"), _("First name"), _("Where"), _("From the")]
    rows: list[list[Any]] = [[*heads, _("Until, that day included"), _("Decided by"), _("Decided on the")]]
    for body in of.bodies:
        for function in body.functions:
            name = label(function.kind)
            rows += [[str(body.name), name, *_cells(mandate)] for mandate in function.held]
            rows += [[str(body.name), name, "", _("vacant seat"), *[""] * 6]] * function.vacant
    return rows


def _cells(mandate: Mandate) -> list[Any]:
    who, decision = mandate.person, mandate.decision
    places = [place.name for place in mandate.territories] or ([mandate.project.name] if mandate.project else [])
    return [
        mandate.title,
        who.family_name,
        who.given_name,
        ", ".join(places),
        mandate.starts_on,
        mandate.last_day,
        decision.body if decision else "",
        decision.decided_on if decision else None,
    ]
