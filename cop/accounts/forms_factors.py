"""The fields of showing, adding and removing a second factor."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from cop.accounts.rules import PASSWORD_LIMIT
from cop.core.forms import Form
from cop.core.i18n import _l


class CodeForm(Form):
    code = StringField(_l("Code of the application"), [DataRequired(_l("Write the six figures.")), Length(max=20)])


class SetUpCodesForm(CodeForm):
    """With the secret that was shown, sealed: a form shown again is about the same image."""

    sealed = HiddenField()


class RecoveryForm(Form):
    recovery = StringField(_l("Recovery code"), [DataRequired(_l("Write one of your codes.")), Length(max=60)])


class PasswordAgainForm(Form):
    password = PasswordField(
        _l("Your password"), [InputRequired(_l("Write your password.")), Length(max=PASSWORD_LIMIT)]
    )


class PasskeyForm(Form):
    """Filled in by the device."""

    credential = HiddenField(validators=[Length(max=20_000)])


class NewPasskeyForm(PasskeyForm):
    name = StringField(_l("Name of the passkey"), [Length(max=60)])
