"""Whom to tell that a mandate ends: what is due, and not told yet."""

from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from cop.accounts import access
from cop.accounts.models import Account, Grant
from cop.accounts.roles import ROLES
from cop.core.access import Permission
from cop.core.db import db
from cop.mail.models import MailMessage
from cop.mandates import queries, queries_list, rules
from cop.mandates.models import Mandate, MandateKind, Project


class Alert(NamedTuple):
    """``mandate_id`` is 0 for the yearly reminder of ``year``."""

    key: str
    account_id: int
    mandate_id: int = 0
    year: int = 0


def due(today: date) -> list[Alert]:
    """The alerts nobody was sent yet, each to one of those who manage the mandate."""
    managers = _managers(today)
    wanted = [
        Alert(f"mandate:{mandate.id}:ending:{mandate.last_day}:{account.id}", account.id, mandate.id)
        for mandate in ending(today)
        for account in managers
        if manages(account, mandate)
    ]
    year = rules.renewal_year(today)
    if year:
        wanted += [
            Alert(f"mandates:yearly:{year}:{account.id}", account.id, year=year)
            for account in managers
            if of_the_year(account, year)
        ]
    keys = [alert.key for alert in wanted]
    told = set(db.session.scalars(sa.select(MailMessage.key).where(MailMessage.key.in_(keys)))) if keys else set()
    return [alert for alert in wanted if alert.key not in told]


def ending(today: date) -> list[Mandate]:
    """The mandates in force whose end is near."""
    statement = sa.select(Mandate).join(Mandate.kind).where(queries.in_force(today)).options(*queries.WHOLE)
    found = db.session.scalars(statement.order_by(Mandate.id)).unique()
    return [mandate for mandate in found if queries_list.ends_soon(mandate, today)]


def _managers(today: date) -> list[Account]:
    roles = [code for code, role in ROLES.items() if Permission.MANDATE_MANAGE in role.permissions]
    held = sa.select(Grant.account_id).where(
        Grant.role.in_(roles), Grant.starts_on <= today, sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today)
    )
    statement = sa.select(Account).where(Account.active, Account.id.in_(held)).order_by(Account.id)
    return list(db.session.scalars(statement))


def manages(account: Account, mandate: Mandate) -> bool:
    if access.can_everywhere(account, Permission.MANDATE_MANAGE):
        return True
    places = {mandate.project.territory_id} if mandate.project else {place.id for place in mandate.territories}
    return any(queries.manages_on(account, place) for place in places)


class Year(NamedTuple):
    """What ends before a year begins, and must be decided again to go on."""

    mandates: list[Mandate]
    projects: list[Project]

    def __bool__(self) -> bool:
        return bool(self.mandates or self.projects)


def of_the_year(account: Account, year: int) -> Year:
    """The missions that end with the year before, and the projects that do."""
    first, last = date(year - 1, 12, 1), date(year - 1, 12, 31)
    last_day = sa.func.coalesce(Mandate.ended_on, Mandate.ends_on)
    approved = sa.or_(Mandate.decision_id.is_not(None), MandateKind.needs_decision.is_(False))
    statement = sa.select(Mandate).join(Mandate.kind).where(Mandate.removed_at.is_(None), approved)
    statement = statement.where(last_day >= first, last_day <= last, Mandate.ended_on.is_(None))
    mandates = db.session.scalars(statement.options(*queries.WHOLE).order_by(last_day, Mandate.id)).unique()
    here = access.visible_to(account, Permission.MANDATE_MANAGE, Project.territory_id)
    projects = sa.select(Project).where(Project.ends_on >= first, Project.ends_on <= last, here)
    return Year(
        [mandate for mandate in mandates if manages(account, mandate)],
        list(db.session.scalars(projects.order_by(Project.ends_on, Project.id))),
    )
