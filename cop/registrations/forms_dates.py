"""The other dates of a regular meeting, as boxes below the form of one of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from wtforms import SelectChoice
from wtforms.validators import ValidationError

from cop.core import formats
from cop.core.i18n import _, _l
from cop.events.forms_fields import Boxes
from cop.events.models import Event
from cop.registrations import queries, queries_audience
from cop.registrations.rules import Door

ALL: Final = "all"


class Dates(Boxes):
    def pre_validate(self, _form: Any) -> None:
        if not set(self.data or ()) <= {choice.value for choice in self.choices or ()}:
            raise ValidationError(_("One of these dates takes nobody any more: look at the list again."))


def field_of(dates: Sequence[Event], now: datetime) -> Dates:
    choices = [SelectChoice(str(one.id), _words(one, now)) for one in dates]
    if len(choices) > 1:
        choices.insert(0, SelectChoice(ALL, _("All these dates")))
    return Dates(_l("I come on these dates too"), choices=choices)


def _words(one: Event, now: datetime) -> str:
    when = formats.period(one.starts_at, one.ends_at, one.zone)
    when = when[:1].upper() + when[1:]
    # Of a meeting for members no seat is told: see ``views_event``.
    if one.audience != queries_audience.MEMBERS and queries.door(one, now) is Door.FULL:
        return _("%(when)s (full: waiting list)", when=when)
    return when


def ticked(form: Any, dates: Sequence[Event]) -> list[Event]:
    """The dates that were chosen, in their order."""
    chosen = set(form.dates.data or ()) if "dates" in form else set()
    return [one for one in dates if ALL in chosen or str(one.id) in chosen]
