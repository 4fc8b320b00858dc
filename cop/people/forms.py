"""Fields about people: profession, commune of practice, address."""

from collections.abc import Callable
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from markupsafe import Markup, escape
from wtforms import HiddenField, SelectChoice, SelectField, StringField
from wtforms.validators import ValidationError
from wtforms.widgets import Select, html_params

from cop.core.i18n import _, _l, label, language
from cop.people import queries, queries_communes, rules, rules_free_text, rules_phones
from cop.territories import rules as territories


def required(message: Any) -> Callable[[Any, Any], None]:
    """Not empty, said in a sentence of its own."""

    def check(_form: Any, field: Any) -> None:
        if not (field.data or "").strip():
            raise ValidationError(message)

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


class EmailField(StringField):
    """An address a mail can reach."""

    def post_validate(self, _form: Any, stopped: bool) -> None:
        if self.data and not stopped and not rules.is_email(rules.normalise_email(self.data)):
            raise ValidationError(_("This is not a complete mail address: name@domain."))


class CarefulAddress:
    """Asks once about an address that looks mistyped; the same one, sent again, is taken."""

    email: Any
    kept_email = HiddenField()

    def check_domain(self) -> None:
        typed = rules.normalise_email(self.email.data or "")
        hint = rules.email_hint(typed)
        if hint and not self.email.errors and typed != self.kept_email.data:
            self.kept_email.data = typed
            question = _("Did you mean %(meant)s? If %(typed)s is right, send once more.", meant=hint, typed=typed)
            self.email.errors = [question]


class RppsField(StringField):
    """Eleven digits with a check digit; blanks are welcome."""

    def post_validate(self, _form: Any, stopped: bool) -> None:
        error = territories.rpps_error(self.data) if self.data and not stopped else None
        if error:
            raise ValidationError(error)


class PhoneField(StringField):
    """A telephone; ``number`` is what is kept of it."""

    @property
    def number(self) -> str | None:
        return rules_phones.phone_number(self.data) if self.data else None

    def process_data(self, value: Any) -> None:
        """The number on record is shown as one reads it."""
        self.data = rules_phones.phone(value)

    def post_validate(self, _form: Any, stopped: bool) -> None:
        if self.data and not stopped and self.number is None:
            raise ValidationError(_("This is not a telephone number: ten digits, or + and the code of the country."))


def nothing_personal(_form: Any, field: Any) -> None:
    """For a short note: no address, telephone, long number or date of birth; kept only once they are taken out."""
    found = rules_free_text.personal_details(field.data or "")
    if found:
        raise ValidationError(" ".join(str(sentence) for sentence in found))


class CommuneField(StringField):
    """A commune, typed: name, postal code or both. When several answer, ``choices`` holds them and one is picked."""

    data: str | None
    commune_id: int | None = None
    choices: tuple[str, ...] = ()

    def post_validate(self, _form: Any, stopped: bool) -> None:
        if not self.data or stopped:
            return
        found = queries_communes.matching(self.data)
        if len(found) == 1:
            self.commune_id, self.data = found[0].id, found[0].label
            return
        self.choices = tuple(commune.label for commune in found)
        if found:
            raise ValidationError(_("Several communes answer to this name: choose yours."))
        raise ValidationError(_("No commune of our territory has this name or postal code."))


class Options(Select):
    """A select as WTForms writes it, at a fifth of the cost: the list is long, and on the page everybody opens."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        html = [f"<select {html_params(id=field.id, name=field.name, **attributes)}>"]
        for heading, choices in groupby(field.choices, key=attrgetter("optgroup")):
            html += [f'<optgroup label="{escape(heading)}">'] if heading else []
            for choice in choices:
                chosen = " selected" if choice.value == field.data else ""
                html.append(f'<option value="{escape(choice.value)}"{chosen}>{escape(choice.label)}</option>')
            html += ["</optgroup>"] if heading else []
        return Markup("".join([*html, "</select>"]))  # noqa: S704 - every value is escaped above


class ProfessionField(SelectField):
    """Those the organisation counts first, then all others; the last is for everybody else."""

    widget = Options()

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label or _l("Profession"), validators, choices=profession_choices, **options)

    def pre_validate(self, _form: Any) -> None:
        if self.data and not queries.is_offered(self.data):
            raise ValidationError(_("This is not in the list."))


def profession_choices() -> list[SelectChoice]:
    """Choices under their headings, in the reader's order of letters."""
    return list(_choices(language(), tuple(queries.professions())))


@lru_cache(maxsize=8)
def _choices(_language: str, professions: tuple[queries.ProfessionRow, ...]) -> tuple[SelectChoice, ...]:
    groups: dict[str, list[SelectChoice]] = {}
    counted, others, last = str(_("Most frequent")), str(_("Others")), str(_("Not in the list"))
    for profession in professions:
        group = counted if profession.counted else others
        if profession.code == territories.OTHER_PROFESSION:
            group = last
        choice = SelectChoice(profession.code, label(profession, "label"), optgroup=group)
        groups.setdefault(group, []).append(choice)
    empty = SelectChoice("", str(_("Choose…")))
    return (empty, *(c for name in (counted, others, last) for c in sorted(groups.get(name, []), key=_spelling)))


def _spelling(choice: SelectChoice) -> str:
    return territories.search_name(choice.label)
