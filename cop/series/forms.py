"""The forms of regular meetings: the rule, and what a change reaches."""

from datetime import date, timedelta
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from cop.core import formats
from cop.core.forms import DayField, Form
from cop.core.i18n import _, _l
from cop.series import rules
from cop.series.rules import Every, Rule
from cop.series.rules_edit import Scope

MONDAY = date(2024, 1, 1)


class EndForm(Form):
    """When it stops, and the dates that were shown with their boxes."""

    until = DayField(_l("Up to"))
    count = IntegerField(_l("Number of meetings"), [Optional(), NumberRange(1, rules.MOST_DATES)])
    shown = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        given: tuple[Any, ...] = (self.until.data, self.count.data)
        if good and not any(given):
            self.until.errors = [_("Say up to when, or how many times.")]
            return False
        return good


class RepeatForm(EndForm):
    every = RadioField(
        _l("Rhythm"),
        default=Every.WEEKDAY.value,
        choices=[
            SelectChoice(Every.WEEKDAY.value, _l("On a weekday of the month, such as the 3rd Thursday")),
            SelectChoice(Every.DAY.value, _l("On a day of the month, such as the 15th")),
            SelectChoice(Every.WEEK.value, _l("On a weekday, each week or every few weeks")),
        ],
    )
    interval = IntegerField(_l("Every how many months or weeks"), [InputRequired(_l("From 1 to 26."))])
    nth = SelectField(_l("Which one"), coerce=int)
    weekday = SelectField(_l("Weekday"), coerce=int)
    day = IntegerField(_l("Day of the month"), [Optional(), NumberRange(1, 31)])

    def rule(self, anchor: date) -> Rule:
        return Rule(
            self.every.data,
            anchor,
            interval=self.interval.data,
            nth=self.nth.data,
            weekday=self.weekday.data,
            day=self.day.data or anchor.day,
        )


def repeating(day: date) -> RepeatForm:
    """Filled in with what a meeting on that day most likely follows."""
    rule = rules.suggested(day)
    values = {"every": str(rule.every), "nth": rule.nth, "weekday": rule.weekday, "day": rule.day, "interval": 1}
    form = RepeatForm(data=values)
    form.nth.choices = [SelectChoice(str(nth), rules.nth_words(nth)) for nth in rules.NTHS]
    form.weekday.choices = [SelectChoice(str(n), formats.weekday(MONDAY + timedelta(days=n))) for n in range(7)]
    return form


_SCOPES = [
    SelectChoice(Scope.FOLLOWING.value, _l("This meeting and the following ones")),
    SelectChoice(Scope.ALL.value, _l("All that are still to come")),
    SelectChoice(Scope.THIS.value, _l("This meeting alone")),
]


class ScopeForm(Form):
    scope = RadioField(_l("What changes"), default=Scope.FOLLOWING.value, choices=_SCOPES)
    over_all = BooleanField(_l("Also replace what was changed by hand on one date"))
    seen = HiddenField()


class CancelForm(Form):
    scope = RadioField(_l("What is cancelled"), default=Scope.THIS.value, choices=[])
    reason = StringField(_l("Reason"), [Length(max=300)])
