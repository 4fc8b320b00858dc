"""The fields of mandates, decisions, projects, functions and candidates."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from wtforms import (
    BooleanField,
    IntegerField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from cop.accounts.roles import ROLES
from cop.core import formats
from cop.core.access import Permission
from cop.core.forms import DayField, Form
from cop.core.i18n import _, _l, label
from cop.mandates import rules
from cop.mandates.models import Decision, Mandate, MandateKind, Project
from cop.mandates.rules import Terms
from cop.mandates.service_register import KindPart, ProjectPart
from cop.people.forms import required
from cop.territories.models import Territory

_SMALL: Final = "epci"


class Boxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _number(value: Any) -> int | None:
    return int(value) if value else None


def _day(label: Any, message: Any = None) -> Any:
    return DayField(label, [InputRequired(message)] if message else None)


class DecisionForm(Form):
    body = StringField(_l("Body"), [required(_l("Say which body decided.")), Length(max=120)])
    decided_on = _day(_l("Decided on the"), _l("Give the day of the decision."))
    wording = StringField(_l("What was decided"), [required(_l("Write the decision in one line.")), Length(max=300)])
    link = StringField(_l("Link to the minutes"), [Length(max=500)])


class CitingForm(Form):
    """What cites a decision: one of the register, or one written down by the same press."""

    decision_id = SelectField(_l("Decision"), coerce=_number)
    new_body = StringField(_l("Body"), [Length(max=120)])
    new_on = _day(_l("Decided on the"))
    new_wording = StringField(_l("What was decided"), [Length(max=300)])

    def offer_decisions(self, decisions: Iterable[Decision]) -> None:
        self.decision_id.choices = [
            SelectChoice("", _("None yet")),
            *(SelectChoice(str(one.id), decision_line(one)) for one in decisions),
        ]

    @property
    def writes_decision(self) -> bool:
        return bool(self.new_wording.data or self.new_body.data or self.new_on.data)

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        if self.writes_decision:
            for field, words in (
                (self.new_body, _("Say which body decided.")),
                (self.new_on, _("Give the day of the decision.")),
                (self.new_wording, _("Write the decision in one line.")),
            ):
                if not field.data and not field.errors:
                    field.errors = [words]
                    good = False
        return good


def decision_line(decision: Decision) -> str:
    day = formats.date_short(decision.decided_on)
    return _("%(day)s, %(body)s: %(wording)s", day=day, body=decision.body, wording=decision.wording)


class MandateForm(CitingForm):
    """The terms of a mandate of a known function; the fields it does not take are left out."""

    title = StringField(_l("Title"), [Length(max=80)])
    starts_on = _day(_l("From the"), _l("Give the first day."))
    ends_on = _day(_l("Until, that day included"))
    territory_ids = Boxes(_l("Territories"), coerce=int)
    small_ids = Boxes(_l("Intercommunal bodies"), coerce=int)
    project_id = SelectField(_l("Project"), coerce=_number)

    def offer(
        self, kind: MandateKind, territories: Sequence[Territory], projects: Sequence[Project], decisions: Any
    ) -> None:
        self.offer_decisions(decisions)
        if kind.reach == rules.TERRITORY:
            for field, small in ((self.territory_ids, False), (self.small_ids, True)):
                field.choices = [
                    SelectChoice(str(one.id), one.name) for one in territories if (one.kind == _SMALL) is small
                ]
        else:
            del self.territory_ids, self.small_ids
        if kind.reach == rules.PROJECT:
            none = SelectChoice("", _("Choose…"))
            self.project_id.choices = [none, *(SelectChoice(str(one.id), one.name) for one in projects)]
        else:
            del self.project_id

    def show(self, mandate: Mandate) -> None:
        """What stands now, in the fields."""
        self.title.data, self.starts_on.data, self.ends_on.data = mandate.title, mandate.starts_on, mandate.ends_on
        self.decision_id.data = mandate.decision_id
        if "territory_ids" in self:
            for field, small in ((self.territory_ids, False), (self.small_ids, True)):
                field.data = [place.id for place in mandate.territories if (place.kind == _SMALL) is small]
        if "project_id" in self:
            self.project_id.data = mandate.project_id

    def terms(self, decision_id: int | None) -> Terms:
        places = [*(self.territory_ids.data or ()), *(self.small_ids.data or ())] if "territory_ids" in self else []
        return Terms(
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            title=self.title.data or "",
            territory_ids=frozenset(places),
            project_id=self.project_id.data if "project_id" in self else None,
            decision_id=decision_id,
        )


class EndForm(Form):
    ended_on = _day(_l("Last day"), _l("Give the last day."))
    end_reason = SelectField(_l("Why"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.end_reason.choices = _choices(rules.END_REASONS)


class ProjectForm(CitingForm):
    name = StringField(_l("Name"), [required(_l("Give the project a name.")), Length(max=160)])
    territory_id = SelectField(_l("Territory"), coerce=int)
    starts_on = _day(_l("From the"), _l("Give the first day."))
    ends_on = _day(_l("Until, that day included"))
    description = TextAreaField(_l("What it is about"), [Length(max=5000)])

    def offer(self, territories: Sequence[Territory], decisions: Iterable[Decision]) -> None:
        self.territory_id.choices = [SelectChoice(str(one.id), one.name) for one in territories]
        self.offer_decisions(decisions)

    def part(self, decision_id: int | None) -> ProjectPart:
        return ProjectPart(
            name=self.name.data or "",
            territory_id=self.territory_id.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            description=self.description.data or "",
            decision_id=decision_id,
        )


_REACHES: Final[Mapping[str, Any]] = {
    rules.ORGANISATION: _l("The whole organisation"),
    rules.TERRITORY: _l("One or several territories"),
    rules.PROJECT: _l("One project"),
}


class KindForm(Form):
    name_fr = StringField(_l("Name in French"), [required(_l("Give the function a name.")), Length(max=80)])
    name_en = StringField(_l("Name in English"), [Length(max=80)])
    body = SelectField(_l("Body"))
    reach = SelectField(_l("Given on"))
    role = SelectField(_l("Rights it gives"))
    needs_decision = BooleanField(_l("No right before a decision approves it"))
    seats = IntegerField(_l("Seats"), [Optional(), NumberRange(1, 200)])
    several_holders = BooleanField(_l("A seat may be shared: co-presidents for instance"))
    alert_days = IntegerField(
        _l("Days of notice before the end"), [InputRequired(_l("Give a number of days.")), NumberRange(0, 365)]
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.body.choices, self.reach.choices = _choices(rules.BODIES), _choices(_REACHES)
        self.role.choices = [
            SelectChoice("", _("None")),
            *(
                SelectChoice(code, label(role))
                for code, role in ROLES.items()
                if Permission.ACCOUNT_MANAGE not in role.permissions
            ),
        ]

    def part(self, code: str) -> KindPart:
        return KindPart(
            code=code,
            name_fr=self.name_fr.data or "",
            name_en=self.name_en.data or self.name_fr.data or "",
            body=self.body.data,
            reach=self.reach.data,
            role=self.role.data or "",
            needs_decision=self.needs_decision.data,
            seats=self.seats.data,
            several_holders=self.several_holders.data,
            alert_days=self.alert_days.data,
        )


class CandidateForm(Form):
    """How far the talk has come. Elected is not chosen here: it makes a mandate."""

    state = SelectField(_l("State"))
    next_step = SelectField(_l("Next step"))
    next_on = _day(_l("On the"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        states = {code: words for code, words in rules.CANDIDATE_STATES.items() if code != rules.ELECTED}
        self.state.choices, self.next_step.choices = _choices(states), _choices(rules.NEXT_STEPS)


def _choices(words: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(code, str(text)) for code, text in words.items()]
