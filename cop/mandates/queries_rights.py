"""The rights a mandate gives, beside those its holder has: what differs is put right by ``service_rights``."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from cop.accounts import queries as accounts
from cop.accounts.models import Account, Grant
from cop.core import clock
from cop.core.db import db
from cop.core.i18n import _l
from cop.mandates import queries, rules
from cop.mandates.models import Mandate, MandateKind
from cop.people.models import Person


@dataclass(frozen=True, slots=True)
class Right:
    """A role on a territory (none: everywhere) or on one thing, for a period."""

    role: str
    starts_on: date
    ends_on: date | None
    territory_id: int | None = None
    subject: str = ""


def rights_of(mandate: Mandate) -> set[Right]:
    """None without role, decision or person."""
    kind = mandate.kind
    if not kind.role or not mandate.approved or mandate.removed_at or mandate.person.anonymised_at:
        return set()
    period = (kind.role, mandate.starts_on, mandate.last_day)
    if kind.reach == rules.PROJECT:
        return {Right(*period, subject=f"project:{mandate.project_id}")} if mandate.project_id else set()
    if kind.reach == rules.TERRITORY:
        return {Right(*period, territory_id=territory.id) for territory in mandate.territories}
    return {Right(*period)}


def right_in(grant: Grant) -> Right:
    return Right(grant.role, grant.starts_on, grant.ends_on, grant.territory_id, grant.subject)


def given_by(mandate: Mandate) -> list[Grant]:
    """What was given in its name, to anybody, ended or not."""
    return list(db.session.scalars(sa.select(Grant).where(Grant.origin == mandate.origin).order_by(Grant.id)))


def account_of(person: Person) -> Account | None:
    """The account of the person: tied to the record, or under its address unless that is somebody else's."""
    if person.account is not None or not person.email:
        return person.account
    known = accounts.by_email(person.email)
    return None if known is None or is_of_another(known, person) else known


def is_of_another(account: Account, person: Person) -> bool:
    """Two people, one address: the rights of one must not go to the other."""
    other = sa.select(Person.id).where(Person.account_id == account.id, Person.id != person.id)
    return db.session.scalar(other.limit(1)) is not None


def may_have_account(person: Person) -> bool:
    """Whether an account could be opened: an address, and nobody else's."""
    if person.account_id is not None:
        return True
    known = accounts.by_email(person.email) if person.email else None
    return bool(person.email) and (known is None or not is_of_another(known, person))


def astray(today: date) -> list[int]:
    """The mandates whose rights are not what they should be: to open, to give, to change, to take back."""
    held: dict[str, list[Grant]] = {}
    for grant in db.session.scalars(sa.select(Grant).where(Grant.origin.startswith("mandate:"))):
        held.setdefault(grant.origin, []).append(grant)
    named = [int(origin.partition(":")[2]) for origin in held]
    statement = (
        sa.select(Mandate)
        .join(Mandate.kind)
        .where(sa.or_(MandateKind.role != "", Mandate.id.in_(named)))
        .options(joinedload(Mandate.kind), joinedload(Mandate.person), selectinload(Mandate.territories))
        .order_by(Mandate.id)
    )
    return [
        mandate.id
        for mandate in db.session.scalars(statement).unique()
        if differs(mandate, held.get(mandate.origin, []), today)
    ]


def differs(mandate: Mandate, held: list[Grant], today: date) -> bool:
    wanted, owner = rights_of(mandate), mandate.person.account_id
    alive = [grant for grant in held if grant.ends_on is None or grant.ends_on >= today]
    if any(grant.account_id != owner or right_in(grant) not in wanted for grant in alive):
        return True
    if is_over(mandate, today):  # what it gave has ended with it; the past is not made up afterwards
        return False
    if owner is None:
        return bool(wanted) and mandate.starts_on <= today and may_have_account(mandate.person)
    return not wanted <= {right_in(grant) for grant in held if grant.account_id == owner}


def is_over(mandate: Mandate, today: date) -> bool:
    return mandate.last_day is not None and mandate.last_day < today


def holds_beyond(viewer: Account, person_ids: Collection[int]) -> bool:
    """Whether one of these people has, or is to have, rights the viewer may not give.

    Rights go to the account, else to the address, of the record: whoever changes these would give them.
    """
    theirs = sa.select(Mandate).where(Mandate.person_id.in_(person_ids), Mandate.removed_at.is_(None))
    held, today = db.session.scalars(theirs.options(*queries.WHOLE)).unique(), clock.today()
    return any(one.kind.role and not is_over(one, today) and not queries.may_change(viewer, one) for one in held)


def without_access(mandates: Iterable[Mandate]) -> dict[int, Any]:
    """Of mandates in force that give rights: why the holder cannot use them, by the mandate's number."""
    today, found = clock.today(), {}
    for mandate in mandates:
        rightful = rights_of(mandate) and mandate.starts_on <= today and not is_over(mandate, today)
        if not rightful or mandate.person.account_id is not None:
            continue
        if not mandate.person.email:
            found[mandate.id] = _l("no access: this person has no e-mail address")
        elif not may_have_account(mandate.person):
            found[mandate.id] = _l("no access: this address is already the account of somebody else")
    return found
