"""The editor of what a registration form asks."""

from collections.abc import Iterable
from typing import Any, Final

from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, StringField, TextAreaField

from cop.core import clock, formats
from cop.core.forms import DayField, Form
from cop.core.i18n import _, _l
from cop.core.tokens import digest
from cop.events import queries_questions as queries
from cop.events import rules_questions as rules
from cop.events.forms_fields import HourField
from cop.events.forms_meanwhile import Meanwhile
from cop.events.forms_words import in_words
from cop.events.models import Event
from cop.events.models_questions import Question
from cop.events.rules_questions import Kind, Settings, Wording
from cop.people.forms import required

KINDS: Final = {
    Kind.TEXT: _l("In their own words"),
    Kind.CHOICE: _l("One answer in a list"),
    Kind.SEVERAL: _l("Several answers in a list"),
    Kind.NUMBER: _l("A number"),
    Kind.CONSENT: _l("A box to tick, to agree"),
}


class QuestionForm(Form):
    label = StringField(_l("Question"), [required(_l("Write the question."))])
    kind = RadioField(
        _l("How people answer"), choices=[SelectChoice(code, words) for code, words in KINDS.items()], default="text"
    )
    options = TextAreaField(_l("Possible answers"), description=_l("One on each line, where there is a list."))
    hint = StringField(_l("Explanation"), description=_l("A line under the question, if it needs one."))
    required = BooleanField(_l("Nobody registers without answering"))
    # What was typed when the warning was shown: sent again as it is, it is kept.
    warned = HiddenField()
    # The question as it was when the page was opened.
    seen = HiddenField()

    def wording(self) -> Wording:
        kind = self.kind.data or ""
        options = rules.options_in(self.options.data or "") if kind in rules.WITH_OPTIONS else ()
        label, hint = (" ".join((field.data or "").split()) for field in (self.label, self.hint))
        return Wording(kind, label, hint, options, bool(self.required.data))

    def validate(self, extra_validators: Any = None) -> bool:
        return bool(super().validate(extra_validators)) and self._may_be_asked()

    def _may_be_asked(self) -> bool:
        """Asks once about words that may lead people to write of health; the same ones, sent again, are taken."""
        wording = self.wording()
        text = "|".join((wording.label, wording.hint, *wording.options))
        if not rules.is_sensitive(wording) or self.warned.data == text:
            return True
        self.warned.data = text
        self.label.errors = [rules.SENSITIVE]
        return False


def of_question(question: Question) -> QuestionForm:
    wording = queries.wording_of(question)
    values = {"label": wording.label, "kind": wording.kind, "hint": wording.hint, "required": wording.required}
    known = "|".join((wording.label, wording.hint, *wording.options))
    hidden = {"warned": known, "seen": _stamp(wording)}
    return QuestionForm(data={**values, "options": "\n".join(wording.options), **hidden})


def changed_meanwhile(form: QuestionForm, question: Question) -> bool:
    """Whether somebody else wrote the question anew since the page was opened; the next save is over their words."""
    theirs = queries.wording_of(question)
    if form.seen.data == _stamp(theirs) or form.wording() == theirs:
        return False
    form.seen.data = _stamp(theirs)
    words = _(
        "Somebody else changed this question meanwhile. It reads now: “%(label)s”. Yours is still here.",
        label=theirs.label,
    )
    form.label.errors = [words, _("Save again to keep yours.")]
    return True


def _stamp(wording: Wording) -> str:
    return digest(repr(wording))


class SettingsForm(Form):
    """Until when one registers, and what the form offers."""

    closes_on: Any = DayField(_l("Registration closes on"))
    closes_hour: Any = HourField(_l("At"))
    colleagues = BooleanField(_l("Whoever registers may register colleagues of the practice too"))
    arrangement = BooleanField(
        _l("Ask who needs an arrangement"),
        description=_l(
            "“What would make it easier for you to take part?” Nobody says why. Only those who run the event read the "
            "answers, which are erased some days after it."
        ),
    )

    # The settings as they were when the page was opened.
    shown = HiddenField()

    def settings(self, event: Event) -> Settings:
        """As given; no moment where the day is left empty. Raises ``Refused`` for an hour that does not exist."""
        day, hour = self.closes_on.data, self.closes_hour.data
        closes_at = clock.at_local(day, hour, event.zone) if day else None
        return Settings(closes_at, bool(self.colleagues.data), bool(self.arrangement.data))

    def marks_shown(self) -> dict[str, str]:
        pairs = (pair.partition("=") for pair in (self.shown.data or "").split())
        return {name: mark for name, _equals, mark in pairs}

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        if self.closes_on.data and not self.closes_hour.data and not self.closes_hour.errors:
            self.closes_hour.errors = [_("Give the hour.")]
            return False
        return good


def settings_of(event: Event) -> SettingsForm:
    form = SettingsForm(formdata=None)
    _put(form, event, ("closes_at", "colleagues", "arrangement"))
    return form


def merge_settings(form: SettingsForm, event: Event) -> Meanwhile:
    """Put into the form what somebody else set meanwhile and this editor had left as it was; the next save is over
    both."""
    mine, theirs, shown, found = form.settings(event), queries.settings_of(event), form.marks_shown(), Meanwhile()
    for name in mine.not_seen(shown, theirs):
        words = (_label_of(form, name), _words_of(theirs, name, event))
        if shown.get(name) == mine.marks()[name]:
            _put(form, event, (name,))
            found.taken.append(words)
        else:
            found.both.append(words)
    _put(form, event, ())
    return found


def _put(form: SettingsForm, event: Event, names: Iterable[str]) -> None:
    """These as they stand, and the note of what is shown."""
    settings = queries.settings_of(event)
    for name in names:
        if name == "closes_at":
            local = clock.local(settings.closes_at, event.zone) if settings.closes_at else None
            values = {form.closes_on: local and local.date(), form.closes_hour: local and local.time()}
        else:
            values = {form[name]: getattr(settings, name)}
        for field, value in values.items():
            field.data, field.raw_data = value, None
    form.shown.data = " ".join(f"{name}={mark}" for name, mark in settings.marks().items())


def _label_of(form: SettingsForm, name: str) -> str:
    return str((form.closes_on if name == "closes_at" else form[name]).label.text)


def _words_of(settings: Settings, name: str, event: Event) -> str:
    if name == "closes_at" and settings.closes_at is not None:
        return ", ".join(words(settings.closes_at, event.zone) for words in (formats.date_long, formats.hour))
    return in_words(name, getattr(settings, name), event.zone)
