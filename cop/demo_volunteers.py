"""Volunteers of the demonstration: some who come often give time too, and a few tasks were done or are being filled."""

from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from cop.activity.service import WORKER, Actor
from cop.attendance.models import Attendance
from cop.core import clock
from cop.core.db import db
from cop.demo_world import World
from cop.events.models import Event
from cop.people.models import Person, PracticeSite
from cop.territories.models import Territory, TerritoryKind, TerritoryPart
from cop.volunteers import mails, queries, rules, service, service_hours, service_tasks
from cop.volunteers.models import Task
from cop.volunteers.rules import Answer
from cop.volunteers.service import Said
from cop.volunteers.service_tasks import TaskSaid

_MOST: Final = 16
_TASKS: Final = (
    ("Accueillir à l’entrée et tenir la feuille de présence", "welcome", 150, 2),
    ("Installer la salle et le café", "logistics", 90, 2),
    ("Prendre des notes et rédiger le compte rendu", "writing", 180, 1),
)


def fill(world: World) -> None:
    """Who volunteers, the tasks of the last and of the next meetings, and the hours given."""
    people = _faithful()
    if not people:
        return
    _enrol(world, people)
    before, after = _events(world)
    for event in before:
        _past_task(world, event)
    for number, event in enumerate(after):
        _coming_task(world, event, number)
    _own_hours(world, people)


def _faithful() -> list[Person]:
    """Those who were there most often and can be written to, without looking at chance."""
    times = sa.func.count(Attendance.id)
    statement = (
        sa.select(Person)
        .join(Attendance, Attendance.person_id == Person.id)
        .where(Attendance.state == "present", Person.email.is_not(None))
        .group_by(Person.id)
        .order_by(times.desc(), Person.id)
        .limit(_MOST)
    )
    return list(db.session.scalars(statement))


def _enrol(world: World, people: list[Person]) -> None:
    skills = list(queries.skills())
    for number, person in enumerate(people):
        world.travelling.freeze(world.now - timedelta(days=300 - 12 * number))
        chosen = frozenset(skill.id for skill in world.rng.sample(skills, min(3, len(skills))))
        slots = frozenset(world.rng.sample(rules.SLOTS[:15], 7))  # on working days
        profile = service.enrol(person, Said(chosen, slots, _near(world, person, number)), Actor("public"))
        if number == len(people) - 1:
            service.set_status(profile, rules.Status.PAUSED, Actor("public"))


def _near(world: World, person: Person, number: int) -> int:
    """Their département where the organisation spans several; one in four goes anywhere."""
    if number % 4 == 0 or world.root.kind != TerritoryKind.REGION:
        return world.root.id
    found = db.session.scalar(
        sa.select(TerritoryPart.ancestor_id)
        .join(Territory, Territory.id == TerritoryPart.ancestor_id)
        .join(PracticeSite, PracticeSite.commune_id == TerritoryPart.descendant_id)
        .where(PracticeSite.person_id == person.id, Territory.kind == TerritoryKind.DEPARTMENT)
        .limit(1)
    )
    return found or world.root.id


def _events(world: World) -> tuple[list[Event], list[Event]]:
    held = sa.select(Event).where(Event.status == "published")
    past = held.where(Event.ends_at < world.now).order_by(Event.starts_at.desc(), Event.id).limit(4)
    coming = held.where(Event.starts_at > world.now + timedelta(days=2)).order_by(Event.starts_at, Event.id).limit(3)
    return list(db.session.scalars(past)), list(db.session.scalars(coming))


def _write(world: World, event: Event, number: int) -> Task:
    title, code, minutes, places = _TASKS[number % len(_TASKS)]
    wanted = frozenset(skill.id for skill in queries.skills() if skill.code == code) if number else frozenset()
    said = TaskSaid(
        title=title,
        description="",
        territory_id=event.territory_id,
        starts_at=event.starts_at - timedelta(minutes=30),
        minutes=minutes,
        places=places,
        skill_ids=wanted,
        event_id=event.id,
    )
    return service_tasks.create(said, actor=Actor("account", world.bob.id), now=clock.now())


def _ask(world: World, task: Task, most: int) -> None:
    offers = queries.candidates(task, mails.zone_of(task))[:most]
    asker = Actor("account", world.bob.id)
    service_tasks.propose(task, [offer.person_id for offer in offers], actor=asker, now=clock.now())


def _past_task(world: World, event: Event) -> None:
    world.travelling.freeze(event.starts_at - timedelta(days=12))
    task = _write(world, event, 0)
    _ask(world, task, 3)
    world.travelling.freeze(event.starts_at - timedelta(days=9))
    for number, proposal in enumerate(queries.proposals_of(task.id)):
        answer = service_tasks.accept if number < task.places else service_tasks.decline
        answer(proposal, actor=Actor("public"), now=clock.now())
    world.travelling.freeze(event.ends_at + timedelta(days=1))
    for proposal in queries.proposals_of(task.id):
        if proposal.state == Answer.ACCEPTED:
            service_hours.confirm(
                task, proposal.person_id, task.minutes, source="self", actor=Actor("public"), now=clock.now()
            )


def _coming_task(world: World, event: Event, number: int) -> None:
    """The first is filled, the second waits for answers, the third was just written."""
    world.travelling.freeze(world.now - timedelta(days=2 - number % 2))
    task = _write(world, event, number)
    if number == len(_TASKS) - 1:
        return
    _ask(world, task, 3)
    for proposal in queries.proposals_of(task.id)[: 1 if number else task.places]:
        service_tasks.accept(proposal, actor=Actor("public"), now=clock.now())


def _own_hours(world: World, people: list[Person]) -> None:
    for number, person in enumerate(people[:5]):
        day = (world.now - timedelta(days=20 + 30 * number)).date()
        world.travelling.freeze(world.now - timedelta(days=19 + 30 * number))
        service_hours.note(person, day, 45 + 30 * number, "Relecture d’un document", source="self", actor=WORKER)
