"""The form of a kind of meeting: what a new event of that kind proposes."""

from dataclasses import fields
from datetime import time
from typing import Any, Final

from wtforms import BooleanField, IntegerField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from cop.core.forms import Form
from cop.core.i18n import _l
from cop.events import rules
from cop.events.forms_fields import HourField
from cop.events.models import EventKind
from cop.events.rules_kinds import BY_HALF_DAY, BY_NAME, HEADCOUNT, MOST_HOURS, KindDescription
from cop.people.forms import required

_NAMES: Final = tuple(one.name for one in fields(KindDescription))


def _number(label: Any, most: int, **options: Any) -> IntegerField:
    """A number that may be left out."""
    return IntegerField(label, [Optional(), NumberRange(0, most)], **options)


class KindForm(Form):
    name_fr = StringField(_l("Name in French"), [required(_l("Give the kind a name.")), Length(max=80)])
    name_en = StringField(_l("Name in English"), [Length(max=80)])
    purpose_fr = TextAreaField(_l("What it is for, in French"), [Length(max=300)])
    purpose_en = TextAreaField(_l("What it is for, in English"), [Length(max=300)])
    starts_at = HourField(_l("Usual start"), [InputRequired(_l("Give the hour."))])
    duration_minutes = IntegerField(
        _l("Minutes in a half-day"), [InputRequired(_l("From 15 minutes to 14 hours.")), NumberRange(15, 840)]
    )
    half_days = IntegerField(
        _l("Half-days"), [InputRequired(_l("From 1 to 30 half-days.")), NumberRange(1, rules.MOST_HALF_DAYS)]
    )
    capacity = IntegerField(_l("Seats"), [Optional(), NumberRange(1, rules.MOST_SEATS)])
    attendance = RadioField(
        _l("How attendance is taken"),
        choices=[
            SelectChoice(BY_HALF_DAY, _l("By name, for each half-day")),
            SelectChoice(BY_NAME, _l("By name, once for the whole meeting")),
            SelectChoice(HEADCOUNT, _l("Counted only: nobody registers, nobody is named")),
        ],
        default=BY_HALF_DAY,
    )
    audience = SelectField(
        _l("Who sees it"),
        choices=[
            SelectChoice("public", _l("Everybody: it is in the agenda")),
            SelectChoice("members", _l("Members: by its link only")),
            SelectChoice("invited", _l("Those invited: by its link only")),
        ],
    )
    key_event = BooleanField(_l("Key event: it counts in the engagement figures"))
    approval = BooleanField(_l("The coordination reads it before it is published"))
    closes_hours_before = _number(_l("Registration closes, in hours before the start"), MOST_HOURS)
    offer_hours = _number(_l("A seat that comes free is kept for the next in line, in hours"), MOST_HOURS)
    stop_hours = _number(_l("Nobody moves up the waiting list any more, in hours before the start"), MOST_HOURS)
    colleagues = BooleanField(_l("One may register colleagues of the same practice"))
    arrangement = BooleanField(_l("The form asks whether an arrangement is needed"))
    carpool = BooleanField(_l("Those registered may share journeys"))

    def description(self) -> KindDescription:
        values: dict[str, Any] = {name: self[name].data for name in _NAMES}
        return KindDescription(**{**values, "starts_at": f"{values['starts_at']:%H:%M}"})

    def rest_has_errors(self) -> bool:
        return any(self[name].errors for name in ("closes_hours_before", "offer_hours", "stop_hours"))


def for_kind(kind: EventKind | None) -> KindForm:
    source: Any = kind or KindDescription(name_fr="")
    values = {name: getattr(source, name) for name in _NAMES}
    return KindForm(data={**values, "starts_at": time.fromisoformat(source.starts_at)})
