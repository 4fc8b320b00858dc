"""What was answered to the questions of an event: of one person, and of all of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cop.core.db import db
from cop.events import queries_questions as questions
from cop.events.models import Event
from cop.events.models_questions import Question
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


def by_registration(event: Event) -> dict[int, dict[int, Any]]:
    """Every answer of the event: registration, then question."""
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


def summaries(event: Event, answers: dict[int, dict[int, Any]], registrations: Sequence[Registration]) -> list[Summary]:
    """Each question with what was answered to it, in the order of the form; those nobody asks nor answered left out."""
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
