"""What is asked when a half-day is called off."""

from wtforms import StringField
from wtforms.validators import Length

from cop.core.forms import Form
from cop.core.i18n import _l


class CallOffForm(Form):
    reason = StringField(_l("Reason"), [Length(max=300)])
