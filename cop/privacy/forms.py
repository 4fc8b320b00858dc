"""What is typed about one's data."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length, ValidationError

from cop.core.forms import Form
from cop.core.i18n import _, _l
from cop.people.rules import is_email, normalise_email


class AskForm(Form):
    email = StringField(
        _l("Your e-mail address"), [InputRequired(_l("Type the address we write to you at.")), Length(max=254)]
    )

    def validate_email(self, field: StringField) -> None:
        if not is_email(normalise_email(field.data)):
            raise ValidationError(_("This is not a complete mail address: name@domain."))
