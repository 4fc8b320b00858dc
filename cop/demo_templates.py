"""A template of the demonstration, and a reminder with a sentence of its meeting: what an animator sets up once."""

from typing import Any, Final

import sqlalchemy as sa

from cop.activity.service import Actor
from cop.core.db import db
from cop.demo_world import World
from cop.events import service_templates
from cop.events.models import Event
from cop.reminders import queries as reminders
from cop.reminders import service as reminding

_NAME: Final = "{kind}, comme la dernière fois"
_SENTENCE: Final = "Le parking de la salle est en travaux\u00a0: comptez dix minutes de plus pour vous garer."


def fill(world: World) -> None:
    bob: int = sa.inspect(world.bob).identity[0]  # the account may be of a session that is over
    actor = Actor("account", bob)
    held = _one(_of(bob).where(Event.ends_at < world.now).order_by(Event.starts_at.desc(), Event.id))
    if held is not None:
        service_templates.keep(held, _NAME.format(kind=held.kind.name_fr), actor=actor, now=world.now)
    coming = _one(_of(bob).where(Event.starts_at > world.now).order_by(Event.starts_at, Event.id))
    rules = reminders.rules_of(coming.kind_id, active=True) if coming else []
    if coming is not None and rules:
        reminding.say_for(coming, rules[-1], off=False, sentence=_SENTENCE, actor=actor)


def _of(organiser_id: int) -> Any:
    """Held on site, for everybody."""
    return sa.select(Event).where(
        Event.organiser_id == organiser_id,
        Event.status == "published",
        Event.mode == "onsite",
        Event.audience == "public",
    )


def _one(statement: Any) -> Event | None:
    found: Event | None = db.session.scalar(statement.limit(1))
    return found
