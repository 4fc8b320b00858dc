"""What was answered to the questions of an event: of one person, and of all of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cop.core import formats
from cop.core.db import db
from cop.core.i18n import _
from cop.events import queries_life as life
from cop.events import queries_questions as questions
from cop.events.models import Event
from cop.events.models_questions import Question
from cop.host import queries_retention as retention
from cop.people.rules import search_name
from cop.registrations import queries, rules
from cop.registrations.models import Registration
from cop.registrations.models_form import RegistrationAnswer
from cop.registrations.rules import Status


def answers_of(registration: Registration) -> dict[int, Any]:
    """What this registration answered, by question."""
    statement = sa.select(RegistrationAnswer.question_id, RegistrationAnswer.value)
    rows = db.session.execute(statement.where(RegistrationAnswer.registration_id == registration.id))
    return {row.question_id: row.value for row in rows}


@dataclass(frozen=True, slots=True)
class Summary:
    """A question and what those who come or wait answered: counts where there are choices, else each text."""

    question: Question
    answered: int
    counts: Sequence[tuple[Any, int]]
    texts: Sequence[str]


def in_words(asked: Sequence[Question], answers: Mapping[int, Any]) -> list[tuple[str, str]]:
    """Questions with what was answered to them, as one reads it."""
    return [(one.label, words_of(answers[one.id])) for one in asked if one.id in answers]


def words_of(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, int | float):
        return formats.number(value, len(str(value).partition(".")[2]))
    return str(value)


def said_by(registration: Registration) -> list[tuple[str, str]]:
    """What somebody told the form, in words, for the page of their registration."""
    event = registration.event
    found = in_words(questions.of(event), answers_of(registration)) if event.form_revision else []
    if event.mode == "hybrid":
        found = [(_("How you take part"), _("Online") if registration.attends == "online" else _("On site")), *found]
    if registration.arrangement:
        found.append((_("What would make it easier to take part"), registration.arrangement))
    return found


def may_be_changed(registration: Registration, now: datetime) -> bool:
    """By the person: while registration is open, where the event asks something."""
    event = registration.event
    asks = event.mode == "hybrid" or event.arrangement or bool(questions.asked(event))
    return asks and rules.may_change(registration.status, queries.door(event, now), staff=False)


def by_registration(event: Event) -> dict[int, dict[int, Any]]:
    """Every answer of the event: registration, then question. One that never asked anything costs no look."""
    if not event.form_revision:
        return {}
    found: dict[int, dict[int, Any]] = {}
    rows = db.session.execute(
        sa.select(RegistrationAnswer.registration_id, RegistrationAnswer.question_id, RegistrationAnswer.value)
        .join(Registration, Registration.id == RegistrationAnswer.registration_id)
        .where(Registration.event_id == event.id)
        .order_by(RegistrationAnswer.id)
    )
    for registration_id, question_id, value in rows:
        found.setdefault(registration_id, {})[question_id] = value
    return found


def said_in_list(event: Event, answers: Mapping[int, Mapping[int, Any]]) -> dict[int, list[tuple[str, str]]]:
    """What each registration answered, in words."""
    asked = questions.of(event) if answers else ()
    return {number: in_words(asked, given) for number, given in answers.items()}


def summaries(event: Event, answers: dict[int, dict[int, Any]], registrations: Sequence[Registration]) -> list[Summary]:
    """Each question with what was answered to it, in the order of the form; those nobody asks nor answered left out."""
    if not event.form_revision:
        return []
    here = [answers.get(row.id, {}) for row in registrations if row.status != Status.CANCELLED]
    found = [
        _summary(question, [one[question.id] for one in here if question.id in one]) for question in questions.of(event)
    ]
    return [one for one in found if one.answered or one.question.withdrawn_at is None]


def _summary(question: Question, values: Sequence[Any]) -> Summary:
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    if question.kind == "text":
        return Summary(question, len(values), (), [str(value) for value in flat])
    counted = Counter(flat)
    known = [*question.options, *sorted((one for one in counted if one not in question.options), key=str)]
    if question.kind == "consent":
        known = [True, False]
    return Summary(question, len(values), [(one, counted[one]) for one in known], ())


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is looked for in the list; nothing shows everybody."""

    words: str = ""
    state: str = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.state)


def narrowed(lists: queries.Lists, by: Narrowed, said: Mapping[int, Sequence[tuple[str, str]]]) -> queries.Lists:
    """Those whose name, address or answers hold the words, in the state asked for."""
    wanted = search_name(by.words)

    def kept(rows: Sequence[Registration]) -> list[Registration]:
        return [row for row in rows if by.state in {"", row.status} and wanted in _searched(row, said.get(row.id, ()))]

    if not by:
        return lists
    return queries.Lists(kept(lists.confirmed), kept(lists.offered), kept(lists.waiting), kept(lists.cancelled))


def _searched(row: Registration, said: Sequence[tuple[str, str]]) -> str:
    answers = (answer for _label, answer in said)
    return search_name(" ".join((row.person.full_name, row.person.email or "", *answers)))


def arrangements_to_forget(now: datetime) -> Sequence[int]:
    """Registrations that still say what to prepare, of events over for long enough."""
    over = life.over_before(retention.too_old("arrangement", now))
    statement = sa.select(Registration.id).join(Event, Event.id == Registration.event_id)
    return db.session.scalars(statement.where(Registration.arrangement != "", over).order_by(Registration.id)).all()
