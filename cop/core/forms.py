"""Forms: one base, and how a refusal of the service lands on the field it is about."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, PasswordField, StringField
from wtforms.validators import Optional

from cop.core.errors import Refused
from cop.core.i18n import _, language


class Form(FlaskForm):
    """Every form: CSRF, sentences in the reader's language, and text trimmed and freed of control characters."""

    class Meta(FlaskForm.Meta):
        @property
        def locales(self) -> list[str]:
            return [language()]

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            field = unbound_field.bind(form=form, **options)
            # A password is taken as it was typed, spaces included.
            if isinstance(field, StringField) and not isinstance(field, PasswordField):
                field.filters = (clean_text, *field.filters)
                # Left out of the request, which a browser never does, a text is empty rather than missing.
                field.default = "" if field.default is None else field.default
            return field

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        for field in self:
            # Once, in our words: the bounds of what is no number say nothing.
            if field.errors and isinstance(field, IntegerField) and field.process_errors:
                field.errors = [_("A whole number, in digits.")]
        return good


def clean_text(value: Any) -> Any:
    """Trim, and drop control characters: they break calendars and mails, and nobody types them on purpose."""
    if not isinstance(value, str):
        return value
    kept = "".join(c for c in value if c in "\n\t\r" or (ord(c) >= 32 and c not in "\x7f\x85\u2028\u2029"))
    return kept.replace("\r\n", "\n").replace("\r", "\n").strip()


def refuse(form: FlaskForm, refused: Refused) -> None:
    """Put the sentence of a refusal on its field, or on the form as a whole."""
    if refused.field and refused.field in form:
        errors = form[refused.field].errors
        form[refused.field].errors = [*errors, refused.message]
    else:
        form.form_errors = [*form.form_errors, refused.message]


class DayField(DateField):
    """A date; also as one writes it in French, where the browser has no calendar."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators or [Optional()], format=["%Y-%m-%d", "%d/%m/%Y"], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None
            raise ValueError(_("This date does not exist.")) from None
