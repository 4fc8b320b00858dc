"""One page, one submission: who you are, where you practise, what you bring, what you agree to."""

from typing import Any, Final

from wtforms import BooleanField, FieldList, FormField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from cop.core import formats
from cop.core.forms import Form
from cop.core.i18n import _, _l, label
from cop.joining.models import Charter
from cop.joining.rules import Kind, Typed
from cop.memberships import queries as memberships
from cop.people.forms import (
    MOST_SITES,
    CarefulAddress,
    EmailField,
    PhoneField,
    ProfessionField,
    RppsField,
    SiteForm,
    make_room,
    nothing_personal,
    required,
    site_rows,
    sites_of,
)
from cop.people.models import Person
from cop.volunteers.forms import OfferFields


class ApplicationForm(CarefulAddress, Form):
    given_name = StringField(
        _l("First name"), [required(_l("Your first name, as you wish to be called.")), Length(max=100)]
    )
    family_name = StringField(_l("Last name"), [required(_l("Your last name.")), Length(max=100)])
    email = EmailField(_l("E-mail"), [required(_l("Without an address we cannot answer you.")), Length(max=254)])
    phone = PhoneField(_l("Telephone"))
    profession = ProfessionField(validators=[required(_l("Choose your profession, or “Other”."))])
    sites = FieldList(FormField(SiteForm), _l("Places of practice"), min_entries=3, max_entries=MOST_SITES)
    elsewhere = BooleanField(_l("I practise outside this territory, or nowhere at present"))
    organisation = StringField(_l("Organisation you work for"), [Length(max=200)])
    rpps = RppsField(_l("RPPS number"))
    charter_version = HiddenField()
    agree_charter = BooleanField(_l("I subscribe to the charter"), [InputRequired(_l("Read the charter, then tick."))])
    agree_notice = BooleanField(
        _l("I have read how my data are used"), [InputRequired(_l("Read the notice, then tick."))]
    )

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        self._check_sites()
        self.check_domain()
        return not self.errors

    def _check_sites(self) -> None:
        lines = [entry.form for entry in self.sites]
        for line in lines:
            if not line.commune.data and (line.starts_on.data or line.ends_on.data):
                line.commune.errors = [_("The commune of this line.")]
        if not self.elsewhere.data and not any(line.commune.data for line in lines):
            lines[0].commune.errors = [_("The commune where you practise, or tick the box below.")]
        # What a list says of its lines was written before these were looked at.
        self.sites.errors = [line.errors for line in lines] if any(line.errors for line in lines) else []

    def check_charter(self, charter: Charter | None) -> bool:
        """What was agreed to must be what is in force."""
        shown = str(charter.version if charter else 0)
        if self.charter_version.data == shown:
            return True
        self.charter_version.data = shown
        self.agree_charter.data = False
        self.agree_charter.errors = [_("The charter has changed since you opened this page. Read it again, then tick.")]
        return False

    def typed(self) -> Typed:
        return Typed(
            phone=self.phone.number or "",
            profession_code=self.profession.data or "",
            rpps=self.rpps.data or "",
            sites=() if self.elsewhere.data else sites_of(self.sites),
            organisation=self.organisation.data or "",
            **self.of_kind(),
        )

    def of_kind(self) -> dict[str, Any]:
        return {}


def membership_choices() -> list[tuple[int, str]]:
    return [(kind.id, f"{label(kind)} · {formats.money(kind.amount_cents)}") for kind in memberships.kinds_offered()]


class MemberForm(ApplicationForm):
    membership_kind = RadioField(
        _l("Membership"),
        [InputRequired(_l("Choose a membership."))],
        coerce=lambda value: int(value) if value else None,
        choices=membership_choices,
    )

    def of_kind(self) -> dict[str, Any]:
        return {"membership_kind_id": self.membership_kind.data if "membership_kind" in self else None}


class VolunteerForm(OfferFields, ApplicationForm):
    def of_kind(self) -> dict[str, Any]:
        said = self.said()
        return {
            "skill_ids": tuple(sorted(said.skill_ids)),
            "slots": tuple(sorted(said.slots)),
            "territory_id": said.territory_id,
        }


FORMS: Final[dict[Kind, type[ApplicationForm]]] = {Kind.MEMBER: MemberForm, Kind.VOLUNTEER: VolunteerForm}


def for_reader(kind: Kind, person: Person | None, charter: Charter | None) -> ApplicationForm:
    """Empty, or filled in already for who has signed in."""
    values: dict[str, Any] = {"charter_version": str(charter.version if charter else 0)}
    if person is not None:
        values |= {
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email": person.email,
            "phone": person.phone,
            "profession": person.profession_code,
            "rpps": person.rpps,
            "sites": site_rows(person),
        }
    return _ready(FORMS[kind](data=values), charter)


def as_sent(kind: Kind, charter: Charter | None) -> ApplicationForm:
    return _ready(FORMS[kind](), charter)


def _ready(form: ApplicationForm, charter: Charter | None) -> ApplicationForm:
    """Without a question nobody can answer: no kinds of membership to choose from, no charter to read."""
    if "membership_kind" in form:
        offered = form["membership_kind"].choices
        if not offered:
            del form["membership_kind"]
        elif len(offered) == 1 and form["membership_kind"].data is None:
            form["membership_kind"].data = offered[0][0]
    if charter is None:
        del form.agree_charter
    make_room(form.sites)
    return form


class RefusalForm(Form):
    word = TextAreaField(_l("A word to the person"), [Length(max=1000), nothing_personal])


class SettingsForm(Form):
    """Of one kind: who says yes, and the text to subscribe to."""

    approval = BooleanField(_l("The coordination says yes to each application"))
    text_fr = TextAreaField(
        _l("Charter, in French"), [required(_l("Write the text, in French at least.")), Length(max=8000)]
    )
    text_en = TextAreaField(_l("Charter, in English"), [Length(max=8000)])
