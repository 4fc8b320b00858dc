"""When a reminder goes out, with which words; and what one event says of it."""

from datetime import time
from typing import Any

from wtforms import BooleanField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from cop.core.forms import Form
from cop.core.i18n import _l
from cop.events.forms_fields import HourField
from cop.reminders import rules
from cop.reminders.models import ReminderException, ReminderRule
from cop.reminders.rules import Wording


class RuleForm(Form):
    days_before = IntegerField(
        _l("Days before"),
        [
            InputRequired(_l("Give a number of days; 0 is the day itself.")),
            NumberRange(0, rules.MOST_DAYS, _l("From 0 to 60 days before.")),
        ],
    )
    at = HourField(_l("Hour"), [InputRequired(_l("Give the hour."))])
    text_fr = TextAreaField(_l("Sentence added to the mail, in French"), [Length(max=rules.LONGEST)])
    text_en = TextAreaField(_l("Sentence added to the mail, in English"), [Length(max=rules.LONGEST)])

    def wording(self) -> Wording:
        at: Any = self.at.data
        texts = (self.text_fr.data or "", self.text_en.data or "")
        return Wording(self.days_before.data, at.strftime("%H:%M"), *texts)


def for_rule(rule: ReminderRule | None) -> RuleForm:
    if rule is None:
        return RuleForm(data={"days_before": 1, "at": time.fromisoformat(rules.DEFAULT_AT)})
    values = {"days_before": rule.days_before, "text_fr": rule.text_fr, "text_en": rule.text_en}
    return RuleForm(data={**values, "at": time.fromisoformat(rule.at)})


class ExceptionForm(Form):
    off = BooleanField(_l("Do not send this reminder for this event"))
    sentence = TextAreaField(_l("Sentence of this event, after the usual one"), [Length(max=rules.LONGEST)])


def for_exception(found: ReminderException | None) -> ExceptionForm:
    return ExceptionForm(data={"off": found.off, "sentence": found.sentence} if found else {})
