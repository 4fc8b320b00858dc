"""What is typed about one's data."""

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, ValidationError

from cop.core import clock
from cop.core.forms import Form
from cop.core.i18n import _, _l
from cop.people.rules import is_email, normalise_email
from cop.privacy.rules import CHANNELS, KINDS, WAYS, Channel


class AskForm(Form):
    email = StringField(
        _l("Your e-mail address"), [InputRequired(_l("Type the address we write to you at.")), Length(max=254)]
    )

    def validate_email(self, field: StringField) -> None:
        if not is_email(normalise_email(field.data)):
            raise ValidationError(_("This is not a complete mail address: name@domain."))


class ChannelsForm(Form):
    """What somebody does not want to be reached by."""

    reminder = BooleanField(CHANNELS[Channel.REMINDER])
    community = BooleanField(CHANNELS[Channel.COMMUNITY])
    phone = BooleanField(CHANNELS[Channel.PHONE])
    post = BooleanField(CHANNELS[Channel.POST])

    @property
    def refused(self) -> set[str]:
        return {channel.value for channel in Channel if self[channel.value].data}


class ErasureForm(Form):
    understood = BooleanField(
        _l("I have understood that nothing of this can be brought back."),
        [InputRequired(_l("Tick this box: there is no way back."))],
    )


class RequestForm(Form):
    """A request received otherwise than on the site."""

    kind = RadioField(
        _l("What is asked"), choices=[SelectChoice(code, words) for code, words in KINDS.items()], default="access"
    )
    received_by = SelectField(
        _l("Received by"),
        choices=[SelectChoice(code, words) for code, words in WAYS.items() if code != "site"],
        default="letter",
    )
    received_on = DateField(_l("Received on"), [InputRequired(_l("Give the day it arrived: the month runs from it."))])
    asked_by = StringField(_l("Asked by somebody else"), [Length(max=200)])
    note = TextAreaField(_l("Note"), [Length(max=500)])

    def validate_received_on(self, field: DateField) -> None:
        if field.data and field.data > clock.today():
            raise ValidationError(_("This day is still to come."))


class LengthForm(Form):
    length = IntegerField(_l("Time"), [InputRequired(_l("Give a whole number."))])
