"""A poll of dates in full swing, and one that is still being written."""

from datetime import date, datetime, time, timedelta
from typing import Final

import sqlalchemy as sa

from cop.activity.service import Actor
from cop.communities import queries as communities
from cop.core import clock
from cop.core.db import db
from cop.demo_world import World
from cop.events import queries as events
from cop.events.models import EventKind
from cop.events.rules import Span
from cop.people.models import Person
from cop.polls import jobs, service
from cop.polls.models import Poll, PollVoter
from cop.polls.rules import Choice, Said

_ASKED: Final = 14
_ANSWERED: Final = 10


def fill(world: World) -> None:
    kind = events.kinds()[0]
    actor = Actor("account", world.alice.id)
    world.travelling.freeze(world.now - timedelta(days=6))
    poll = service.create(
        _said(world, kind, "Prochaine rencontre\u00a0: choisissons la date ensemble", 6), actor=actor, now=clock.now()
    )
    service.add_people(poll, _asked(), clock.now())
    service.open_(poll, actor=actor, now=clock.now())
    _ask()
    _answers(world, poll)
    world.travelling.freeze(world.now)
    service.create(_said(world, kind, "Journée de rentrée", 20), actor=actor, now=clock.now())


def _said(world: World, kind: EventKind, title: str, weeks: int) -> Said:
    start = time.fromisoformat(kind.starts_at)
    today = clock.local_date(world.now)
    thursday = today + timedelta(days=(3 - today.weekday()) % 7, weeks=weeks)
    return Said(
        title=title,
        kind_id=kind.id,
        territory_id=world.root.id,
        spans=tuple(_span(thursday + timedelta(days=shift), start, kind.duration_minutes) for shift in (0, 5, 7, 12)),
        closes_at=clock.at_local(today + timedelta(days=12), time(23, 59)),
        message="Dites-nous quand vous pouvez venir, en une minute et sans compte.",
        commune_id=_commune(),
    )


def _span(day: date, start: time, minutes: int) -> Span:
    starts_at: datetime = clock.nearest_local(day, start, clock.PARIS)
    return Span(starts_at, starts_at + timedelta(minutes=minutes))


def _commune() -> int | None:
    """A commune where people of ours practise."""
    return next((site.commune_id for person in _people(1) for site in person.sites), None)


def _people(most: int) -> list[Person]:
    reachable = (Person.email.is_not(None), Person.anonymised_at.is_(None), Person.sites.any())
    return list(db.session.scalars(sa.select(Person).where(*reachable).order_by(Person.id).limit(most)))


def _asked() -> list[int]:
    """The members of the first community, else some of those one knows."""
    for community in communities.alive():
        members = [one.person_id for one in communities.members(community.id)]
        if len(members) >= _ASKED:
            return members[:_ASKED]
    return [person.id for person in _people(_ASKED)]


def _ask() -> None:
    """What the worker does, within the transaction of the demonstration."""
    job = jobs.JOBS[0]
    for voter_id in job.find(clock.now()):
        job.handle(voter_id, clock.now())


def _answers(world: World, poll: Poll) -> None:
    """The second date suits most."""
    voters = db.session.scalars(sa.select(PollVoter).where(PollVoter.poll_id == poll.id).order_by(PollVoter.id)).all()
    odds = ((3, 2, 4), (7, 2, 1), (4, 3, 3), (2, 2, 5))  # yes, if need be, no
    for hour, voter in enumerate(voters[:_ANSWERED]):
        world.travelling.freeze(world.now - timedelta(days=5) + timedelta(hours=7 * hour))
        choices = {
            option.id: world.rng.choices(list(Choice), weights)[0].value
            for option, weights in zip(poll.options, odds, strict=True)
        }
        service.answer(voter, choices, clock.now())
