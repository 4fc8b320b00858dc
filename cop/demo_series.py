"""Meetings that belong together, in the demonstration: an evening each month and, for who trains, a cycle."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

import sqlalchemy as sa

from cop.activity.service import PUBLIC, Actor
from cop.core import clock
from cop.core.db import db
from cop.demo_world import World
from cop.events import queries as events
from cop.events import service as event_service
from cop.events.models import Event, EventKind
from cop.events.rules import Description, Span
from cop.people.models import Person
from cop.registrations import service as registrations
from cop.registrations.rules import HEADCOUNT
from cop.series import queries, queries_cycles, rules, service, service_cycles
from cop.series.rules import Every, Rule

_MEETINGS: Final = 6
_SUMMARY: Final = (
    "Une soirée par mois pour poser une situation de travail, l’entendre autrement et repartir avec une idée.\n\n"
    "Chaque date est à part : venez à celles que vous pouvez."
)
# Of those who hold seminars: the title of a cycle, what it is about, how many seats.
_CYCLES: Final = {
    "pacte": (
        "Promotion %(year)s : coordonner une équipe de soins",
        "Installer la coordination, conduire un projet de santé, faire vivre l’équipe. Une inscription pour six jours.",
        14,
    ),
    "cokillaje": (
        "Parcours %(year)s : coopérer autour de l’enfant",
        "Se connaître, travailler sur des situations, construire des repères. Une inscription pour les six jours.",
        24,
    ),
}


def fill(world: World) -> None:
    """Announced three weeks ago; a few people have registered since."""
    world.travelling.freeze(world.now - timedelta(days=21))
    place = db.session.scalar(
        sa.select(Event).where(Event.commune_id.is_not(None)).order_by(Event.starts_at.desc(), Event.id).limit(1)
    )
    if place is None:
        return
    _evenings(world, place)
    if world.preset in _CYCLES:
        _cycle(world, place)


def _evenings(world: World, place: Event) -> None:
    kind, bob = _kind(), Actor("account", world.bob.id)
    if kind is None:
        return
    now, rule = clock.now(), Rule(Every.WEEKDAY, clock.local_date(world.now), nth=3, weekday=3)
    day, *others = rules.days(rule, clock.local_date(world.now) + timedelta(days=6), more=_MEETINGS)
    said = _described(place, kind, "Le 3e jeudi : échanges de pratiques", day)
    first = event_service.create(kind, said, actor=bob, now=now)
    event_service.publish(first, actor=bob, now=now)
    candidates = queries.candidates(first, others, now)
    service.repeat(first, rule, candidates, publish=True, actor=bob, now=now)
    found = list(queries.members(first.series_id or 0))
    _elsewhere(found[2], bob, now)
    people = _people(11)
    for n, person in enumerate(people):
        world.travelling.freeze(world.now - timedelta(days=18 - n))
        if found[n % 2].status == "published":
            registrations.register(found[n % 2], person, now=clock.now(), actor=PUBLIC)
    event_service.cancel(found[-1], "Congés : on se retrouve le mois suivant.", actor=bob, now=clock.now())


def _elsewhere(event: Event, actor: Actor, now: datetime) -> None:
    """One date has a room of its own."""
    moved = replace(events.description_of(event), venue_name="Salle du conseil, mairie")
    event_service.edit(event, moved, version=event.version, actor=actor, now=now)


def _described(place: Event, kind: EventKind, title: str, day: date) -> Description:
    begins = clock.nearest_local(day, time(20, 0), place.zone)
    return Description(
        title=title,
        half_days=(Span(begins, begins + timedelta(minutes=min(kind.duration_minutes, 150))),),
        territory_id=place.territory_id,
        commune_id=place.commune_id,
        venue_name=place.venue_name,
        venue_address=place.venue_address,
        capacity=16,
        summary=_SUMMARY,
        audience="public",
        time_zone=place.time_zone,
    )


def _kind() -> EventKind | None:
    """A meeting of one half-day where people are named, the one that shares practices rather than another."""
    plain = (EventKind.attendance != HEADCOUNT, EventKind.half_days == 1, EventKind.archived.is_(False))
    sharing = sa.case((EventKind.code == "practice_sharing", 0), else_=1)
    found: EventKind | None = db.session.scalar(
        sa.select(EventKind).where(*plain).order_by(sharing, EventKind.position)
    )
    return found


def _cycle(world: World, place: Event) -> None:
    kind, alice = events.kind("seminar"), Actor("account", world.alice.id)
    now, today = clock.now(), clock.local_date(world.now)
    title, summary, seats = _CYCLES[world.preset]
    tuesday = today + timedelta(days=(1 - today.weekday()) % 7 + 42)
    common = Description(
        title="",
        half_days=(),
        territory_id=world.root.id,
        commune_id=place.commune_id,
        venue_name=place.venue_name,
        venue_address=place.venue_address,
        capacity=seats,
        summary="Apports, mises en situation, résolution de problèmes entre pairs, avec deux formateurs.",
        audience="public",
        key_event=kind.key_event,
        time_zone=place.time_zone,
    )
    days = tuple(tuesday + timedelta(weeks=8 * n) for n in range(3))
    plan = service_cycles.Plan(title % {"year": days[0].year}, summary, days, common)
    series = service_cycles.create(kind, plan, actor=alice, now=now)
    cycle = queries_cycles.read(series.id)
    service_cycles.publish(cycle, actor=alice, now=now)
    for n, person in enumerate(_people(16)):
        world.travelling.freeze(world.now - timedelta(days=18 - n))
        service_cycles.register(queries_cycles.read(series.id), person, now=clock.now())


def _people(most: int) -> list[Person]:
    statement = sa.select(Person).where(Person.email.is_not(None), Person.merged_into_id.is_(None))
    return list(db.session.scalars(statement.order_by(Person.id.desc()).limit(most)))
