"""What is due now and not done yet, read from rules, events, registrations and the outbox."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cop.activity.models import ActivityEntry
from cop.core import clock
from cop.core.db import db
from cop.core.errors import NotFound
from cop.events.models import Event
from cop.events.rules import PUBLISHED
from cop.mail.models import MailMessage, Status
from cop.people.models import Person
from cop.registrations.models import Registration
from cop.reminders import rules
from cop.reminders.models import ReminderException, ReminderRule
from cop.reminders.rules import Occasion


class Due(NamedTuple):
    """One reminder to one person."""

    rule_id: int
    event_id: int
    person_id: int


def due(now: datetime) -> list[Due]:
    """Every reminder whose moment has come and that is not in the outbox yet, soonest event first."""
    return [
        Due(occasion.rule_id, occasion.event_id, person_id)
        for occasion in due_occasions(now)
        for person_id in _still_to_remind(occasion)
    ]


def due_occasions(now: datetime, event_id: int | None = None) -> list[Occasion]:
    """What is due for the events of the next days; never more than one rule for an event."""
    past = [occasion for occasion in _occasions(now, event_id) if occasion.due_at <= now]
    moved = _last_moves({occasion.event_id for occasion in past})
    dated = (
        replace(occasion, known_from=max(occasion.known_from, moved.get(occasion.event_id, occasion.known_from)))
        for occasion in past
    )
    return rules.due(dated, now)


def _occasions(now: datetime, event_id: int | None) -> list[Occasion]:
    """Published events near enough to be due under some rule of their kind, with these rules."""
    longest = db.session.scalar(sa.select(sa.func.max(ReminderRule.days_before)).where(ReminderRule.active))
    if longest is None:
        return []
    statement = (
        sa.select(
            ReminderRule.id,
            ReminderRule.days_before,
            ReminderRule.at,
            ReminderRule.holds_from,
            Event.id.label("event_id"),
            Event.starts_at,
            Event.time_zone,
            sa.func.coalesce(Event.published_at, Event.created_at, type_=Event.created_at.type).label("published_at"),
        )
        .join(Event, Event.kind_id == ReminderRule.kind_id)
        .where(
            ReminderRule.active,
            Event.status == PUBLISHED,
            Event.starts_at > now,
            Event.starts_at <= rules.horizon(now, longest),
            ~_switched_off(ReminderRule.id),
        )
    )
    if event_id is not None:
        statement = statement.where(Event.id == event_id)
    return [_occasion(row) for row in db.session.execute(statement)]


def _switched_off(rule_id: Any) -> Any:
    """The event of the query around it has no such reminder."""
    return sa.exists().where(
        ReminderException.event_id == Event.id, ReminderException.rule_id == rule_id, ReminderException.off
    )


def _occasion(row: Any) -> Occasion:
    return Occasion(
        rule_id=row.id,
        event_id=row.event_id,
        days_before=row.days_before,
        at=row.at,
        starts_at=row.starts_at,
        zone=ZoneInfo(row.time_zone),
        known_from=max(row.holds_from, row.published_at),
    )


def _last_moves(event_ids: Collection[int]) -> dict[int, datetime]:
    """When the hours of these events were last changed. The activity entry is part of the change's own transaction."""
    statement = (
        sa.select(ActivityEntry.subject_id, ActivityEntry.at, ActivityEntry.data)
        .where(
            ActivityEntry.subject_type == Event.__tablename__,
            ActivityEntry.subject_id.in_(event_ids),
            ActivityEntry.action == "event.changed",
        )
        .order_by(ActivityEntry.at)
    )
    return {
        row.subject_id: row.at for row in db.session.execute(statement) if "half_days" in row.data.get("fields", ())
    }


def _still_to_remind(occasion: Occasion) -> Sequence[int]:
    return db.session.scalars(_confirmed(occasion).order_by(Registration.id)).all()


def _confirmed(occasion: Occasion) -> sa.Select[int]:
    """Those who held a seat when the reminder came due and have not had it. Whoever registered since
    has just read the confirmation, which says the same."""
    key = sa.literal(occasion.key("")) + sa.cast(Registration.person_id, sa.String)
    return (
        sa.select(Registration.person_id)
        .join(Person, Person.id == Registration.person_id)
        .where(
            Registration.event_id == occasion.event_id,
            Registration.status == "confirmed",
            sa.func.coalesce(Registration.confirmed_at, Registration.created_at) <= occasion.due_at,
            Person.email.is_not(None),
            Person.anonymised_at.is_(None),
            ~sa.exists().where(MailMessage.key == key),
        )
    )


def registration_to_remind(occasion: Occasion, person_id: int) -> Registration | None:
    """The registration, if the person is still to be reminded; locked, so that a cancellation comes before or after."""
    person_ids = _confirmed(occasion).where(Registration.person_id == person_id)
    return db.session.scalar(
        sa.select(Registration)
        .where(Registration.event_id == occasion.event_id, Registration.person_id.in_(person_ids))
        .with_for_update(of=Registration)
    )


def void() -> list[str]:
    """Keys of reminders still waiting to be sent that no longer hold: seat given back, event called off or moved."""
    statement = (
        sa.select(MailMessage.key, Event.starts_at, Event.time_zone, Event.status, Registration.status.label("seat"))
        .join(Event, Event.id == MailMessage.event_id)
        .outerjoin(
            Registration,
            sa.and_(Registration.event_id == Event.id, Registration.person_id == MailMessage.person_id),
        )
        .where(MailMessage.status == Status.QUEUED, MailMessage.kind == rules.KIND)
    )
    off = _off()
    return [row.key for row in db.session.execute(statement) if not _holds(row, off)]


def _off() -> set[tuple[int, int]]:
    """Event and rule of the reminders that were switched off."""
    found = sa.select(ReminderException.event_id, ReminderException.rule_id).where(ReminderException.off)
    return {(event_id, rule_id) for event_id, rule_id in db.session.execute(found)}


def _holds(row: Any, off: Collection[tuple[int, int]]) -> bool:
    if row.status != PUBLISHED or row.seat != "confirmed" or rules.event_and_rule(row.key) in off:
        return False
    return rules.day_of(row.key) == clock.local_date(row.starts_at, ZoneInfo(row.time_zone))


# --- What is settled ----------------------------------------------------------------------------------


def rules_of(kind_id: int, *, active: bool = False) -> Sequence[ReminderRule]:
    """The rules of a kind, the earliest reminder first."""
    statement = sa.select(ReminderRule).where(ReminderRule.kind_id == kind_id)
    if active:
        statement = statement.where(ReminderRule.active)
    order = (ReminderRule.days_before.desc(), ReminderRule.at, ReminderRule.id)
    return db.session.scalars(statement.order_by(*order)).all()


def rule(kind_id: int, rule_id: int) -> ReminderRule:
    """A rule of that kind."""
    statement = sa.select(ReminderRule).where(ReminderRule.id == rule_id, ReminderRule.kind_id == kind_id)
    found: ReminderRule | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def exception(event_id: int, rule_id: int) -> ReminderException | None:
    found: ReminderException | None = db.session.scalar(
        sa.select(ReminderException).where(ReminderException.event_id == event_id, ReminderException.rule_id == rule_id)
    )
    return found


@dataclass(frozen=True, slots=True)
class Planned:
    """A reminder of one event: when it is due, and what the event says of it."""

    rule: ReminderRule
    due_at: datetime
    own: ReminderException | None

    @property
    def off(self) -> bool:
        return self.own is not None and self.own.off


def planned(event: Event) -> list[Planned]:
    """The reminders of one event, in the order they leave."""
    found = sa.select(ReminderException).where(ReminderException.event_id == event.id)
    own = {one.rule_id: one for one in db.session.scalars(found)}
    day = clock.local_date(event.starts_at, event.zone)
    return [
        Planned(one, rules.due_at(day, one.days_before, one.at, event.zone), own.get(one.id))
        for one in rules_of(event.kind_id, active=True)
    ]
