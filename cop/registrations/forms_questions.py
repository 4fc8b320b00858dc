"""An event's own questions as fields: named after their number, read back by it."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from wtforms import BooleanField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from cop.core.i18n import _, _l
from cop.events.forms_fields import Boxes
from cop.events.models_questions import Question
from cop.events.rules_questions import Kind
from cop.people import rules_free_text

LONGEST_TEXT: Final = 1000
LARGEST: Final = 10**9
_NUMBER: Final = re.compile(r"-?\d{1,12}(?:[.,]\d{1,6})?")


class Picked(RadioField):  # type: ignore[misc]
    """One answer among those proposed, or none."""

    def pre_validate(self, _form: Any) -> None:
        if self.data and self.data not in {choice.value for choice in self.choices or ()}:
            raise ValidationError(_("Choose one of the proposed answers."))


class Ticked(Boxes):
    def pre_validate(self, _form: Any) -> None:
        if not set(self.data or ()) <= {choice.value for choice in self.choices or ()}:
            raise ValidationError(_("Choose among the proposed answers."))


class FigureField(StringField):  # type: ignore[misc]
    """A number as people write it: « 12 », « 1 000 », « 2,5 ». ``number`` is what is kept of it."""

    @property
    def number(self) -> int | float | None:
        digits = "".join((self.data or "").split())
        if not _NUMBER.fullmatch(digits):
            return None
        value = Decimal(digits.replace(",", "."))
        return int(value) if value == value.to_integral_value() else float(value)

    def process_data(self, value: Any) -> None:
        self.data = "" if value is None else str(value).replace(".", ",")

    def post_validate(self, _form: Any, stopped: bool) -> None:
        if self.data and not stopped and (self.number is None or abs(self.number) > LARGEST):
            raise ValidationError(_("A number, in figures: 12 or 2.5."))


def _answered(_form: Any, field: Any) -> None:
    if not (field.data.strip() if isinstance(field.data, str) else field.data):
        raise ValidationError(_REQUIRED[type(field)])


_answered.field_flags = {"required": True}  # type: ignore[attr-defined]
_REQUIRED: Final[Mapping[type, Any]] = {
    TextAreaField: _l("An answer is needed here."),
    FigureField: _l("A number is needed here."),
    Picked: _l("Choose one of the answers."),
    Ticked: _l("Tick at least one answer."),
    BooleanField: _l("Without your agreement the registration cannot be made."),
}


def name_of(question: Question) -> str:
    return f"question_{question.id}"


def fields_of(questions: Sequence[Question], *, staff: bool = False) -> dict[str, Any]:
    """A field for each question. ``staff``: whoever writes for somebody else may leave anything empty."""
    return {name_of(question): _field(question, staff) for question in questions}


def _field(question: Question, staff: bool) -> Any:
    checks: list[Any] = [_answered] if question.required and not staff else []
    said = {"label": question.label, "description": question.hint}
    choices = [SelectChoice(option, option) for option in question.options]
    match question.kind:
        case Kind.CHOICE:
            return Picked(validators=checks, choices=choices, **said)
        case Kind.SEVERAL:
            return Ticked(validators=checks, choices=choices, **said)
        case Kind.NUMBER:
            return FigureField(validators=checks, **said)
        case Kind.CONSENT:
            return BooleanField(validators=checks, **said)
    too_long = _("At most %(count)s characters, please.", count=LONGEST_TEXT)
    hint = f"{question.hint} {rules_free_text.WARNING}".strip()
    return TextAreaField(question.label, [*checks, Length(max=LONGEST_TEXT, message=too_long)], description=hint)


def answers_in(form: Any, questions: Sequence[Question]) -> dict[int, Any]:
    """What was answered, by question; what was left empty is no answer, but for a consent that was not given."""
    found = {question.id: _value(form[name_of(question)]) for question in questions}
    return {number: value for number, value in found.items() if value not in (None, "", [])}


def _value(field: Any) -> Any:
    if isinstance(field, FigureField):
        return field.number
    return bool(field.data) if isinstance(field, BooleanField) else field.data


def data_of(answers: Mapping[int, Any]) -> dict[str, Any]:
    """Answers as the form's fields take them."""
    return {f"question_{number}": value for number, value in answers.items()}
