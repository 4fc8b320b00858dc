"""The groups that have seats of their own: those usual for a kind, copied to its events, and their order."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.i18n import _l
from cop.events import rules_quotas
from cop.events.models import Event, EventKind
from cop.events.models_quotas import Quota
from cop.events.rules_quotas import QuotaDescription

_FIELDS: Final = ("name", "capacity", "kept", "attends", "guests_only", "release_days")


def of_kind(kind_id: int) -> Sequence[Quota]:
    return _of(Quota.kind_id == kind_id)


def of_event(event_id: int) -> Sequence[Quota]:
    return _of(Quota.event_id == event_id)


def _of(owner: sa.ColumnElement[bool]) -> Sequence[Quota]:
    return db.session.scalars(sa.select(Quota).where(owner).order_by(Quota.position, Quota.id)).all()


def get(quota_id: int, *, event_id: int | None = None, kind_id: int | None = None) -> Quota:
    """Raises :class:`NotFound`, also for a group of another event or kind."""
    quota = db.session.get(Quota, quota_id)
    if quota is None or (quota.event_id, quota.kind_id) != (event_id, kind_id):
        raise NotFound
    return quota


def description_of(quota: Quota) -> QuotaDescription:
    values = {name: getattr(quota, name) for name in _FIELDS}
    return QuotaDescription(profession_codes=tuple(quota.profession_codes), **values)


def write(quota: Quota, description: QuotaDescription) -> None:
    for name in _FIELDS:
        setattr(quota, name, getattr(description, name))
    quota.name = description.name.strip()
    quota.profession_codes = list(description.profession_codes)


def add(others: Sequence[Quota], description: QuotaDescription, **owner: int) -> Quota:
    """At the end of the order."""
    rules_quotas.check(description)
    if len(others) >= rules_quotas.MOST_GROUPS:
        raise Refused(_l("Twelve groups at most: who comes must be able to find theirs."), "name")
    quota = Quota(**owner, position=max((one.position for one in others), default=0) + 1, taken=0, waiting=0)
    write(quota, description)
    db.session.add(quota)
    return quota


def raise_one(others: Sequence[Quota], quota: Quota) -> None:
    """One place up in the order."""
    order = list(others)
    here = order.index(quota)
    if here:
        order[here - 1], order[here] = order[here], order[here - 1]
    for position, one in enumerate(order, 1):
        one.position = position
    db.session.flush()


# --- Of a kind ------------------------------------------------------------------------------------


def save_for_kind(kind: EventKind, quota: Quota | None, description: QuotaDescription, *, actor: Actor) -> None:
    """What its next events begin with; those that exist keep theirs."""
    rules_quotas.check(description)
    if quota is None:
        add(of_kind(kind.id), description, kind_id=kind.id)
    else:
        write(quota, description)
    activity.record(actor, "event_kind.quotas_changed", kind)
    db.session.flush()


def remove_from_kind(kind: EventKind, quota: Quota, *, actor: Actor) -> None:
    db.session.delete(quota)
    activity.record(actor, "event_kind.quotas_changed", kind)
    db.session.flush()


# --- Of an event ----------------------------------------------------------------------------------


def copy(source: Event | EventKind, event: Event) -> None:
    """Give a new event the groups of its kind, or of the event it is copied from.

    Those its seats have no room for are left out, and so are those on line of an event that is not.
    """
    for quota in of_event(source.id) if isinstance(source, Event) else of_kind(source.id):
        twin = Quota(event_id=event.id, position=quota.position, taken=0, waiting=0)
        write(twin, description_of(quota))
        held = twin.capacity if twin.kept else 0
        online = twin.attends == "online"
        if event.mode != rules_quotas.HYBRID and twin.attends:
            continue
        room = event.online_capacity if online else event.capacity
        if room is not None and (event.online_held if online else event.seats_held) + held > room:
            continue
        event.quota_count += 1
        event.online_held += held if online else 0
        event.seats_held += 0 if online else held
        db.session.add(twin)
    db.session.flush()


def check_room(event: Event, description: Any) -> None:
    """Refuse a description with fewer seats than are taken or kept; of hybrid events each side for itself."""
    rules_quotas.check_room(
        mode=description.mode,
        capacity=description.capacity,
        online_capacity=description.online_capacity,
        taken=event.seats_taken,
        online_taken=event.online_taken,
        held=event.seats_held,
        online_held=event.online_held,
    )


def set_waiting_list(event: Event, *, offer_hours: int | None, stop_hours: int | None, actor: Actor) -> None:
    """How freed seats reach those who wait. Offers that run keep their hour."""
    event.offer_hours, event.stop_hours = offer_hours, stop_hours
    activity.record(actor, "event.waiting_list_changed", event)
    db.session.flush()
