"""What one writes to people, and the list somebody pastes."""

from typing import Final

from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from cop.campaigns import rules_words
from cop.campaigns.models import Campaign
from cop.campaigns.service import Written
from cop.core.forms import Form
from cop.core.i18n import _l
from cop.people.forms import required

LONGEST_LIST: Final = 100_000


class WordsForm(Form):
    """The mail of a campaign. ``version``: of the draft the form was filled from."""

    subject_fr = StringField(_l("Subject"), [required(_l("Give the mail a subject."))])
    words_fr = TextAreaField(_l("Your words"), [required(_l("Write a few words: why one would come."))])
    subject_en = StringField(_l("Subject, in English"))
    words_en = TextAreaField(_l("Your words, in English"))
    version = IntegerField(widget=HiddenInput(), default=0)

    @property
    def written(self) -> Written:
        return Written(
            self.subject_fr.data or "", self.words_fr.data or "", self.subject_en.data or "", self.words_en.data or ""
        )


def of_campaign(campaign: Campaign) -> WordsForm:
    names = ("subject_fr", "words_fr", "subject_en", "words_en", "version")
    return WordsForm(formdata=None, data={name: getattr(campaign, name) for name in names})


class ListForm(Form):
    """People by their name or address, one a line. ``anyway``: the lines nobody answers to were seen."""

    people = TextAreaField(
        _l("Names or addresses, one a line"),
        [
            required(_l("Paste at least one name or address.")),
            Length(max=LONGEST_LIST, message=_l("This list is too long: paste it in several parts.")),
        ],
        description=_l("Only people who are known already are found: pasting a list brings nobody into the records."),
    )
    anyway = HiddenField()


def hint_of(language: str) -> str:
    return " ".join(rules_words.OFFERED[language])
