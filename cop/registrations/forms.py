"""The registration form: one page, one submission, no account."""

from typing import Any

from wtforms import BooleanField, StringField
from wtforms.validators import Length

from cop.core.forms import Form
from cop.core.i18n import _, _l
from cop.people import queries_communes as communes
from cop.people.forms import CarefulAddress, CommuneField, EmailField, ProfessionField, RppsField, required
from cop.people.models import Person


class RegistrationForm(CarefulAddress, Form):
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


def for_reader(person: Person | None) -> RegistrationForm:
    """Filled in already for a member who has signed in."""
    if person is None:
        return RegistrationForm()
    site = next(iter(person.sites), None)
    values = {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "profession": person.profession_code,
        "commune": communes.label_of(site.commune_id) if site else "",
        "rpps": person.rpps,
    }
    return RegistrationForm(data=values)
