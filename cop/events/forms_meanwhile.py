"""Two editors at once: what the second one is shown, and keeps, when they save."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cop.core import clock, tokens
from cop.core.i18n import _
from cop.events import queries, rules
from cop.events.forms_words import in_words
from cop.events.models import Event
from cop.events.rules import Description
from cop.people import queries_communes as communes

_CODED: Final = ("mode", "audience")


@dataclass(slots=True)
class Meanwhile:
    """What somebody else wrote meanwhile, each with its label, in words."""

    taken: list[tuple[str, str]] = field(default_factory=list)  # put into the form: this editor had not touched it
    both: list[tuple[str, str]] = field(default_factory=list)  # written by both: the form keeps this editor's words


def base_of(event: Event) -> str:
    """What an editor is shown, field by field, short enough to travel with the form: their own changes are then known
    from what merely stood there."""
    shown = queries.description_of(event)
    return " ".join(f"{name}={_mark(shown, name)}" for name in sorted(rules.names_of_description()))


def merge(form: Any, event: Event) -> Meanwhile:
    """Put into the form what the other editor changed and this one did not; the next save is over both."""
    mine, theirs = form.description(), queries.description_of(event)
    # Left out of the request, it is not known what was shown: all that differs is told.
    base = dict(pair.partition("=")[::2] for pair in " ".join(form.base.raw_data or ()).split())
    found = Meanwhile()
    for name, value in rules.differences(mine, theirs).items():
        words = (_label_of(form, name), _words(form, name, value))
        if base.get(name) == _mark(theirs, name):
            continue  # changed here alone
        if base.get(name) == _mark(mine, name) and _put(form, name, value):
            found.taken.append(words)
        else:
            found.both.append(words)
    form.version.data, form.base.data = str(event.version), base_of(event)
    return found


def _mark(description: Description, name: str) -> str:
    value = getattr(description, name)
    if name == "half_days":
        value = [(span.starts_at, span.ends_at) for span in value]
    return tokens.digest(repr(sorted(value) if isinstance(value, frozenset) else value))[:8]


def _put(form: Any, name: str, value: Any) -> bool:
    if name == "half_days":
        return _put_rows(form, value)
    name, value = ("commune", communes.label_of(value)) if name == "commune_id" else (name, value)
    if name not in form:
        return False
    form[name].data, form[name].raw_data = list(value) if isinstance(value, frozenset) else value, None
    return True


def _put_rows(form: Any, spans: Sequence[rules.Span]) -> bool:
    rows = form.half_day_fields()
    if len(spans) > len(rows):
        return False
    for row, fields in enumerate(rows):
        values: tuple[Any, ...] = (None, None, None, None)
        if row < len(spans):
            first, last = (clock.local(at, form.zone) for at in (spans[row].starts_at, spans[row].ends_at))
            values = (first.date(), first.time(), last.time(), spans[row].number)
        for one, value in zip(fields, values, strict=True):
            one.data, one.raw_data = value, None
    return True


def _label_of(form: Any, name: str) -> str:
    if name == "half_days":
        return str(_("Dates"))
    return str(form[{"commune_id": "commune"}.get(name, name)].label.text)


def _words(form: Any, name: str, value: Any) -> str:
    if name in _CODED:
        return next((str(choice.label) for choice in form[name].choices if choice.value == value), "")
    return in_words(name, value, form.zone)
