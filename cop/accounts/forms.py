"""The fields of signing in and of managing accounts."""

from typing import Any, Final

from wtforms import DateField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Email, EqualTo, InputRequired, Length, Optional

from cop.accounts.roles import ROLES
from cop.accounts.rules import PASSWORD_LIMIT
from cop.core.forms import Form
from cop.core.i18n import _, _l, label
from cop.territories.models import Territory

EVERYWHERE: Final = "everywhere"
_LANGUAGES: Final = {"fr": "Français", "en": "English"}
_GROUPS: Final = {
    "region": _l("Regions"),
    "hemi_region": _l("Hemi-regions"),
    "department": _l("Départements"),
    "custom": _l("Perimeters of our own"),
    "epci": _l("Intercommunal bodies"),
}


def _address() -> StringField:
    # An unknown address is told nothing, so neither is a strange one.
    return StringField(_l("E-mail"), [DataRequired(_l("Write your e-mail address.")), Length(max=254)])


class PasswordSignInForm(Form):
    email = _address()
    password = PasswordField(_l("Password"), [InputRequired(_l("Write your password.")), Length(max=PASSWORD_LIMIT)])


class LinkForm(Form):
    email = _address()


class ProfileForm(Form):
    name = StringField(_l("First and last name"), [DataRequired(_l("Write your name.")), Length(max=200)])
    language = SelectField(_l("Language of the mails you receive"), choices=_LANGUAGES)


class ChoosePasswordForm(Form):
    """A first password, or one chosen just after signing in by link."""

    password = PasswordField(_l("New password"), [InputRequired(_l("Write a password."))])
    again = PasswordField(
        _l("The same, once more"),
        [InputRequired(_l("Write it once more.")), EqualTo("password", _l("The two are not the same."))],
    )


class ChangePasswordForm(ChoosePasswordForm):
    current = PasswordField(_l("Present password"), [InputRequired(_l("Write your present password."))])


class RoleForm(Form):
    """A role, on a territory, for a period."""

    role = SelectField(_l("Role"), [InputRequired(_l("Choose a role."))])
    territory_id = SelectField(_l("Territory, with all it contains"))
    starts_on = DateField(_l("From the"), [InputRequired(_l("Choose the first day."))])
    ends_on = DateField(_l("Until, that day included"), [Optional()])

    def offer(self, territories: list[Territory], *, everywhere: bool) -> None:
        """The roles and the territories this administrator may give."""
        # Nothing chosen beforehand: the first role is the one that may do everything.
        self.role.choices = {"": _("Choose…"), **{code: label(role) for code, role in ROLES.items()}}
        choices: dict[str, dict[str, str]] = {}
        if everywhere:
            choices[_("The whole organisation")] = {EVERYWHERE: _("Everywhere")}
        for territory in territories:
            group = choices.setdefault(str(_GROUPS.get(territory.kind, territory.kind)), {})
            group[str(territory.id)] = territory.name
        self.territory_id.choices = choices

    @property
    def place(self) -> int | None:
        chosen: Any = self.territory_id.data
        return None if chosen == EVERYWHERE else int(chosen)


class OpenAccountForm(RoleForm):
    email = StringField(
        _l("E-mail"),
        [DataRequired(_l("Write an e-mail address.")), Email(_l("This is not an e-mail address.")), Length(max=254)],
    )
    name = StringField(_l("First and last name"), [DataRequired(_l("Write the name.")), Length(max=200)])
    language = SelectField(_l("Language of the mails"), choices=_LANGUAGES)
