"""Making a cycle and its seminars, and registering for all of them in one go."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import PUBLIC, WORKER, Actor
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _, _l
from cop.events import queries as events
from cop.events import rules as event_rules
from cop.events import service as event_service
from cop.events.models import Event, EventKind
from cop.events.models_series import EventSeries
from cop.events.rules import Description, Span
from cop.invitations.rules import Withdrawal
from cop.people import rules as addresses
from cop.people.models import Person
from cop.registrations import mails as registration_mails
from cop.registrations import queries_together, service_form
from cop.registrations import rules as registration_rules
from cop.registrations import service_together as together
from cop.registrations.rules import HEADCOUNT, Door, Shown, Status
from cop.registrations.service_form import Identity, Said, Visitor
from cop.registrations.service_together import Together
from cop.series import mails, queries_cycles, rules, rules_cycles
from cop.series.queries_cycles import Cycle

_DOUBLE_PRESS: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the form says of a new cycle; the rest is the kind's, and is changed seminar by seminar."""

    title: str
    summary: str
    days: tuple[date, ...]
    common: Description  # place, territory, seats; its title and half-days are the seminars'


def create(kind: EventKind, plan: Plan, *, actor: Actor, now: datetime) -> EventSeries:
    """A cycle with a draft for each seminar. Pressed twice, it is made once."""
    _check(kind, plan)
    twin = _second_press(plan, actor, now)
    if twin:
        return twin
    series = EventSeries(cycle=True, title=plan.title, summary=plan.summary, territory_id=plan.common.territory_id)
    series.organiser_id, series.created_at, series.changed_at = actor.account_id, now, now
    series.slug = _free_slug(plan.title, plan.days[0])
    db.session.add(series)
    db.session.flush()
    for number, day in enumerate(plan.days, 1):
        seminar = _described(kind, plan, number, day)
        _put_in(series, event_service.create(kind, seminar, actor=actor, now=now), number)
    activity.record(actor, "series.created", series, seminars=len(plan.days))
    db.session.flush()
    return series


def _check(kind: EventKind, plan: Plan) -> None:
    if kind.attendance == HEADCOUNT:
        raise Refused(_l("Nobody registers for meetings of this kind: they make no cycle."), "kind")
    if not 1 <= len(plan.days) <= rules_cycles.MOST_SEMINARS:
        raise Refused(_l("From one to twelve seminars."), "day_0")
    if len(set(plan.days)) < len(plan.days):
        raise Refused(_l("Two seminars begin on the same day."), "day_0")


def _described(kind: EventKind, plan: Plan, number: int, day: date) -> Description:
    zone = ZoneInfo(plan.common.time_zone)
    rows = event_rules.usual_spans(day, kind.starts_at, kind.duration_minutes, kind.half_days)
    spans = tuple(event_rules.span_at(on, starts, ends, zone) for on, starts, ends in rows)
    title = _("%(cycle)s: seminar %(number)s", cycle=plan.title, number=number)
    return replace(plan.common, title=title, half_days=spans)


def _second_press(plan: Plan, actor: Actor, now: datetime) -> EventSeries | None:
    statement = sa.select(EventSeries).where(
        EventSeries.cycle,
        EventSeries.title == plan.title,
        EventSeries.created_at > now - _DOUBLE_PRESS,
        EventSeries.organiser_id.is_not_distinct_from(actor.account_id),
    )
    found: EventSeries | None = db.session.scalar(statement.order_by(EventSeries.id).limit(1))
    return found


def _free_slug(title: str, day: date) -> str:
    base = event_rules.slug_of(title, day)
    taken = set(
        db.session.scalars(sa.select(EventSeries.slug).where(EventSeries.slug.startswith(base, autoescape=True)))
    )
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return slug


def _put_in(series: EventSeries, event: Event, position: int) -> None:
    event.series_id, event.series_position, event.detached = series.id, position, False


def rename(series: EventSeries, title: str, summary: str, *, actor: Actor, now: datetime) -> None:
    series.title, series.summary, series.changed_at = title, summary, now
    series.version += 1
    activity.record(actor, "series.changed", series)
    db.session.flush()


def add_seminar(cycle: Cycle, day: date, *, actor: Actor, now: datetime) -> Event:
    """One more, a draft like the last one. Once it is published, whoever is registered is so for it too."""
    if not cycle.seminars:
        raise Refused(_l("This cycle has no seminar left to copy."))
    if len(cycle.seminars) >= rules_cycles.MOST_SEMINARS:
        raise Refused(_l("From one to twelve seminars."), "day")
    last = cycle.seminars[-1]
    spans = events.description_of(last).half_days
    new: tuple[Span, ...] = rules.placed(rules.shape(spans, last.zone), day, last.zone)
    event_rules.check_future(new, now)
    event = event_service.copy_to(last, new, actor=actor, now=now)
    position = max(one.series_position or 0 for one in cycle.seminars) + 1
    event.title = _("%(cycle)s: seminar %(number)s", cycle=cycle.series.title, number=position)[:200]
    _put_in(cycle.series, event, position)
    activity.record(actor, "series.seminar_added", cycle.series, event=event.id)
    db.session.flush()
    return event


def remove_seminar(cycle: Cycle, event: Event, *, actor: Actor, now: datetime) -> None:
    """The seminar becomes a meeting of its own: whoever has a seat there keeps it."""
    if len(cycle.seminars) == 1:
        raise Refused(_l("A cycle keeps one seminar at least: cancel it instead."))
    event.series_id = event.series_position = None
    cycle.series.changed_at = now
    activity.record(actor, "series.seminar_removed", cycle.series, event=event.id)
    db.session.flush()


def publish(cycle: Cycle, *, actor: Actor, now: datetime) -> int:
    """Announce all the drafts at once, or none; how many could be: some wait for somebody's approval."""
    drafts = [event for event in cycle.seminars if event.status == event_rules.DRAFT]
    with db.session.begin_nested():
        for event in drafts:
            event_service.publish(event, actor=actor, now=now)
    return sum(event.status == event_rules.PUBLISHED for event in drafts)


# --- Registering ------------------------------------------------------------------------------------


def enter(cycle: Cycle, first: Event, identity: Identity, said: Said, visitor: Visitor, now: datetime) -> Shown:
    """Register whoever sends the form; what the next page may say of it. ``first``: the seminar that asks."""
    found = queries_cycles.door(cycle, now)
    rules_cycles.check_door(found, staff=False)
    strictest = cycle.strictest
    person = service_form.who_comes(strictest, identity, visitor, now)
    email = addresses.normalise_email(identity.get("email") or "")
    if person is None:
        registration_mails.members_only(first, email, identity["given_name"], visitor.language, now)
        return Shown.MEMBERS
    result = register(cycle, person, now=now)
    row = result.rows[0]
    if result.fresh:
        service_form.note(row, said, now)
    if strictest.audience == "members" and not visitor.guest and email not in visitor.known_addresses:
        return Shown.MEMBERS
    return registration_rules.shown(row.status, fresh=result.fresh, queued_at=row.queued_at, found=found, now=now)


def register(cycle: Cycle, person: Person, *, now: datetime, actor: Actor = PUBLIC) -> Together:
    """A seat at each seminar or the waiting list of all, with one mail that sums it up."""
    staff = actor.kind != PUBLIC.kind
    rules_cycles.check_door(queries_cycles.door(cycle, now), staff=staff)
    numbers = cycle.coming_ids
    if not numbers:
        raise Refused(_l("This cycle has taken place."))
    result = together.register(numbers, person, now=now, actor=actor)
    if not result.fresh:
        if now - result.rows[0].queued_at >= registration_rules.LOST_MAIL_AFTER:
            mails.again(cycle.series, person, result.rows, now)
    elif result.status == Status.CONFIRMED:
        mails.registered(cycle.series, person, result.rows, promoted=False)
    else:
        mails.waitlisted(cycle.series, person, result.rows, queries_together.position(numbers, result.rows[0]))
    return result


def cancel(cycle: Cycle, person: Person, *, now: datetime, actor: Actor, by_person: bool) -> None:
    """Everything still to come; each calendar entry is taken back by a mail of its own."""
    left = together.cancel(cycle.event_ids, person, now=now, actor=actor, by_person=by_person)
    if all(row.confirmed_at is None for row in left):
        mails.left_waiting_list(cycle.series, person, left, by_person=by_person)
    promote(cycle.series.id, now)


def decline(key: tuple[int, int], now: datetime) -> None:
    """No to every seminar in the person's calendar: the seats are given back, and they are told how to come back."""
    series_id, person_id = key
    cycle, person = queries_cycles.read(series_id), db.session.get_one(Person, person_id)
    no = Withdrawal.BY_CALENDAR
    together.cancel(cycle.event_ids, person, now=now, actor=WORKER, by_person=True, why=no)
    promote(series_id, now)


def promote(series_id: int, now: datetime) -> None:
    """Those who wait move up while a seat is free at every seminar."""
    cycle = queries_cycles.read(series_id)
    if queries_cycles.door(cycle, now) not in {Door.OPEN, Door.FULL}:
        return
    for rows in together.promote(cycle.event_ids, now):
        mails.registered(cycle.series, rows[0].person, rows, promoted=True)


def enrol(key: tuple[int, int], now: datetime) -> None:
    """Somebody registered for the cycle gets the seminar that was added to it."""
    series_id, person_id = key
    cycle, person = queries_cycles.read(series_id), db.session.get_one(Person, person_id)
    numbers = [event.id for event in cycle.live if event.starts_at > now and event.status == event_rules.PUBLISHED]
    together.register(numbers, person, now=now, actor=WORKER)
