"""The sentences that go with a decision on an event."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from cop.core.forms import Form
from cop.core.i18n import _l
from cop.events.rules_life import LONGEST_SENTENCE


class ReviewForm(Form):
    sentence = TextAreaField(_l("What is to be changed"), [Length(max=LONGEST_SENTENCE)])
    version = HiddenField()

    @property
    def shown_version(self) -> int:
        digits = str(self.version.data or "")
        return int(digits) if digits.isdigit() else 0


class ReasonForm(Form):
    reason = StringField(_l("Reason"), [Length(max=300)])
