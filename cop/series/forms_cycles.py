"""The form of a new cycle: what it is, where, and the first day of each seminar."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import request
from wtforms import IntegerField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from cop.core.forms import DayField, Form
from cop.core.i18n import _, _l, label
from cop.events import rules as events
from cop.events.models import EventKind
from cop.events.rules import Description
from cop.host import queries as host
from cop.people.forms import CommuneField, required
from cop.series import rules_cycles
from cop.series.service_cycles import Plan
from cop.territories.models import Territory

USUAL_SEMINARS = 3


class CycleForm(Form):
    title = StringField(_l("Title of the cycle"), [required(_l("Give the cycle a title.")), Length(max=150)])
    summary = TextAreaField(_l("Presentation"), [Length(max=10_000)])
    kind = SelectField(_l("Kind of each seminar"))
    territory_id = SelectField(_l("Held for"), coerce=int)
    commune = CommuneField(_l("Commune"))
    venue_name = StringField(_l("Venue"), [Length(max=200)])
    capacity = IntegerField(_l("Seats"), [Optional(), NumberRange(1, events.MOST_SEATS)])
    rows = 0

    def day_fields(self) -> list[Any]:
        return [self[f"day_{row}"] for row in range(self.rows)]

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        fields = self.day_fields()
        if not any(field.data or field.errors for field in fields):
            fields[0].errors = [_("Give the date.")]
            return False
        return good

    def plan(self, kind: EventKind) -> Plan:
        organisation = host.current_host()
        days: list[date] = [field.data for field in self.day_fields() if field.data]
        common = Description(
            title=self.title.data or "",
            half_days=(),
            territory_id=self.territory_id.data,
            commune_id=self.commune.commune_id,
            venue_name=self.venue_name.data or "",
            capacity=self.capacity.data or kind.capacity,
            summary=self.summary.data or "",
            audience=kind.audience,
            key_event=kind.key_event,
            time_zone=organisation.time_zone if organisation else "Europe/Paris",
        )
        return Plan(self.title.data or "", self.summary.data or "", tuple(sorted(days)), common)


def for_new(kinds: Sequence[EventKind], territories: Sequence[Territory]) -> CycleForm:
    """Three seminars to begin with; the kind with the most half-days first."""
    rows = _wanted_rows()
    fields: dict[str, Any] = {f"day_{n}": DayField(_("First day of seminar %(n)s", n=n + 1)) for n in range(rows)}
    form: CycleForm = type("CycleFormWithRows", (CycleForm,), {**fields, "rows": rows})()
    longest_first = sorted(kinds, key=lambda kind: -kind.half_days)
    form.kind.choices = [SelectChoice(kind.code, label(kind)) for kind in longest_first]
    form.territory_id.choices = [SelectChoice(str(territory.id), territory.name) for territory in territories]
    return form


def _wanted_rows() -> int:
    if request.method != "POST":
        return USUAL_SEMINARS
    shown = sum(1 for name in request.form if name.startswith("day_"))
    more = 1 if request.form.get("action") == "add" else 0
    return max(1, min(shown + more, rules_cycles.MOST_SEMINARS))


class WordsForm(Form):
    title = StringField(_l("Title of the cycle"), [required(_l("Give the cycle a title.")), Length(max=150)])
    summary = TextAreaField(_l("Presentation"), [Length(max=10_000)])


class SeminarForm(Form):
    day = DayField(_l("First day of the new seminar"), [InputRequired(_l("Give the date."))])

    def chosen(self) -> date:
        return self.day.data  # type: ignore[return-value]
