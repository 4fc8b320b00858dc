"""The forms of « Team and documents »: each adds one line, none loses what was typed in it."""

from typing import Any, Final

from flask_wtf.file import FileField, FileRequired
from wtforms import EmailField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from cop.core.forms import Form
from cop.core.i18n import _, _l
from cop.events import queries_team
from cop.events.models import Event
from cop.events.rules_documents import LONGEST_TITLE, SEEN_BY, SeenBy
from cop.events.rules_team import ANNOUNCED, PARTS, Part, Role
from cop.organisations import queries as organisations
from cop.people.forms import required

_SEEN_BY: Final = [SelectChoice(value.value, words) for value, words in SEEN_BY.items()]


class HelperForm(Form):
    account_id = SelectField(_l("Account"), coerce=int)


class NamedForm(Form):
    name = StringField(_l("Name, as it is announced"), [required(_l("Give the name.")), Length(max=120)])
    role = SelectField(_l("Part"), choices=[SelectChoice(role.value, words) for role, words in ANNOUNCED.items()])
    organisation = StringField(_l("Profession or organisation"), [Length(max=160)])
    email = EmailField(
        _l("Mail address"),
        [Length(max=254)],
        description=_l("Ties the line to the person’s record, if there is one. It is neither shown nor kept here."),
    )


class PartnerForm(Form):
    organisation = StringField(
        _l("Organisation"),
        [required(_l("Give the name of the organisation.")), Length(max=200)],
        description=_l("Its name or acronym, as in the directory."),
    )
    # Several answer to what was typed: one is chosen.
    organisation_id = RadioField(_l("Which one?"), coerce=int, validate_choice=False, choices=[])
    part = SelectField(_l("Part"), choices=[SelectChoice(part.value, words) for part, words in PARTS.items()])

    def propose(self) -> int | None:
        """The organisation meant; ``None`` when there is none of that name, or several to choose from."""
        found = organisations.matching(self.organisation.data or "")
        numbers = {one.id for one in found}
        if len(found) == 1:
            return found[0].id
        if self.organisation_id.data in numbers:
            return int(self.organisation_id.data)
        self.organisation_id.choices = [SelectChoice(str(one.id), _place(one)) for one in found]
        if found:
            self.organisation.errors = [_("Several organisations answer to this name: choose one below.")]
        else:
            self.organisation.errors = [_("No organisation of that name is in the directory: add it there first.")]
        return None


def _place(one: Any) -> str:
    return f"{one.name} ({one.commune.name})" if one.commune else str(one.name)


class FileForm(Form):
    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file."))],
        description=_l(
            "PDF, picture, or document of Word, Excel, PowerPoint or LibreOffice; 10 MB at most. The place and the day "
            "a picture was taken are not kept."
        ),
    )
    title = StringField(_l("Title"), [Length(max=LONGEST_TITLE)], description=_l("Empty: the name of the file."))
    seen_by = SelectField(_l("Who sees it"), choices=_SEEN_BY, default=SeenBy.REGISTERED.value)


class LinkForm(Form):
    url = StringField(_l("Address"), [required(_l("Give the address.")), Length(max=500)])
    link_title = StringField(_l("Title"), [Length(max=LONGEST_TITLE)])
    seen_by = SelectField(_l("Who sees it"), choices=_SEEN_BY, default=SeenBy.REGISTERED.value)


class Forms:
    """The five of the page; one of them may have come back with its errors."""

    def __init__(self, event: Event, sent: Form | None = None) -> None:
        self.helper = _kept(sent, HelperForm, "helper")
        self.helper.account_id.choices = choices_of(event)
        self.named = _kept(sent, NamedForm, "named")
        self.partner = _kept(sent, PartnerForm, "partner")
        self.file = _kept(sent, FileForm, "file")
        self.link = _kept(sent, LinkForm, "link")
        self.sent = sent


def _kept(sent: Form | None, kind: type[Any], prefix: str) -> Any:
    return sent if isinstance(sent, kind) else kind(formdata=None, prefix=prefix)


def choices_of(event: Event) -> list[SelectChoice]:
    return [SelectChoice(str(account.id), account.name) for account in queries_team.who_may_help(event)]


def part_of(form: PartnerForm) -> Part:
    return Part(form.part.data)


def role_of(form: NamedForm) -> Role:
    return Role(form.role.data)
