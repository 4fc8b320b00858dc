"""A full meeting of the demonstration with groups that have seats of their own, a line that waits, and an offer; and a
kind of meetings that keeps seats for its guests."""

from collections import Counter
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from cop.activity.service import Actor
from cop.core.db import db
from cop.core.formats import NBSP
from cop.demo_world import World
from cop.events import service_quotas as quotas
from cop.events.models import Event, EventKind
from cop.events.rules_quotas import QuotaDescription
from cop.registrations import service, service_quotas
from cop.registrations.models import Registration

_NAMES: Final = {
    "10": "les médecins",
    "21": "les pharmaciens",
    "40": "les chirurgiens-dentistes",
    "50": "les sages-femmes",
    "60": "les infirmiers et infirmières",
    "70": "les kinésithérapeutes",
    "91": "les orthophonistes",
    "92": "les orthoptistes",
    "93": "les psychologues",
    "94": "les ergothérapeutes",
}
_OFFERED_FOR: Final = 24
_NOT_TOMORROW: Final = timedelta(days=3)


def fill(world: World) -> None:
    _keep_for_guests(Actor("account", world.alice.id))
    event = _full(world)
    if event is None:
        return
    actor, rows = Actor("account", world.alice.id), _seated(event)
    met = Counter(row.person.profession_code for row in rows if row.person.profession_code in _NAMES)
    for number, (code, count) in enumerate(met.most_common(2)):
        said = QuotaDescription(
            _NAMES[code or ""].replace(" et ", f"{NBSP}et "),
            count,
            kept=number == 0,
            profession_codes=(code or "",),
            release_days=1 if number == 0 else None,
        )
        service_quotas.save(event.id, None, said, now=world.now, actor=actor)
    quotas.set_waiting_list(event, offer_hours=_OFFERED_FOR, stop_hours=12, actor=actor)
    _one_more_chair(event, world)


def _keep_for_guests(actor: Actor) -> None:
    """At the next meetings of the last of the kinds people register for."""
    named = sa.select(EventKind).where(EventKind.attendance != "headcount")
    kind = db.session.scalars(named.order_by(EventKind.position.desc(), EventKind.id.desc()).limit(1)).one()
    quotas.save_for_kind(kind, None, QuotaDescription("nos invité·es", 5, guests_only=True), actor=actor)


def _full(world: World) -> Event | None:
    """The one most people wait for, far enough for an offer to be answered."""
    statement = sa.select(Event).where(
        Event.status == "published",
        Event.starts_at > world.now + _NOT_TOMORROW,
        Event.waiting > 1,
        Event.series_id.is_(None),
        Event.mode != "hybrid",
    )
    return db.session.scalars(statement.order_by(Event.waiting.desc(), Event.id).limit(1)).first()


def _seated(event: Event) -> list[Registration]:
    statement = sa.select(Registration).filter_by(event_id=event.id, status="confirmed")
    return list(db.session.scalars(statement.order_by(Registration.id)))


def _one_more_chair(event: Event, world: World) -> None:
    """It is offered to who comes first in line."""
    ours = service.lock(event.id)
    ours.capacity = (ours.capacity or 0) + 1
    db.session.flush()
    service.promote(ours, world.now)
