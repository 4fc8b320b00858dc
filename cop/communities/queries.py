"""Reading communities and their members."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.accounts import access
from cop.accounts.models import Account
from cop.communities import rules
from cop.communities.models import Community, CommunityCharter, CommunityMember
from cop.core import clock
from cop.core.access import Permission, Where
from cop.core.db import db
from cop.core.errors import NotFound
from cop.core.i18n import _
from cop.core.timeline import Moment
from cop.people.models import Person
from cop.territories.models import Territory, TerritoryKind


def get(community_id: int) -> Community:
    found = db.session.get(Community, community_id, options=[joinedload(Community.territory)])
    if found is None:
        raise NotFound
    return found


def by_slug(slug: str) -> Community:
    """One that is alive: the public sees no other."""
    statement = sa.select(Community).where(Community.slug == slug, Community.archived_at.is_(None))
    found: Community | None = db.session.scalar(statement.options(joinedload(Community.territory)))
    if found is None:
        raise NotFound
    return found


def where_is(community_id: int, **_values: Any) -> Where:
    """Its territory, or itself alone; without territory it belongs to the whole organisation."""
    row = db.session.execute(sa.select(Community.territory_id).where(Community.id == community_id)).one_or_none()
    if row is None:
        raise NotFound
    places = {row.territory_id} - {None}
    return Where(frozenset(places), frozenset({f"community:{community_id}"}))


def alive() -> Sequence[Community]:
    statement = sa.select(Community).where(Community.archived_at.is_(None)).options(joinedload(Community.territory))
    return db.session.scalars(statement.order_by(Community.name, Community.id)).all()


def all_names() -> list[tuple[int, str, bool]]:
    """Number, name and whether it is archived: what an event may be a meeting of."""
    rows = db.session.execute(
        sa.select(Community.id, Community.name, Community.archived_at.is_not(None)).order_by(Community.name)
    )
    return [(number, name, archived) for number, name, archived in rows]


def name_of(community_id: int | None) -> str:
    return db.session.scalar(sa.select(Community.name).where(Community.id == community_id)) or ""


def editable_by(viewer: Account) -> Sequence[Community]:
    """Those the viewer runs, archived ones last."""
    mine = access.visible_to(viewer, Permission.COMMUNITY_EDIT, Community.territory_id)
    single = Community.id.in_(access.subjects_with(viewer, Permission.COMMUNITY_EDIT, "community"))
    statement = sa.select(Community).where(sa.or_(mine, single)).options(joinedload(Community.territory))
    return db.session.scalars(
        statement.order_by(Community.archived_at.is_not(None), Community.name, Community.id)
    ).all()


def territories(viewer: Account) -> Sequence[Territory]:
    """Where the viewer may hold a community: their own territories, communes left out."""
    mine = access.visible_to(viewer, Permission.COMMUNITY_EDIT, Territory.id)
    statement = sa.select(Territory).where(Territory.kind != TerritoryKind.COMMUNE, mine)
    return db.session.scalars(statement.order_by(Territory.kind, Territory.name)).all()


def charter(community: Community) -> CommunityCharter | None:
    """The charter in force."""
    statement = sa.select(CommunityCharter).filter_by(community_id=community.id, version=community.charter_version)
    found: CommunityCharter | None = db.session.scalar(statement)
    return found


def charters(community_id: int) -> Sequence[CommunityCharter]:
    statement = sa.select(CommunityCharter).where(CommunityCharter.community_id == community_id)
    return db.session.scalars(statement.order_by(CommunityCharter.version.desc())).all()


# --- Members --------------------------------------------------------------------------------------


def members(community_id: int) -> Sequence[CommunityMember]:
    """Those who are in it today, animators first."""
    return db.session.scalars(
        sa.select(CommunityMember)
        .join(CommunityMember.person)
        .where(CommunityMember.community_id == community_id, CommunityMember.left_on.is_(None))
        .where(Person.anonymised_at.is_(None))
        .options(joinedload(CommunityMember.person).joinedload(Person.profession))
        .order_by(CommunityMember.animator.desc(), Person.family_name, Person.given_name, CommunityMember.id)
    ).all()


def counts(community_ids: Sequence[int]) -> dict[int, int]:
    """How many are in each; nobody left out of the answer means nobody is in it."""
    rows = db.session.execute(
        sa.select(CommunityMember.community_id, sa.func.count())
        .where(CommunityMember.community_id.in_(community_ids), CommunityMember.left_on.is_(None))
        .group_by(CommunityMember.community_id)
    )
    return {row[0]: row[1] for row in rows}


def member(community_id: int, member_id: int) -> CommunityMember:
    statement = sa.select(CommunityMember).where(
        CommunityMember.id == member_id, CommunityMember.community_id == community_id
    )
    found: CommunityMember | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def membership(community_id: int, person_ids: Sequence[int]) -> CommunityMember | None:
    """The membership in force of somebody, under any of their records."""
    statement = sa.select(CommunityMember).where(
        CommunityMember.community_id == community_id,
        CommunityMember.person_id.in_(person_ids),
        CommunityMember.left_on.is_(None),
    )
    found: CommunityMember | None = db.session.scalar(statement.order_by(CommunityMember.id).limit(1))
    return found


def one_membership(community_id: int, person_id: int) -> CommunityMember:
    """The same, of whoever is known to be in it."""
    statement = sa.select(CommunityMember).filter_by(community_id=community_id, person_id=person_id, left_on=None)
    return db.session.scalars(statement).one()


def last_suspension(community_id: int, person_id: int, today: date) -> date | None:
    """Until when somebody who left is suspended: leaving and coming back does not lift it."""
    return db.session.scalar(
        sa.select(sa.func.max(CommunityMember.suspended_until)).where(
            CommunityMember.community_id == community_id,
            CommunityMember.person_id == person_id,
            CommunityMember.suspended_until >= today,
        )
    )


def is_active(held: CommunityMember | None) -> bool:
    """A member who is not suspended today."""
    return held is not None and not rules.is_suspended(held.suspended_on, held.suspended_until, clock.today())


# --- Of a person ----------------------------------------------------------------------------------


def of_person(person_id: int) -> Sequence[CommunityMember]:
    """The communities somebody is or was in, the present first."""
    return db.session.scalars(
        sa.select(CommunityMember)
        .where(CommunityMember.person_id == person_id)
        .options(joinedload(CommunityMember.community))
        .order_by(CommunityMember.left_on.desc().nulls_first(), CommunityMember.id)
    ).all()


def moments(person_id: int) -> list[Moment]:
    found = []
    for held in of_person(person_id):
        values, name = (("community_id", held.community_id),), held.community.name
        page = ("communities.manage", values)
        found.append(Moment(held.joined_on, "community", _("Joined the community “%(name)s”.", name=name), *page))
        if held.suspended_on:
            words = _("Suspended from the community “%(name)s”.", name=name)
            found.append(Moment(held.suspended_on, "community", words, *page))
        if held.left_on:
            found.append(Moment(held.left_on, "community", _("Left the community “%(name)s”.", name=name), *page))
    return found


def members_of(community_id: int) -> sa.Select[int]:
    """The numbers of the people who are in it, for a list of people."""
    return sa.select(CommunityMember.person_id).where(
        CommunityMember.community_id == community_id, CommunityMember.left_on.is_(None)
    )
