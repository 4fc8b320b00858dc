"""The groups of an event that people register for: nobody loses a seat, and everybody is counted where they belong."""

from datetime import datetime

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import WORKER, Actor
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import rules_quotas
from cop.events import service_quotas as quotas
from cop.events.models import Event
from cop.events.models_quotas import Quota
from cop.events.rules_quotas import QuotaDescription
from cop.invitations.models_guests import Guest
from cop.registrations import queries_seats, rules_seats, service
from cop.registrations import service_seats as counters
from cop.registrations.models import Registration


def save(event_id: int, quota_id: int | None, description: QuotaDescription, *, now: datetime, actor: Actor) -> None:
    """Add a group, or change one. Those who registered already and belong to it are counted in it from now on; whoever
    is in a group stays there. Refused when there are not enough seats: nobody loses theirs."""
    event = service.lock(event_id)
    rules_quotas.check(description)
    if event.mode == rules_quotas.HYBRID and not description.attends:
        raise Refused(_l("Say whether these seats are on site or on line."), "attends")
    others = quotas.of_event(event_id)
    if quota_id is None:
        quotas.add(others, description, event_id=event_id)
    else:
        quota = quotas.get(quota_id, event_id=event_id)
        db.session.refresh(quota)
        _check_lowered(quota, description)
        quotas.write(quota, description)
        quota.released_at = quota.released_at if _is_due(event, quota, now) else None
    # Before the counters: a group is written with its new seats, and nobody in it yet.
    event.quota_count = len(others) + (quota_id is None)
    db.session.flush()
    rows = counters.active(event_id)
    _sort_out(event, rows)
    _check_room(event, rows)
    counters.count(event, rows)
    activity.record(actor, "event.quotas_changed", event)
    service.promote(event, now)


def _is_due(event: Event, quota: Quota, now: datetime) -> bool:
    days = quota.release_days
    return days is not None and rules_seats.release_at(event.starts_at, days, event.zone) <= now


def _check_lowered(quota: Quota, description: QuotaDescription) -> None:
    if description.capacity < quota.taken and quota.released_at is None:
        sentence = _l(
            "%(count)d people of this group have a seat already: keep as many seats, or cancel registrations first.",
            count=quota.taken,
        )
        raise Refused(sentence, "capacity")


def _sort_out(event: Event, rows: list[Registration]) -> None:
    """Put whoever is in no group into the first that is theirs."""
    seats = queries_seats.seats_of(event)
    guests: set[int] = set()
    if rules_seats.asks_for_guests(seats.groups):
        guests = set(db.session.scalars(sa.select(Guest.person_id).where(Guest.event_id == event.id)))
    for row in rows:
        if row.quota_id is None:
            line = seats.line(
                online=row.attends == rules_seats.ONLINE,
                profession=row.person.profession_code,
                guest=row.person_id in guests,
            )
            row.quota_id = line.group.id if line.group else None


def _check_room(event: Event, rows: list[Registration]) -> None:
    seats = queries_seats.seats_of(event)
    seated = [row for row in rows if row.status in queries_seats.HOLDS_A_SEAT]
    beyond = rules_seats.beyond([queries_seats.line_of(row, seats) for row in seated], seats)
    if beyond or not rules_seats.fits(seats):
        raise Refused(
            _l("There are not enough seats for that: too many are taken, or kept for other groups."), "capacity"
        )


def remove(event_id: int, quota_id: int, *, now: datetime, actor: Actor) -> None:
    """Its people share the common seats, with what was kept for them."""
    event = service.lock(event_id)
    quota = quotas.get(quota_id, event_id=event_id)
    rows = counters.active(event_id)
    for row in rows:
        if row.quota_id == quota.id:
            row.quota_id = None
    db.session.flush()
    db.session.delete(quota)
    db.session.flush()
    counters.count(event, rows)
    activity.record(actor, "event.quotas_changed", event)
    service.promote(event, now)


def raise_one(event_id: int, quota_id: int, *, actor: Actor) -> None:
    event = service.lock(event_id)
    quotas.raise_one(quotas.of_event(event_id), quotas.get(quota_id, event_id=event_id))
    activity.record(actor, "event.quotas_changed", event)


def release(quota_id: int, now: datetime) -> None:
    """From now on the rule of this group no longer holds: what it left goes to whoever waits, in order of arrival."""
    quota = db.session.get(Quota, quota_id)
    if quota is None or quota.event_id is None:
        return
    event = service.lock(quota.event_id)
    db.session.refresh(quota)
    if quota.released_at is not None or not _is_due(event, quota, now):
        return
    quota.released_at = now
    counters.count(event, counters.active(event.id))
    activity.record(WORKER, "event.quota_released", event, name=quota.name)
    service.promote(event, now)
