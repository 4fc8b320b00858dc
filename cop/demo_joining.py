"""Applications of the demonstration: some confirmed and in, some waiting for an answer, one never confirmed."""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.demo_people import plain
from cop.demo_world import World
from cop.joining import queries, service
from cop.joining.models import Application
from cop.joining.rules import Kind, State, Typed
from cop.memberships import queries as memberships
from cop.people.service_record import Site
from cop.territories.models import Territory, TerritoryKind, TerritoryPart
from cop.volunteers import queries as volunteers
from cop.volunteers import rules as offers

# Kind, first name, last name, days ago, confirmed.
_WHO: Final = (
    (Kind.MEMBER, "Inès", "Quéméré", 40, True),
    (Kind.VOLUNTEER, "Gaspard", "Ollivier", 21, True),
    (Kind.MEMBER, "Rose", "Tessier", 9, True),
    (Kind.VOLUNTEER, "Malo", "Guérin", 3, True),
    (Kind.VOLUNTEER, "Louison", "Besnard", 2, True),
    (Kind.MEMBER, "Sacha", "Pineau", 1, False),
)


def fill(world: World) -> None:
    communes = _communes(world)
    for number, (kind, given, family, days, confirmed) in enumerate(_WHO):
        world.travelling.freeze(world.now - timedelta(days=days))
        application = _apply(world, kind, given, family, communes[number % len(communes)])
        if confirmed:
            world.travelling.freeze(world.now - timedelta(days=days) + timedelta(hours=2))
            service.confirm(application, application.revision, clock.now())
    _answer_the_oldest(world)


def _communes(world: World) -> list[int]:
    inside = sa.select(TerritoryPart.descendant_id).where(TerritoryPart.ancestor_id == world.root.id)
    largest = Territory.population.desc().nulls_last()
    statement = sa.select(Territory.id).where(Territory.kind == TerritoryKind.COMMUNE, Territory.id.in_(inside))
    return list(db.session.scalars(statement.order_by(largest, Territory.id).limit(6)))


def _apply(world: World, kind: Kind, given: str, family: str, commune_id: int) -> Application:
    charter = queries.charter(kind)
    email = f"{plain(given)}.{plain(family)}@cabinet-demo.example"
    return service.apply(
        kind,
        given,
        family,
        email,
        _typed(world, kind, commune_id),
        language="fr",
        charter_version=charter.version if charter else 0,
        notice_version=1,
        now=clock.now(),
    )


def _typed(world: World, kind: Kind, commune_id: int) -> Typed:
    common: dict[str, Any] = {"profession_code": "91", "sites": (Site(commune_id),)}
    if kind == Kind.MEMBER:
        kinds = memberships.kinds_offered()
        return Typed(**common, membership_kind_id=kinds[0].id if kinds else None)
    return Typed(
        **common,
        skill_ids=tuple(skill.id for skill in volunteers.skills()[:2]),
        slots=tuple(sorted(world.rng.sample(offers.SLOTS[:15], 5))),
        territory_id=world.root.id,
    )


def _answer_the_oldest(world: World) -> None:
    """Those who asked three weeks ago have had their answer; the others wait."""
    world.travelling.freeze(world.now - timedelta(days=15))
    old = sa.select(Application).where(Application.state == State.TO_APPROVE.value)
    for application in db.session.scalars(old.where(Application.created_at < clock.now())).all():
        service.accept(application, actor=Actor("account", world.alice.id), now=clock.now())
