"""Journeys shared to the next meetings of the demonstration: some have seats, some look for one, a few have written."""

from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from cop.carpool import mails, service
from cop.carpool.models import Journey
from cop.carpool.rules import Said
from cop.core import clock
from cop.core.db import db
from cop.demo_world import World
from cop.events.models import Event
from cop.people.models import Person
from cop.registrations.models import Registration

_WITHIN: Final = timedelta(days=45)
# Of those registered, one in so many says something.
_ONE_IN: Final = 4
_HOURS_BEFORE: Final = (45, 60, 75, 90)
_PHONES: Final = ("+33639980001", "+33639980002", "+33639980003")  # of the range kept for works of fiction


def fill(world: World) -> None:
    for event in _meetings(world):
        shared = [_share(world, seat, number) for number, seat in enumerate(_seats(event)) if number % _ONE_IN == 0]
        offers = [journey for journey in shared if journey.kind == "offer"]
        seekers = [seat for number, seat in enumerate(_seats(event)) if number % (_ONE_IN * 3) == _ONE_IN]
        for journey, seat in zip(offers, seekers, strict=False):
            if mails.contact_of(seat, None) and journey.person_id != seat.person_id:
                service.answer(seat, journey, world.now)


def _meetings(world: World) -> list[Event]:
    statement = sa.select(Event).where(
        Event.carpool,
        Event.mode != "online",
        Event.status == "published",
        Event.starts_at > world.now + timedelta(days=1),
        Event.starts_at < world.now + _WITHIN,
    )
    return list(db.session.scalars(statement.order_by(Event.starts_at, Event.id).limit(4)))


def _seats(event: Event) -> list[Registration]:
    """Seats of people who can be written to, and whose commune is known."""
    statement = (
        sa.select(Registration)
        .join(Registration.person)
        .where(Registration.event_id == event.id, Registration.status == "confirmed", Person.email.is_not(None))
        .where(Person.sites.any())
        .options(joinedload(Registration.person).selectinload(Person.sites), selectinload(Registration.event))
    )
    return list(db.session.scalars(statement.order_by(Registration.id)).unique())


def _share(world: World, seat: Registration, number: int) -> Journey:
    """Most who speak first have a car; a few prefer the telephone."""
    starts = clock.local(seat.event.starts_at, seat.event.zone)
    leaves = starts - timedelta(minutes=world.rng.choice(_HOURS_BEFORE))
    offers = number % (2 * _ONE_IN) == 0
    phone = _PHONES[number // (3 * _ONE_IN) % len(_PHONES)] if number % (3 * _ONE_IN) == 0 else ""
    said = Said(
        "offer" if offers else "request",
        seat.person.sites[0].commune_id,
        f"{leaves:%H:%M}",
        world.rng.choice((1, 2, 3)) if offers else 1,
        phone,
    )
    return service.share(seat, said, world.now)
