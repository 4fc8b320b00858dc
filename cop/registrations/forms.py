"""The registration form: one page, one submission, no account."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import request
from wtforms import BooleanField, FieldList, FormField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length

from cop.core import clock
from cop.core.forms import Form
from cop.core.i18n import _, _l
from cop.events.models import Event
from cop.events.models_questions import Question
from cop.people import queries_communes as communes
from cop.people.forms import CarefulAddress, CommuneField, EmailField, ProfessionField, RppsField, required
from cop.people.models import Person
from cop.people.rules import normalise_email
from cop.registrations import forms_dates, forms_questions

MOST_COLLEAGUES: Final = 9
LONGEST_ARRANGEMENT: Final = 500
ADD: Final = "add"  # the button that shows the page again with one more line


class ColleagueForm(CarefulAddress, PlainForm):
    """One more person of the practice; a line with nothing in it is nobody."""

    given_name = StringField(_l("First name"), [required(_l("The first name of each person.")), Length(max=100)])
    family_name = StringField(_l("Last name"), [required(_l("The last name of each person.")), Length(max=100)])
    email = EmailField(
        _l("E-mail"), [required(_l("The address of each person: the invitation is sent there.")), Length(max=254)]
    )
    profession = ProfessionField(validators=[required(_l("The profession of each person, or “Other”."))])

    @property
    def is_empty(self) -> bool:
        return not any((field.data or "").strip() for field in (self.given_name, self.family_name, self.email))

    def validate(self, extra_validators: Any = None) -> bool:
        if self.is_empty:
            return True
        super().validate(extra_validators)
        self.check_domain()
        return not self.errors

    def identity(self) -> dict[str, Any]:
        names = {name: (self[name].data or "").strip() for name in ("given_name", "family_name", "email")}
        return {**names, "profession_code": self.profession.data or None}


class WithColleagues:
    """Several people in one go: each has an address of their own."""

    email: Any
    colleagues: Any = None

    def brought(self) -> list[ColleagueForm]:
        return [entry.form for entry in self.colleagues if not entry.form.is_empty] if self.colleagues else []

    def check_addresses(self) -> None:
        met = {normalise_email(self.email.data or "")}
        for one in self.brought():
            typed = normalise_email(one.email.data or "")
            if typed in met and not one.email.errors:
                one.email.errors = [_("This address is used above: a registration is personal, each has their own.")]
            met.add(typed)
        self.colleagues.errors = [entry.form.errors for entry in self.colleagues if entry.form.errors]

    def add_line(self) -> None:
        if len(self.colleagues) < MOST_COLLEAGUES:
            self.colleagues.append_entry()


class RegistrationForm(WithColleagues, CarefulAddress, Form):
    given_name = StringField(
        _l("First name"), [required(_l("Your first name, as you wish to be called.")), Length(max=100)]
    )
    family_name = StringField(_l("Last name"), [required(_l("Your last name.")), Length(max=100)])
    email = EmailField(_l("E-mail"), [required(_l("Without an address the invitation cannot reach you."))])
    profession = ProfessionField(validators=[required(_l("Choose your profession, or “Other”."))])
    commune = CommuneField(_l("Commune of practice"))
    elsewhere = BooleanField(_l("I practise outside this territory"))
    rpps = RppsField(_l("RPPS number"))

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        self._check_commune()
        self.check_domain()
        if self.colleagues:
            self.check_addresses()
        return not self.errors

    def _check_commune(self) -> None:
        if self.elsewhere.data:
            self.commune.errors = []
            self.commune.commune_id = None
        elif not self.commune.data:
            self.commune.errors = [_("The commune where you practise, or tick the box below.")]

    def identity(self) -> dict[str, Any]:
        """What ``people.service.find_or_create`` asks for."""
        return {
            "given_name": self.given_name.data or "",
            "family_name": self.family_name.data or "",
            "email": self.email.data or "",
            "profession_code": self.profession.data or None,
            "commune_id": self.commune.commune_id,
            "rpps": self.rpps.data or "",
        }


class StaffRegistrationForm(RegistrationForm):
    """The same, filled in for somebody on the telephone: what is not known stays empty."""

    given_name = StringField(_l("First name"), [Length(max=100)])
    family_name = StringField(_l("Last name"), [required(_l("A name is needed.")), Length(max=100)])
    email = EmailField(_l("E-mail"), description=_l("Without it, no invitation: tell the person the date."))
    profession = ProfessionField()

    def _check_commune(self) -> None:
        """It may stay empty."""


def parts_of(event: Event, questions: Sequence[Question], *, staff: bool = False) -> dict[str, Any]:
    """The fields that this event adds to who one is."""
    fields: dict[str, Any] = {}
    if event.mode == "hybrid":
        fields["attends"] = _attends()
    fields |= forms_questions.fields_of(questions, staff=staff)
    if event.arrangement:
        fields["arrangement"] = TextAreaField(
            _l("What would make it easier to take part")
            if staff
            else _l("What would make it easier for you to take part?"),
            [Length(max=LONGEST_ARRANGEMENT, message=_l("At most 500 characters, please."))],
            description=_l(
                "A place near the screen, a step-free entrance, someone to call when you arrive… Say what to prepare, "
                "not why. Only those who run the meeting read it; it is erased soon afterwards."
            ),
        )
    return fields


def _attends() -> RadioField:
    choices = [SelectChoice("onsite", _l("On site")), SelectChoice("online", _l("Online"))]
    return RadioField(
        _l("How will you take part?"), [InputRequired(_l("Say whether you come or follow online."))], choices=choices
    )


def build(
    event: Event,
    questions: Sequence[Question],
    data: Mapping[str, Any] | None = None,
    *,
    staff: bool = False,
    dates: Sequence[Event] = (),
) -> RegistrationForm:
    """The form of this event. One that asks nothing more is the plain one, which costs least."""
    base = StaffRegistrationForm if staff else RegistrationForm
    fields = parts_of(event, questions, staff=staff)
    if takes_colleagues(event) and not staff:
        fields["colleagues"] = FieldList(FormField(ColleagueForm), _l("Colleagues"), max_entries=MOST_COLLEAGUES)
    if dates:
        fields["dates"] = forms_dates.field_of(dates, clock.now())
    made = type("FormOfAnEvent", (base,), fields) if fields else base
    form: RegistrationForm = made(data=data)
    return form


def takes_colleagues(event: Event) -> bool:
    """A guest's place is personal."""
    return event.colleagues and event.audience != "invited"


def wants_another_line() -> bool:
    return request.form.get("action") == ADD


class ChangeForm(Form):
    """What one may change afterwards; the fields are the event's."""


def for_change(
    event: Event, questions: Sequence[Question], data: Mapping[str, Any], *, staff: bool = False
) -> ChangeForm:
    made: ChangeForm = type("ChangeOfAnEvent", (ChangeForm,), parts_of(event, questions, staff=staff))(data=data)
    return made


def known_of(person: Person | None) -> dict[str, Any]:
    """What the form shows already to somebody who has signed in."""
    if person is None:
        return {}
    site = next(iter(person.sites), None)
    commune = communes.label_of(site.commune_id) if site else ""
    return {**known_of_guest(person), "commune": commune, "rpps": person.rpps}


def known_of_guest(person: Person) -> dict[str, Any]:
    """What it shows by a personal link, which is forwarded with the mail: who is invited, and nothing else of them."""
    return {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "profession": person.profession_code,
    }
