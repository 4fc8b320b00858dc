"""The registration form: one page, one submission, no account."""

from typing import Any

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length

from cop.core.forms import Form
from cop.core.i18n import _, _l
from cop.people import queries_communes as communes
from cop.people import rules as people
from cop.people.forms import CommuneField, EmailField, ProfessionField, RppsField, required
from cop.people.models import Person


class RegistrationForm(Form):
    given_name = StringField(
        _l("First name"), [required(_l("Your first name, as you wish to be called.")), Length(max=100)]
    )
    family_name = StringField(_l("Last name"), [required(_l("Your last name.")), Length(max=100)])
    email = EmailField(_l("E-mail"), [required(_l("Without an address the invitation cannot reach you."))])
    # The address the person kept in spite of the hint.
    kept_email = HiddenField()
    profession = ProfessionField(validators=[required(_l("Choose your profession, or “Other”."))])
    commune = CommuneField(_l("Commune of practice"))
    elsewhere = BooleanField(_l("I practise outside this territory"))
    rpps = RppsField(_l("RPPS number"))

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        return self._check_commune() and self._check_domain() and good

    def _check_commune(self) -> bool:
        if self.elsewhere.data:
            self.commune.errors = []
            self.commune.commune_id = None
            return True
        if not self.commune.data:
            self.commune.errors = [_("The commune where you practise, or tick the box below.")]
        return not self.commune.errors

    def _check_domain(self) -> bool:
        """Ask once about an address that looks mistyped; the same one, sent again, is taken."""
        typed = people.normalise_email(self.email.data or "")
        hint = people.email_hint(typed)
        if self.email.errors or hint is None or typed == self.kept_email.data:
            return True
        self.kept_email.data = typed
        self.email.errors = [
            _("Did you mean %(meant)s? If %(typed)s is right, send once more.", meant=hint, typed=typed)
        ]
        return False

    def identity(self) -> dict[str, Any]:
        """What ``people.service.find_or_create`` asks for."""
        return {
            "given_name": self.given_name.data,
            "family_name": self.family_name.data,
            "email": self.email.data,
            "profession_code": self.profession.data or None,
            "commune_id": self.commune.commune_id,
            "rpps": self.rpps.data,
        }


class StaffRegistrationForm(RegistrationForm):
    """The same, filled in for somebody on the telephone: what is not known stays empty."""

    given_name = StringField(_l("First name"), [Length(max=100)])
    family_name = StringField(_l("Last name"), [required(_l("A name is needed.")), Length(max=100)])
    email = EmailField(_l("E-mail"), description=_l("Without it, no invitation: tell the person the date."))
    profession = ProfessionField()

    def _check_commune(self) -> bool:
        return not self.commune.errors


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
