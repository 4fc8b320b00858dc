"""Who is entrusted with what in the demonstration: bodies, missions of the year, a project, candidates for a seat."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa

from cop.accounts import service_management as accounts
from cop.accounts.models import Account
from cop.activity.service import COMMAND
from cop.core import clock
from cop.core.db import db
from cop.demo_people import PAST_DAYS
from cop.demo_world import World
from cop.events import queries as events
from cop.events import service as events_service
from cop.events.models import Event
from cop.mandates import queries, service, service_candidates, service_register
from cop.mandates.models import Decision, MandateKind, Project
from cop.mandates.rules import Terms
from cop.mandates.service_register import ProjectPart
from cop.people import service as people
from cop.people.models import Person
from cop.registrations.models import Registration

_ASSOCIATIONS: Final = ("cokillaje", "haute-herbasse")
_PROJECTS: Final = {
    "cokillaje": "Écrire à l’école",
    "haute-herbasse": "Bien vieillir dans la vallée",
    "cls-pontchateau": "Repérage des fragilités",
    "ctg": "Maison des familles itinérante",
    "pacte": "Promotion de l’année",
}
_WORDS: Final = "Objectif, calendrier et partenaires du projet\u202f; aucune situation individuelle n’y figure."


def fill(world: World) -> None:
    kinds = {kind.code: kind for kind in queries.kinds()}
    crowd = _crowd()
    _team(world, kinds)
    if "president" in kinds:
        _bureau(world, kinds, crowd)
    if "pilot" in kinds:
        _steering(world, kinds["pilot"], crowd)
    _project(world, kinds, crowd)
    for person in [next(crowd) for _ in range(3)] if "volunteer" in kinds else ():
        places = frozenset({world.root.id})
        _give(person, kinds["volunteer"], Terms(clock.today() - timedelta(days=200), territory_ids=places))


def _crowd() -> Iterator[Person]:
    """Those who come most, each once."""
    often = sa.select(Registration.person_id, sa.func.count().label("n")).group_by(Registration.person_id).subquery()
    statement = sa.select(Person).join(often, often.c.person_id == Person.id)
    statement = statement.where(Person.email.is_not(None), Person.account_id.is_(None))
    return iter(db.session.scalars(statement.order_by(often.c.n.desc(), Person.id).limit(40)).all())


def _at(world: World, day: date) -> None:
    """Act that day, as if one had been there; never in a time to come."""
    moment = clock.nearest_local(day, time(18, 0))
    world.travelling.freeze(min(moment, world.now))


def _give(person: Person, kind: MandateKind, terms: Terms) -> Any:
    return service.give(person, kind, terms, COMMAND)


def _decide(world: World, body: str, day: date, wording: str) -> Decision:
    _at(world, day)
    return service_register.record_decision(body, min(day, clock.today()), wording, "", COMMAND)


def _council(world: World) -> str:
    return "Conseil d’administration" if world.preset in _ASSOCIATIONS else "Comité de pilotage"


# --- Missions: those who sign in ------------------------------------------------------------------


def _team(world: World, kinds: dict[str, MandateKind]) -> None:
    """This year's missions and last year's; the rights given by hand at the opening give way to them."""
    year = clock.local_date(world.now).year
    animator = kinds.get("territorial_animator")
    shared = {
        account: _take_back(world, account, "territorial_animator") if animator else frozenset()
        for account in (world.bob, world.charlie)
    }
    _take_back(world, world.alice, "regional_coordinator")
    for of in (year - 1, year):
        decision = _decide(world, _council(world), date(of - 1, 12, 12), f"Missions de l’année {of}")
        term = Terms(date(of, 1, 1), date(of, 12, 31), decision_id=decision.id)
        _give(_staff(world.alice), kinds["regional_coordinator"], term)
        for account, places in shared.items():
            if animator and places:
                _give(_staff(account), animator, replace(term, territory_ids=places))


def _take_back(world: World, account: Account, role: str) -> frozenset[int]:
    """Where the role was given by hand, on the day it was."""
    world.travelling.freeze(world.now - timedelta(days=PAST_DAYS + 60))
    held = [grant for grant in account.grants if grant.role == role]
    places = frozenset(grant.territory_id for grant in held if grant.territory_id)
    for grant in held:
        accounts.withdraw_role(grant, COMMAND)
    return places


def _staff(account: Account) -> Person:
    given, _, family = account.name.partition(" ")
    return people.find_or_create(given, family, account.email, actor=COMMAND)


# --- Bodies ---------------------------------------------------------------------------------------


def _bureau(world: World, kinds: dict[str, MandateKind], crowd: Iterator[Person]) -> None:
    """Elected for two years: two chairs at once, a seat of the board given up before its end, three vacant."""
    year = clock.local_date(world.now).year
    day = date(year - 1, 6, 12)
    election = _decide(world, "Assemblée générale", day, f"Élection du conseil d’administration {year - 1}")
    bureau = _decide(world, "Conseil d’administration", day, "Composition du bureau")
    board = Terms(day, date(year + 1, 6, 30), decision_id=election.id)
    for title in ("Coprésidence", "Coprésidence"):
        _give(next(crowd), kinds["president"], replace(board, title=title, decision_id=bureau.id))
    for code in ("secretary", "treasurer"):
        _give(next(crowd), kinds[code], replace(board, decision_id=bureau.id))
    seats = kinds["board_member"].seats or 8
    for _number in range(seats - 3):
        _give(next(crowd), kinds["board_member"], board)
    gone = _give(next(crowd), kinds["board_member"], board)
    world.travelling.freeze(world.now)
    service.end_early(gone, clock.today() - timedelta(days=70), "resigned", COMMAND)
    _candidates(world, kinds["board_member"], crowd)


def _candidates(world: World, kind: MandateKind, crowd: Iterator[Person]) -> None:
    for ago, state, step in (
        (60, "candidate", "vote"),
        (40, "interested", "invite"),
        (9, "", ""),
        (80, "withdrew", ""),
    ):
        world.travelling.freeze(world.now - timedelta(days=ago))
        candidate = service_candidates.approach(next(crowd), kind, COMMAND)
        world.travelling.freeze(world.now - timedelta(days=ago // 2))
        if state:
            soon = clock.local_date(world.now) + timedelta(days=20) if step else None
            service_candidates.move(candidate, state, step, soon, COMMAND)


def _steering(world: World, kind: MandateKind, crowd: Iterator[Person]) -> None:
    day = clock.local_date(world.now - timedelta(days=380))
    decision = _decide(world, "Comité de pilotage", day, "Composition du comité de pilotage")
    for _number in range(3):
        _give(next(crowd), kind, Terms(day, decision_id=decision.id))


# --- A project ------------------------------------------------------------------------------------


def _project(world: World, kinds: dict[str, MandateKind], crowd: Iterator[Person]) -> None:
    """One project, two of its coming events, who leads it; and a mission that awaits its decision."""
    year = clock.local_date(world.now).year
    held = _coming(world)
    place = held[0].territory_id if held else world.root.id
    decision = _decide(
        world, _council(world), date(year - 1, 12, 12), f"Projet «\u00a0{_PROJECTS[world.preset]}\u00a0»"
    )
    project = service_register.keep_project(
        ProjectPart(_PROJECTS[world.preset], place, date(year, 1, 1), date(year + 1, 6, 30), _WORDS, decision.id),
        COMMAND,
    )
    lead = kinds.get("relay_manager") or kinds["trainer"]
    term = Terms(date(year, 1, 1), date(year + 1, 6, 30), project_id=project.id, decision_id=decision.id)
    _at(world, date(year, 1, 1))
    for _number in range(2 if lead.code == "trainer" else 1):
        _give(next(crowd), lead, term)
    world.travelling.freeze(world.now)
    for event in held:
        _hold_for(event, project, world.now)
    soon = clock.today() + timedelta(days=20)
    _give(next(crowd), lead, Terms(soon, project_id=project.id))


def _coming(world: World) -> list[Event]:
    statement = sa.select(Event).where(Event.status == "published", Event.starts_at > world.now)
    found = list(db.session.scalars(statement.order_by(Event.starts_at, Event.id)))
    return [event for event in found if event.territory_id == found[0].territory_id][:2]


def _hold_for(event: Event, project: Project, now: datetime) -> None:
    said = replace(events.description_of(event), project_id=project.id)
    events_service.edit(event, said, version=event.version, actor=COMMAND, now=now)
