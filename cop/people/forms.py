"""Fields about people: profession, commune of practice, address."""

from collections.abc import Callable
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from markupsafe import Markup, escape
from wtforms import FieldList, FormField, HiddenField, SelectChoice, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import Length, ValidationError
from wtforms.widgets import Select, html_params

from cop.core.forms import DayField, Form
from cop.core.i18n import _, _l, label, language
from cop.people import queries, queries_communes, rules, rules_free_text, rules_phones
from cop.people.models import Person
from cop.people.service_record import Record, Site
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
            raise ValidationError(_("Several communes answer to this name: choose one."))
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


MOST_SITES: Final = 8


class SiteForm(PlainForm):
    """A place of practice and its days; a line without a place says nothing."""

    commune = CommuneField(_l("Commune of practice"))
    starts_on: Any = DayField(_l("From"))
    ends_on: Any = DayField(_l("Until (last day)"))

    def validate_ends_on(self, field: Any) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("This place ends before it starts."))

    @property
    def site(self) -> Site | None:
        if self.commune.commune_id is None:
            return None
        return Site(self.commune.commune_id, self.starts_on.data, self.ends_on.data)


def sites_of(entries: Any) -> tuple[Site, ...]:
    """The places of a ``FieldList`` of :class:`SiteForm`, empty lines left out."""
    return tuple(site for entry in entries if (site := entry.form.site) is not None)


def make_room(entries: Any, spare: int = 2) -> None:
    """Lines to write one more place in; without script there is no other way of adding one."""
    empty = sum(not entry.form.commune.data for entry in entries)
    for _line in range(min(spare - empty, MOST_SITES - len(entries))):
        entries.append_entry()


def site_rows(person: Person) -> list[dict[str, Any]]:
    """The places on record, as the lines show them."""
    return [
        {
            "commune": queries_communes.label_of(site.commune_id),
            "starts_on": site.starts_on,
            "ends_on": site.ends_on,
        }
        for site in person.sites
    ]


class ProfileForm(Form):
    """What somebody may put right on their own record. The address is the account's affair: it has to be proven."""

    given_name = StringField(
        _l("First name"), [required(_l("Your first name, as you wish to be called.")), Length(max=100)]
    )
    family_name = StringField(_l("Last name"), [required(_l("Your last name.")), Length(max=100)])
    phone = PhoneField(_l("Telephone"))
    profession = ProfessionField()
    rpps = RppsField(_l("RPPS number"))
    sites = FieldList(FormField(SiteForm), _l("Places of practice"), max_entries=MOST_SITES)

    def record(self, person: Person) -> Record:
        return Record(
            given_name=self.given_name.data or "",
            family_name=self.family_name.data or "",
            email=person.email or "",
            phone=self.phone.number,
            profession_code=self.profession.data or None,
            rpps=self.rpps.data or "",
            language=person.language,
            sites=sites_of(self.sites),
        )


def profile_of(person: Person) -> ProfileForm:
    return ProfileForm(
        formdata=None,
        data={
            "given_name": person.given_name,
            "family_name": person.family_name,
            "phone": person.phone,
            "profession": person.profession_code or "",
            "rpps": person.rpps or "",
            "sites": site_rows(person),
        },
    )
