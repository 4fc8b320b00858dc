"""What happened with an organisation, and with somebody as its contact."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core import clock
from cop.core.access import Permission
from cop.core.db import db
from cop.core.errors import NotFound
from cop.core.i18n import _
from cop.core.timeline import Moment
from cop.organisations import queries, rules
from cop.organisations.models import Affiliation, Exchange, Organisation
from cop.people.models import Person, PracticeSite
from cop.people.rules import search_name

PER_PAGE: Final = 20


def exchange(organisation_id: int, exchange_id: int) -> Exchange:
    statement = sa.select(Exchange).where(Exchange.id == exchange_id, Exchange.organisation_id == organisation_id)
    found: Exchange | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def exchanges(organisation_id: int, number: int = 1) -> Any:
    """A page of the exchanges that stand, latest first."""
    statement = (
        sa.select(Exchange)
        .where(Exchange.organisation_id == organisation_id, Exchange.removed_at.is_(None))
        .order_by(Exchange.day.desc(), Exchange.id.desc())
        .options(joinedload(Exchange.account), joinedload(Exchange.contact))
    )
    return db.paginate(statement, page=number, per_page=PER_PAGE, error_out=False)


def last_contact(organisation_id: int) -> date | None:
    return db.session.scalar(
        sa.select(sa.func.max(Exchange.day)).where(
            Exchange.organisation_id == organisation_id, Exchange.removed_at.is_(None)
        )
    )


def affiliation(organisation_id: int, affiliation_id: int) -> Affiliation:
    found: Affiliation | None = db.session.scalar(
        sa.select(Affiliation)
        .where(Affiliation.id == affiliation_id, Affiliation.organisation_id == organisation_id)
        .options(joinedload(Affiliation.person), joinedload(Affiliation.organisation))
    )
    if found is None:
        raise NotFound
    return found


def affiliations(organisation_id: int) -> Sequence[Affiliation]:
    """Who works or worked there: main contacts first, then by name, those who left last."""
    return db.session.scalars(
        sa.select(Affiliation)
        .join(Affiliation.person)
        .where(Affiliation.organisation_id == organisation_id, Person.anonymised_at.is_(None))
        .options(joinedload(Affiliation.person))
        .order_by(Affiliation.main_contact.desc(), Person.family_name, Person.given_name, Affiliation.id)
    ).all()


def readable(viewer: Account, person_ids: Sequence[int]) -> set[int]:
    """Those among these people whose record the viewer may open."""
    if access.can_everywhere(viewer, Permission.PERSON_READ):
        return set(person_ids)
    seen = access.visible_to(viewer, Permission.PERSON_READ, PracticeSite.commune_id)
    return set(
        db.session.scalars(sa.select(PracticeSite.person_id).where(PracticeSite.person_id.in_(person_ids), seen))
    )


# --- Of a person ----------------------------------------------------------------------------------


def moments(person_id: int) -> list[Moment]:
    """Where the person worked, and the exchanges the team had with them."""
    found = [moment for held in queries.of_person(person_id) for moment in _of_affiliation(held)]
    rows = db.session.scalars(
        sa.select(Exchange)
        .where(Exchange.contact_id == person_id, Exchange.removed_at.is_(None))
        .options(joinedload(Exchange.organisation))
    )
    return [*found, *(_of_exchange(one) for one in rows)]


def _of_affiliation(held: Affiliation) -> list[Moment]:
    where, page = held.organisation.title, ("organisations.show", (("organisation_id", held.organisation_id),))
    started = _("Works for %(organisation)s.", organisation=where)
    if held.function:
        started = _("Works for %(organisation)s: %(function)s.", organisation=where, function=held.function)
    found = [Moment(held.starts_on or held.created_at, "organisation", started, *page)]
    if held.ends_on and held.ends_on <= clock.today():
        found.append(Moment(held.ends_on, "organisation", _("Left %(organisation)s.", organisation=where), *page))
    return found


def _of_exchange(one: Exchange) -> Moment:
    words = _(
        "%(channel)s for %(organisation)s.",
        channel=str(rules.CHANNELS[one.channel]),
        organisation=one.organisation.title,
    )
    return Moment(one.day, "exchange", words, "organisations.show", (("organisation_id", one.organisation_id),))


# --- The directory of coordinators ----------------------------------------------------------------


def directory(words: str, number: int) -> Any:
    """Those who chose to be found, with what they coordinate."""
    statement = (
        sa.select(Affiliation)
        .join(Affiliation.person)
        .join(Affiliation.organisation)
        .where(Affiliation.listed_since.is_not(None), queries.in_force(clock.today()))
        .where(Person.anonymised_at.is_(None), Organisation.archived_at.is_(None))
        .options(
            joinedload(Affiliation.person),
            joinedload(Affiliation.organisation).options(*queries.WHOLE),
        )
        .order_by(Person.family_name, Person.given_name, Affiliation.id)
    )
    for word in search_name(words).split():
        statement = statement.where(
            sa.or_(
                Person.search_name.contains(word, autoescape=True),
                Organisation.search_name.contains(word, autoescape=True),
            )
        )
    return db.paginate(statement, page=number, per_page=PER_PAGE, error_out=False)
