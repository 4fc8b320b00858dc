"""Forms of organisations, of who works there, and of the line that logs an exchange."""

from collections.abc import Sequence
from typing import Any, Final

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from cop.core import clock
from cop.core.forms import DayField, Form
from cop.core.i18n import _, _l, label
from cop.organisations import queries, rules
from cop.organisations.models import Affiliation, Organisation, OrganisationKind
from cop.organisations.rules import Description
from cop.people import queries_communes as communes
from cop.people import rules_free_text
from cop.people.forms import CommuneField, EmailField, Options, PhoneField, nothing_personal, required
from cop.territories.models import TerritoryKind

_TERRITORIES: Final = {
    TerritoryKind.REGION: _l("Region"),
    TerritoryKind.HEMI_REGION: _l("Part of a region"),
    TerritoryKind.DEPARTMENT: _l("Départements"),
    TerritoryKind.EPCI: _l("Intercommunal bodies"),
    TerritoryKind.CUSTOM: _l("Territories of our own"),
}


def _kind_choices() -> list[SelectChoice]:
    found = [SelectChoice(kind.id, kind_words(kind)) for kind in queries.kinds()]
    return [SelectChoice(0, str(_("Choose…"))), *found]


def kind_words(kind: OrganisationKind) -> str:
    """« CPTS – communauté professionnelle territoriale de santé »: an acronym is never alone."""
    return f"{kind.acronym} – {label(kind)}" if kind.acronym else label(kind)


def _territory_choices() -> list[SelectChoice]:
    found = [
        SelectChoice(one.id, one.name, optgroup=str(_TERRITORIES[TerritoryKind(one.kind)]))
        for one in queries.coverable()
    ]
    return [SelectChoice(0, str(_("Its commune alone")), optgroup=""), *found]


class OrganisationForm(Form):
    """Name, kind and place first; the rest is optional."""

    name = StringField(_l("Name"), [required(_l("Give the organisation its name.")), Length(max=200)])
    acronym = StringField(_l("Acronym"), [Length(max=40)])
    kind_id = SelectField(_l("Kind"), coerce=int, choices=_kind_choices)
    commune = CommuneField(_l("Commune"))
    covers_id = SelectField(
        _l("Territory covered"), coerce=int, choices=_territory_choices, default=0, widget=Options()
    )
    phone = PhoneField(_l("Telephone"))
    email = EmailField(_l("Generic mail address"), [Length(max=254)])
    secure_email = EmailField(_l("MSSanté address"), [Length(max=254)])
    website = StringField(_l("Website"), [Length(max=300)])
    operator = SelectField(
        _l("Operator of a public service"), choices=lambda: _coded(rules.OPERATORS, _("No")), default=""
    )
    contract_reference = StringField(_l("Contract reference"), [Length(max=80)])
    finess = StringField(_l("FINESS number"))
    notes = TextAreaField(_l("Notes"), [Length(max=500), nothing_personal])
    version = HiddenField()
    anyway = HiddenField()

    def validate_kind_id(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Choose what kind of organisation it is."))

    def validate_finess(self, field: Any) -> None:
        error = rules.finess_error(field.data) if field.data else None
        if error:
            raise ValidationError(error)

    def validate_website(self, field: Any) -> None:
        if rules.web_address(field.data) is None:
            raise ValidationError(_("This is not the address of a website: www.name.example."))

    def description(self) -> Description:
        return Description(
            name=" ".join((self.name.data or "").split()),
            kind_id=self.kind_id.data,
            acronym=self.acronym.data or "",
            commune_id=self.commune.commune_id,
            covers_id=self.covers_id.data or None,
            website=rules.web_address(self.website.data or "") or "",
            phone=self.phone.number,
            email=self.email.data or "",
            secure_email=self.secure_email.data or "",
            operator=self.operator.data or "",
            contract_reference=self.contract_reference.data or "",
            finess=rules.finess_number(self.finess.data or "") or None,
            notes=self.notes.data or "",
        )

    @property
    def shown_version(self) -> int:
        digits = str(self.version.data or "")
        return int(digits) if digits.isdecimal() and len(digits) < 10 else 0

    @property
    def details_have_errors(self) -> bool:
        return any(self[name].errors for name in ("secure_email", "operator", "contract_reference", "finess", "notes"))


def _coded(codes: Any, nothing: str | None = None) -> list[SelectChoice]:
    first = [SelectChoice("", nothing)] if nothing is not None else []
    return [*first, *(SelectChoice(code, str(words)) for code, words in codes.items())]


def for_existing(organisation: Organisation) -> OrganisationForm:
    values = {name: getattr(organisation, name) for name in Description.__slots__ if name != "commune_id"}
    values |= {
        "commune": communes.label_of(organisation.commune_id),
        "covers_id": organisation.covers_id or 0,
        "version": organisation.version,
    }
    form = OrganisationForm(data=values)
    if organisation.kind.archived:
        kind = organisation.kind
        form.kind_id.choices = [*(form.kind_id.choices or ()), SelectChoice(kind.id, kind_words(kind))]
    return form


class ExchangeForm(Form):
    """One line: when, how, with whom, what, and then."""

    day = DayField(_l("Day"), [InputRequired(_l("Give the date."))])
    channel = SelectField(_l("How"), choices=lambda: _coded(rules.CHANNELS), default="meeting")
    contact_id = SelectField(_l("With"), coerce=int, default=0)
    what = StringField(
        _l("What was said or agreed"),
        [Length(max=rules.LONGEST_NOTE, message=_l("At most 280 characters.")), nothing_personal],
        description=rules_free_text.WARNING,
    )
    next_on = DayField(_l("Next step on"))


def exchange_form(contacts: Sequence[Affiliation]) -> ExchangeForm:
    form = ExchangeForm(data={"day": clock.today()})
    people = [SelectChoice(held.person_id, held.person.full_name) for held in contacts]
    form.contact_id.choices = [SelectChoice(0, str(_("the organisation"))), *people]
    return form


class AffiliationForm(Form):
    """What somebody does there."""

    function = StringField(_l("Function"), [Length(max=120)])
    main_contact = BooleanField(_l("Main contact: who we write to first"))
    starts_on = DayField(_l("Since"))
    ends_on = DayField(_l("Until"))


class ContactForm(AffiliationForm):
    """Somebody who works there; recognised by the address when they are known already."""

    given_name = StringField(_l("Given name"), [required(_l("Give the given name.")), Length(max=100)])
    family_name = StringField(_l("Family name"), [required(_l("Give the family name.")), Length(max=100)])
    email = EmailField(_l("Professional mail address"), [Length(max=254)])
    phone = PhoneField(_l("Professional telephone"))
    source = RadioField(
        _l("Who told us"), choices=lambda: _coded({code: rules.SOURCES[code] for code in (rules.PERSON, rules.PARTNER)})
    )

    def validate_source(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Say who told us: whoever was named by somebody else must be told within a month."))


class KindForm(Form):
    name_fr = StringField(_l("Name in French"), [required(_l("Give the kind its name.")), Length(max=120)])
    name_en = StringField(_l("Name in English"), [Length(max=120)])
    acronym = StringField(_l("Acronym"), [Length(max=20)])
    dormant_months = IntegerField(
        _l("Dormant after so many months without an exchange"),
        [NumberRange(1, 60, _l("A number of months, from 1 to 60."))],
        default=rules.DORMANT_MONTHS,
    )
    archived = BooleanField(_l("No longer proposed"))
