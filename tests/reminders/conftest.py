"""A stage for reminders: events, seats and time, all through the services."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cop.activity.service import Actor
from cop.core import clock, jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events import queries as event_queries
from cop.events import service as events
from cop.events.models import Event, EventKind
from cop.events.rules import Description, Span
from cop.mail.models import MailMessage
from cop.people import service as people
from cop.people.models import Person
from cop.registrations import service as registrations
from cop.registrations.models import Registration
from cop.reminders.jobs import SEND, TAKE_BACK
from cop.reminders.models import ReminderRule
from tests.people_of_the_tests import People, territory

PARIS = ZoneInfo("Europe/Paris")


def local(text: str, zone: ZoneInfo = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


class Stage:
    def __init__(self, four: People) -> None:
        self.people = four
        self.bob = Actor("account", four.bob_id)

    def rule(self, days_before: int, at: str = "09:00", **values: Any) -> int:
        with unit_of_work():
            rule = ReminderRule(
                kind_id=self.people.kind_id, days_before=days_before, at=at, holds_from=clock.now(), **values
            )
            db.session.add(rule)
            db.session.flush()
            return rule.id

    def event(self, starts: str, *, hours: float = 3.5, publish: bool = True, **values: Any) -> int:
        zone = ZoneInfo(values.get("time_zone", "Europe/Paris"))
        span = Span(local(starts, zone), local(starts, zone) + timedelta(hours=hours))
        said: dict[str, Any] = {
            "title": "Écrire sans se faire mal",
            "half_days": (span,),
            "territory_id": territory("department", "49").id,
            "commune_id": territory("commune", "49007").id,
            "venue_name": "Maison des associations",
            "capacity": 40,
        }
        with unit_of_work():
            kind = db.session.get_one(EventKind, self.people.kind_id)
            made = events.create(kind, Description(**{**said, **values}), actor=self.bob, now=clock.now())
            if publish:
                events.publish(made, actor=self.bob, now=clock.now())
            return made.id

    def register(self, event_id: int, name: str = "Émilie", *, email: str | None = "", language: str = "fr") -> int:
        with unit_of_work():
            address = f"{len(self.registered())}@cabinet.example" if email == "" else email
            who = people.find_or_create(name, "Lemoine", address, language=language)
            registrations.register(db.session.get_one(Event, event_id), who, now=clock.now())
            return who.id

    def come_back(self, event_id: int, person_id: int) -> None:
        with unit_of_work():
            event, who = db.session.get_one(Event, event_id), db.session.get_one(Person, person_id)
            registrations.register(event, who, now=clock.now())

    def registered(self) -> list[int]:
        return list(db.session.scalars(sa.select(Registration.id)))

    def give_back(self, event_id: int, person_id: int) -> None:
        with unit_of_work():
            seat = db.session.scalars(sa.select(Registration).filter_by(event_id=event_id, person_id=person_id)).one()
            registrations.cancel(seat, now=clock.now(), actor=self.bob, by_person=True)

    def move(self, event_id: int, starts: str) -> None:
        with unit_of_work():
            made = db.session.get_one(Event, event_id)
            before = event_queries.description_of(made)
            length = made.ends_at - made.starts_at
            span = Span(local(starts), local(starts) + length, before.half_days[0].number)
            values = {name: getattr(before, name) for name in Description.__slots__}
            after = Description(**{**values, "half_days": (span,)})
            events.edit(made, after, version=made.version, actor=self.bob, now=clock.now())

    def retitle(self, event_id: int, title: str, venue_name: str) -> None:
        with unit_of_work():
            made = db.session.get_one(Event, event_id)
            before = event_queries.description_of(made)
            values = {name: getattr(before, name) for name in Description.__slots__}
            after = Description(**{**values, "title": title, "venue_name": venue_name})
            events.edit(made, after, version=made.version, actor=self.bob, now=clock.now())

    def call_off(self, event_id: int) -> None:
        with unit_of_work():
            events.cancel(db.session.get_one(Event, event_id), "", actor=self.bob, now=clock.now())

    def tick(self) -> jobs.Outcome:
        """The worker's minute."""
        jobs.run(TAKE_BACK)
        return jobs.run(SEND)

    def reminded(self) -> list[str]:
        """Given names of those reminded so far, in order."""
        db.session.rollback()
        names = sa.select(Person.given_name).join(MailMessage, MailMessage.person_id == Person.id)
        return list(db.session.scalars(names.where(_IS_REMINDER).order_by(MailMessage.id)))

    def mails(self) -> list[MailMessage]:
        db.session.rollback()
        return list(db.session.scalars(sa.select(MailMessage).where(_IS_REMINDER).order_by(MailMessage.id)))


_IS_REMINDER = MailMessage.kind == "reminders.reminder"


@pytest.fixture
def stage(people: People) -> Stage:
    return Stage(people)
