"""What one writes about a list and about a person."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import Length

from cop.core.forms import DayField, Form
from cop.core.i18n import LANGUAGES, _, _l
from cop.network import rules_filter
from cop.people.forms import (
    MOST_SITES,
    EmailField,
    PhoneField,
    ProfessionField,
    RppsField,
    SiteForm,
    required,
    site_rows,
    sites_of,
)
from cop.people.models import Person
from cop.people.service_record import Record
from cop.territories.models import Territory

_LANGUAGES: Final = {"fr": "Français", "en": "English"}


class SegmentForm(Form):
    """``question``: the address of the list, brought back to its canonical form."""

    name = StringField(
        _l("Name of the list"), [required(_l("Give the list a name.")), Length(max=120, message=_l("Too long."))]
    )
    shared = BooleanField(_l("Show it to my colleagues too"))
    question = HiddenField()

    @property
    def canonical(self) -> str:
        return rules_filter.of_query(self.question.data or "").canonical


class PersonForm(Form):
    """Identity, contact, profession and places. Nothing else is needed, and nothing else is asked."""

    given_name = StringField(_l("Given name"), [Length(max=100, message=_l("Too long."))])
    family_name = StringField(
        _l("Family name"), [required(_l("A name is needed.")), Length(max=100, message=_l("Too long."))]
    )
    email = EmailField(_l("E-mail"), [Length(max=254, message=_l("Too long."))])
    phone = PhoneField(_l("Telephone"))
    profession = ProfessionField()
    rpps = RppsField(_l("RPPS number"))
    language = SelectField(
        _l("Language of the mails"), choices=[SelectChoice(code, _LANGUAGES[code]) for code in LANGUAGES]
    )
    sites = FieldList(FormField(SiteForm), max_entries=MOST_SITES)
    anyway = HiddenField()  # pressed after having seen those who resemble

    @property
    def record(self) -> Record:
        return Record(
            given_name=self.given_name.data or "",
            family_name=self.family_name.data or "",
            email=self.email.data or "",
            phone=self.phone.number,
            profession_code=self.profession.data or None,
            rpps=self.rpps.data or "",
            language=self.language.data,
            sites=sites_of(self.sites),
        )


def of_person(person: Person) -> PersonForm:
    """The form as the record stands."""
    return PersonForm(
        formdata=None,
        data={
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email": person.email or "",
            "phone": person.phone,
            "profession": person.profession_code or "",
            "rpps": person.rpps or "",
            "language": person.language,
            "sites": site_rows(person),
        },
    )


class StepsForm(Form):
    """Two days and a place; sent by GET, it changes nothing and carries no token."""

    class Meta(Form.Meta):
        csrf = False

    territoire = SelectField(_l("Territory"), coerce=int)
    du: Any = DayField(_l("First day"))
    au: Any = DayField(_l("Second day"))

    def offer(self, territories: Sequence[tuple[Territory, str]]) -> None:
        self.territoire.choices = [SelectChoice(one.id, one.name, optgroup=heading) for one, heading in territories]

    def check(self, today: date) -> bool:
        """Whether the two days make a period that is over."""
        if not self.validate():
            return False
        if self.au.data > today:
            self.au.errors = [_("This day is still to come: nobody knows yet.")]
        if self.du.data >= self.au.data:
            self.du.errors = [_("The first day must come before the second one.")]
        return not (self.au.errors or self.du.errors)
