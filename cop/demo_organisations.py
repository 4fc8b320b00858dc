"""The partners of the demonstration, who works there, what was said with them, and its communities of practice.

Names of organisations are invented; their communes are real ones of the organisation's territory.
"""

import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from cop.activity.service import COMMAND, Actor
from cop.communities import rules as community_rules
from cop.communities import service as communities
from cop.communities.models import Community, CommunityMember
from cop.core import clock
from cop.core.db import db
from cop.demo_people import plain
from cop.demo_world import World
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.organisations import queries, service, service_contacts, service_exchanges
from cop.organisations.models import Organisation
from cop.organisations.rules import PARTNER, PERSON, Description
from cop.people.models import Person, PracticeSite
from cop.territories.models import Territory, TerritoryKind, TerritoryPart

WORDS: Final = Path(__file__).with_suffix(".toml")
_PARTNERS: Final = 24
_JOINED: Final = 14


def fill(world: World) -> None:
    with WORDS.open("rb") as file:
        words = tomllib.load(file)
    communes = _communes(world)
    made = _organisations(world, words, communes)
    _contacts(world, words, made)
    _exchanges(world, words, made)
    _coordinators(world, made)
    _communities(world, words)


def _communes(world: World) -> Sequence[Territory]:
    """The towns of the territory, the largest first."""
    inside = sa.select(TerritoryPart.descendant_id).where(TerritoryPart.ancestor_id == world.root.id)
    statement = sa.select(Territory).where(Territory.kind == TerritoryKind.COMMUNE, Territory.id.in_(inside))
    return db.session.scalars(statement.order_by(Territory.population.desc(), Territory.code).limit(16)).all()


def _organisations(world: World, words: dict[str, Any], communes: Sequence[Territory]) -> list[Organisation]:
    kinds = {kind.code: kind for kind in queries.kinds()}
    offered = [part for part in words["organisations"] if part["kind"] in kinds][:_PARTNERS]
    found = []
    for number, part in enumerate(offered):
        place = communes[number % len(communes)]
        wide = part.get("covers") == "root"
        world.travelling.freeze(world.now - timedelta(days=420 - 9 * number))
        said = Description(
            name=part["name"].format(place=place.name),
            kind_id=kinds[part["kind"]].id,
            acronym=part.get("acronym", ""),
            commune_id=None if wide else place.id,
            covers_id=world.root.id if wide else _around(place, part.get("covers", "")),
            email=f"contact@{part['domain']}.example",
            website=f"https://www.{part['domain']}.example",
            operator=part.get("operator", ""),
            contract_reference=part.get("contract", ""),
            notes=part.get("notes", ""),
        )
        found.append(service.create(said, COMMAND))
    return found


def _around(place: Territory, kind: str) -> int | None:
    """The département or the intercommunal body of a commune."""
    statement = (
        sa.select(Territory.id)
        .join(TerritoryPart, TerritoryPart.ancestor_id == Territory.id)
        .where(TerritoryPart.descendant_id == place.id, Territory.kind == kind)
    )
    return db.session.scalar(statement) if kind else None


def _contacts(world: World, words: dict[str, Any], made: list[Organisation]) -> None:
    people = iter(words["contacts"])
    for number, organisation in enumerate(made):
        for which in range(1 + number % 2):
            given, family = next(people)
            world.travelling.freeze(world.now - timedelta(days=180 - 7 * number % 150))
            held = service_contacts.add(
                organisation,
                given,
                family,
                COMMAND,
                email=f"{plain(given)}.{plain(family)}@{organisation.email.partition('@')[2]}",
                phone=f"+33261910{number:03d}" if which == 0 else None,
                function=words["functions"][(number * 2 + which) % len(words["functions"])],
                starts_on=None,
                ends_on=None,
                main_contact=which == 0,
                source=PARTNER if (number + which) % 5 == 1 else PERSON,
            )
            if held.source == PARTNER and number > 2:
                service_contacts.inform(held, COMMAND, by_mail=False)


def _exchanges(world: World, words: dict[str, Any], made: list[Organisation]) -> None:
    """Every fifth partner has not been spoken to for long."""
    staff = (world.alice, world.bob, world.charlie)
    for number, organisation in enumerate(made):
        first = 230 if number % 5 == 4 else 12 + 5 * number
        for turn, days in enumerate(range(first, 400, 90)):
            part = words["exchanges"][(number + turn) % len(words["exchanges"])]
            moment = world.now - timedelta(days=days)
            world.travelling.freeze(moment)
            day = clock.local_date(moment)
            next_on = _next_step(world, day) if turn == 0 and number % 4 == 1 else None
            actor = Actor("account", staff[number % 3].id)
            service_exchanges.log(organisation, day, part["channel"], part["what"], actor=actor, next_on=next_on)


def _next_step(world: World, day: date) -> date:
    """Some are due, some are to come."""
    return day + timedelta(days=world.rng.choice((10, 25, 60)))


def _coordinators(world: World, made: list[Organisation]) -> None:
    """Diane and a few others chose to be in the directory of coordinators."""
    coordinating = [one for one in made if one.kind.code in {"cpts", "msp", "dac", "hospital", "epci"}][:5]
    for number, (organisation, person) in enumerate(zip(coordinating, _some_people(world), strict=False)):
        world.travelling.freeze(world.now - timedelta(days=60 - number))
        held = service.affiliate(person, organisation, "Coordination", None, None, COMMAND)
        service.list_in_directory(held, listed=number != 3)


def _some_people(world: World, skip: int = 0, most: int = 8) -> list[Person]:
    """Diane first, then professionals of the network, always the same."""
    statement = (
        sa.select(Person)
        .where(Person.id.in_(sa.select(PracticeSite.person_id)), Person.email.is_not(None))
        .where(Person.profession_code.is_not(None), Person.account_id.is_(None))
        .order_by(Person.id)
        .offset(skip)
        .limit(most)
    )
    diane = db.session.scalar(sa.select(Person).where(Person.account_id == world.diane.id))
    return [*([diane] if diane else []), *db.session.scalars(statement)]


def _communities(world: World, words: dict[str, Any]) -> None:
    for number, part in enumerate(words["communities"].get(world.preset, ())):
        world.travelling.freeze(world.now - timedelta(days=500 - 120 * number))
        said = community_rules.Description(
            name=part["name"],
            practice=part["practice"],
            purpose=part["purpose"],
            rhythm=part["rhythm"],
            every_weeks=part["every_weeks"],
        )
        community = communities.create(said, words["charter"]["first"], COMMAND)
        _members(world, community, number)
        if number == 0:
            world.travelling.freeze(world.now - timedelta(days=40))
            communities.publish_charter(community, words["charter"]["second"], COMMAND)
        _meetings(world, community, number)


def _members(world: World, community: Community, number: int) -> None:
    for rank, person in enumerate(_some_people(world, skip=10 * number, most=_JOINED)):
        world.travelling.freeze(world.now - timedelta(days=300 - 15 * rank))
        held: CommunityMember = communities.join(community, person, community.charter_version, COMMAND)
        if rank in {1, 2}:
            communities.set_animator(held, animator=True, actor=COMMAND)


def _meetings(world: World, community: Community, number: int) -> None:
    """Every third public meeting is one of the first community, and so on."""
    world.travelling.freeze(world.now)
    statement = (
        sa.select(Event.id)
        .where(Event.audience == "public", Event.status == event_rules.PUBLISHED)
        .where(Event.starts_at > world.now - timedelta(days=300))
        .order_by(Event.starts_at, Event.id)
    )
    chosen = db.session.scalars(statement).all()[number::3]
    db.session.execute(
        sa.update(Event).where(Event.id.in_(chosen)).values(community_id=community.id),
        execution_options={"synchronize_session": False},
    )
