"""What an import looks up, for a hundred lines at once: people, memberships, payments, organisations."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from cop.core.db import db
from cop.memberships import queries
from cop.memberships.models import Membership, MembershipKind, Payment
from cop.organisations.models import Organisation
from cop.people.models import Person


@dataclass(slots=True)
class Held:
    """What is known of a member's periods: key, amount, what is settled, last day."""

    key: str
    starts_on: date
    ends_on: date
    amount_cents: int
    settled: int


@dataclass(slots=True)
class Known:
    by_email: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    organisations: dict[str, list[Organisation]] = field(default_factory=lambda: defaultdict(list))
    payments: set[str] = field(default_factory=set)
    held: dict[str, list[Held]] = field(default_factory=lambda: defaultdict(list))


def known(
    emails: Collection[str], names: Collection[str], organisations: Collection[str], keys: Collection[str]
) -> Known:
    """Five statements, however many lines."""
    found = Known()
    wanted = sa.or_(Person.email.in_(emails), Person.search_name.in_(names))
    people = sa.select(Person).where(wanted, Person.anonymised_at.is_(None)).options(selectinload(Person.sites))
    for person in db.session.scalars(people.order_by(Person.id)):
        found.by_email[person.email or ""].append(person)
        found.by_name[person.search_name].append(person)
    named = sa.select(Organisation).where(Organisation.search_name.in_(organisations))
    for organisation in db.session.scalars(named.where(Organisation.archived_at.is_(None))):
        found.organisations[organisation.search_name].append(organisation)
    found.payments = set(db.session.scalars(sa.select(Payment.key).where(Payment.key.in_(keys))))
    _memberships(found)
    return found


def _memberships(found: Known) -> None:
    people = {person.id for some in found.by_name.values() for person in some}
    organisations = {one.id for some in found.organisations.values() for one in some}
    own = sa.and_(Membership.person_id.in_(people), Membership.organisation_id.is_(None))
    theirs = sa.or_(own, Membership.organisation_id.in_(organisations))
    for one, settled in db.session.execute(sa.select(Membership, queries.settled()).where(theirs)):
        held = Held(one.key, one.starts_on, one.ends_on, one.amount_cents, settled)
        found.held[member_key(one.person_id, one.organisation_id)].append(held)


def member_key(person_id: int, organisation_id: int | None) -> str:
    return f"organisation:{organisation_id}" if organisation_id else f"person:{person_id}"


def kinds_on_offer() -> list[MembershipKind]:
    """Those no longer offered too: an export may tell of last year."""
    return queries.kinds()
