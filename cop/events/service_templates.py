"""Events kept to make others from: nobody registers, nobody sees them but those who plan."""

import re
from datetime import datetime, timedelta
from typing import Final

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import queries, rules, service
from cop.events import queries_templates as templates
from cop.events.models import Event

LONGEST_NAME: Final = 120
# For so long a template that was removed may be put back.
KEPT: Final = timedelta(days=30)
_DOUBLE_PRESS: Final = timedelta(minutes=2)
_BREAK: Final = re.compile(r"[\r\n\v\f\x85\u2028\u2029]")


def keep(event: Event, name: str, *, actor: Actor, now: datetime) -> Event:
    """A template of everything the event says and asks. Pressed twice, it is made once."""
    _check_name(name)
    made = templates.twin(event, name, actor.account_id, now - _DOUBLE_PRESS)
    if made:
        return made
    spans = queries.description_of(event).half_days
    return service.copy_to(event, spans, actor=actor, now=now, template_name=name)


def rename(template: Event, name: str, *, actor: Actor) -> None:
    _check_name(name)
    template.template_name = name
    activity.record(actor, "event.template_renamed", template)


def remove(template: Event, *, actor: Actor, now: datetime) -> None:
    """No longer proposed; put back for thirty days, then forgotten."""
    if template.status == rules.TEMPLATE and template.cancelled_at is None:
        template.cancelled_at = now
        activity.record(actor, "event.template_removed", template)


def put_back(template: Event, *, actor: Actor) -> None:
    if template.status == rules.TEMPLATE and template.cancelled_at is not None:
        template.cancelled_at = None
        activity.record(actor, "event.template_put_back", template)


def forget(event_id: int, now: datetime) -> None:
    """Removed for long enough, nobody misses it."""
    template = db.session.get(Event, event_id)
    gone = template is not None and template.status == rules.TEMPLATE and template.cancelled_at is not None
    if template is not None and gone and template.cancelled_at <= now - KEPT:  # type: ignore[operator]
        db.session.delete(template)
        db.session.flush()


def _check_name(name: str) -> None:
    if not name:
        raise Refused(_l("Give the template a name."), "name")
    if len(name) > LONGEST_NAME or _BREAK.search(name):
        raise Refused(_l("A name on one line, of 120 characters at most."), "name")
