"""Reading organisations: one, those that resemble, and where the right to see them must hold."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from cop.accounts import access
from cop.accounts.models import Account, Grant
from cop.core import clock
from cop.core.access import Permission, Where
from cop.core.db import db
from cop.core.errors import NotFound
from cop.organisations import rules
from cop.organisations.models import Affiliation, Organisation, OrganisationKind
from cop.people.rules import search_name
from cop.territories.models import Territory, TerritoryKind, TerritoryPart

WHOLE = (joinedload(Organisation.kind), joinedload(Organisation.commune), joinedload(Organisation.covers))


def get(organisation_id: int) -> Organisation:
    statement = sa.select(Organisation).where(Organisation.id == organisation_id).options(*WHOLE)
    found: Organisation | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


# --- Where the right must hold --------------------------------------------------------------------
#
# An organisation belongs to the commune where it is and to what it works for. A partner that works for more than one
# animator's territory (an ARS, a hospital group, a federation) is each one's partner: a right on any part of what it
# covers reaches it, to read and to write, or nobody but the coordination could note having met it. One without any
# place is everybody's. An address book is kept by those who use it; the activity log says who changed what.


def where_is(organisation_id: int, **_: Any) -> Where | None:
    """The territories of the organisation, and those given to somebody that share a commune with what it covers."""
    row = db.session.execute(
        sa.select(Organisation.commune_id, Organisation.covers_id).where(Organisation.id == organisation_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.commune_id is None and row.covers_id is None:
        return None
    places = {row.commune_id, row.covers_id} - {None}
    if row.covers_id is not None:
        places |= set(db.session.scalars(_given_inside(row.covers_id)))
    return Where(frozenset(places))


def _given_inside(territory_id: int) -> sa.Select[Any]:
    covered, given = aliased(TerritoryPart), aliased(TerritoryPart)
    return (
        sa.select(Grant.territory_id)
        .join(given, given.ancestor_id == Grant.territory_id)
        .join(covered, covered.descendant_id == given.descendant_id)
        .where(covered.ancestor_id == territory_id)
        .distinct()
    )


def visible_to(viewer: Account) -> sa.ColumnElement[bool]:
    """The same as :func:`where_is`, as the condition of a list."""
    if access.can_everywhere(viewer, Permission.ORGANISATION_READ):
        return sa.true()
    mine = access.visible_to(viewer, Permission.ORGANISATION_READ, TerritoryPart.descendant_id)
    overlapping = sa.select(TerritoryPart.ancestor_id).where(mine)
    return sa.or_(
        access.visible_to(viewer, Permission.ORGANISATION_READ, Organisation.commune_id),
        Organisation.covers_id.in_(overlapping),
        sa.and_(Organisation.commune_id.is_(None), Organisation.covers_id.is_(None)),
    )


# --- Finding one ----------------------------------------------------------------------------------


def matching(text: str, limit: int = 10) -> Sequence[Organisation]:
    """The organisations of that name or acronym, as somebody types it. Names only: nothing about anybody."""
    statement = sa.select(Organisation).where(Organisation.archived_at.is_(None), named(text))
    return db.session.scalars(statement.order_by(Organisation.name, Organisation.id).options(*WHOLE).limit(limit)).all()


def named(text: str) -> sa.ColumnElement[bool]:
    """Every word typed is in the name or the acronym; nothing typed finds nothing."""
    words = search_name(text).split()
    found = [Organisation.search_name.contains(word, autoescape=True) for word in words]
    return sa.and_(*found) if found else sa.false()


def twin(name: str, commune_id: int | None) -> Organisation | None:
    found: Organisation | None = db.session.scalar(
        sa.select(Organisation).where(Organisation.twin_key == rules.twin_key(name, commune_id))
    )
    return found


def resembling(name: str, acronym: str, commune_id: int | None, limit: int = 5) -> list[Organisation]:
    """Those that may be the same under another spelling: shown before a new one is made."""
    words = [Organisation.search_name.contains(word, autoescape=True) for word in rules.telling_words(name)]
    if not words:
        return []
    alike = sa.and_(*words)
    if acronym:
        alike = sa.or_(alike, sa.func.lower(Organisation.acronym) == acronym.lower())
    statement = sa.select(Organisation).where(alike).order_by(Organisation.name, Organisation.id).limit(limit)
    found = list(db.session.scalars(statement.options(*WHOLE)))
    return [*found, *(one for one in _mistyped(name, acronym, commune_id) if one not in found)][:limit]


def _mistyped(name: str, acronym: str, commune_id: int | None) -> list[Organisation]:
    statement = sa.select(Organisation).where(Organisation.commune_id.is_not_distinct_from(commune_id)).limit(500)
    asked = search_name(name, acronym)
    return [one for one in db.session.scalars(statement) if rules.looks_alike(one.search_name, asked)]


# --- Kinds and territories ------------------------------------------------------------------------


def kinds(*, archived: bool = False) -> Sequence[OrganisationKind]:
    statement = sa.select(OrganisationKind).order_by(OrganisationKind.position, OrganisationKind.id)
    return db.session.scalars(statement if archived else statement.where(OrganisationKind.archived.is_(False))).all()


def kind(kind_id: int) -> OrganisationKind:
    found = db.session.get(OrganisationKind, kind_id)
    if found is None:
        raise NotFound
    return found


def coverable() -> Sequence[Territory]:
    """What an organisation may work for: all but communes, which are typed where it is.

    What our territory holds, and what holds it: the reference data know other regions, of no use here.
    """
    root = sa.select(Territory.id).where(Territory.is_root).scalar_subquery()
    around = sa.union(
        sa.select(TerritoryPart.descendant_id).where(TerritoryPart.ancestor_id == root),
        sa.select(TerritoryPart.ancestor_id).where(TerritoryPart.descendant_id == root),
    )
    mine = sa.or_(Territory.is_root, Territory.id.in_(around))
    statement = sa.select(Territory).where(Territory.kind != TerritoryKind.COMMUNE, mine)
    return db.session.scalars(statement.order_by(Territory.kind.desc(), Territory.name)).all()


# --- People ---------------------------------------------------------------------------------------


def in_force(on: date) -> sa.ColumnElement[bool]:
    started = sa.or_(Affiliation.starts_on.is_(None), Affiliation.starts_on <= on)
    return sa.and_(started, sa.or_(Affiliation.ends_on.is_(None), Affiliation.ends_on >= on))


def of_person(person_id: int) -> Sequence[Affiliation]:
    """Where the person works, the present first, then what is over."""
    return db.session.scalars(
        sa.select(Affiliation)
        .where(Affiliation.person_id == person_id)
        .options(joinedload(Affiliation.organisation).options(*WHOLE))
        .order_by(Affiliation.ends_on.desc().nulls_first(), Affiliation.id)
    ).all()


def working_for(organisation_id: int | None = None, kind_code: str = "", on: date | None = None) -> sa.Select[int]:
    """The numbers of the people who work for that organisation, or for one of that kind; by default for any."""
    statement = sa.select(Affiliation.person_id).where(in_force(on or clock.today()))
    if organisation_id is not None:
        statement = statement.where(Affiliation.organisation_id == organisation_id)
    if kind_code:
        statement = statement.join(Affiliation.organisation).join(Organisation.kind)
        statement = statement.where(OrganisationKind.code == kind_code)
    return statement
