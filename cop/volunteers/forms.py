"""What a volunteer offers, a task, hours."""

from typing import Any, Final

from wtforms import IntegerField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from cop.core.forms import DayField, Form
from cop.core.i18n import _, _l, label
from cop.events.forms_fields import Boxes, HourField
from cop.people.forms import required
from cop.territories.models import Territory, TerritoryKind
from cop.volunteers import queries, rules
from cop.volunteers.models import VolunteerProfile
from cop.volunteers.service import Said

_GROUPS: Final[dict[str, Any]] = {
    TerritoryKind.DEPARTMENT: _l("Départements"),
    TerritoryKind.EPCI: _l("Groups of communes"),
}


def slot_name(slot: str) -> str:
    """« mardi matin »"""
    return f"{rules.WEEKDAYS[slot[0]]} {rules.PARTS[slot[1]]}"


def slot_choices() -> list[tuple[str, str]]:
    return [(slot, slot_name(slot)) for slot in rules.SLOTS]


def skill_choices() -> list[tuple[int, str]]:
    return [(skill.id, label(skill)) for skill in queries.skills()]


def place_choices() -> list[SelectChoice]:
    return [SelectChoice(place.id, _place_name(place), optgroup=_group(place)) for place in queries.places()]


def _place_name(place: Territory) -> str:
    return _("Anywhere: %(name)s", name=place.name) if place.is_root else place.name


def _group(place: Territory) -> str:
    return str(_("The whole territory")) if place.is_root else str(_GROUPS.get(place.kind, _("Other perimeters")))


class OfferFields:
    """Asked of who becomes a volunteer, and shown again to who is one."""

    skills = Boxes(_l("What you can bring"), coerce=int, choices=skill_choices)
    slots = Boxes(_l("When you are usually free"), choices=slot_choices)
    territory_id = SelectField(_l("Where you can help"), coerce=int, choices=place_choices)

    def said(self) -> Said:
        return Said(frozenset(self.skills.data or ()), frozenset(self.slots.data or ()), self.territory_id.data)


class OfferForm(OfferFields, Form):
    """The same, alone."""


def for_profile(profile: VolunteerProfile) -> OfferForm:
    return OfferForm(
        data={
            "skills": [skill.id for skill in profile.skills],
            "slots": sorted(profile.slots),
            "territory_id": profile.territory_id,
        }
    )


class SkillForm(Form):
    name_fr = StringField(_l("In French"), [required(_l("Give the skill a name.")), Length(max=80)])
    name_en = StringField(_l("In English"), [Length(max=80)])


class TaskForm(Form):
    title = StringField(_l("What has to be done"), [required(_l("Give the task a title.")), Length(max=120)])
    description = TextAreaField(_l("More about it"), [Length(max=2000)])
    event_id = SelectField(_l("For a meeting"), coerce=lambda value: int(value) if value else None)
    territory_id = SelectField(_l("Where"), coerce=int)
    skills = Boxes(_l("Skills wanted"), coerce=int, choices=skill_choices)
    day: Any = DayField(_l("Day"), [InputRequired(_l("Give the date."))])
    at: Any = HourField(_l("Hour"), [InputRequired(_l("Give the hour."))])
    hours = IntegerField(_l("Hours"), [Optional(), NumberRange(0, 24)], default=2)
    minutes = IntegerField(_l("Minutes"), [Optional(), NumberRange(0, 59)], default=0)
    places = IntegerField(
        _l("How many volunteers"), [InputRequired(_l("Say how many.")), NumberRange(1, rules.MOST_PLACES)], default=1
    )


class HoursForm(Form):
    """Time given outside of any task."""

    day: Any = DayField(_l("Day"), [InputRequired(_l("Give the date."))])
    hours = IntegerField(_l("Hours"), [Optional(), NumberRange(0, 24)])
    minutes = IntegerField(_l("Minutes"), [Optional(), NumberRange(0, 59)])
    label = StringField(_l("What for"), [required(_l("Say in a few words what the time was for.")), Length(max=120)])


class PeriodForm(Form):
    """The period of the totals; asked in the address."""

    class Meta(Form.Meta):
        csrf = False

    since: Any = DayField(_l("From"))
    until: Any = DayField(_l("To"))

    def validate_until(self, field: Any) -> None:
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError(_("This period ends before it begins."))
