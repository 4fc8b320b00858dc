"""The other dates of a regular meeting that one may register for together with one of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.core.db import db
from cop.events import queries_questions as questions
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.events.models_questions import Question
from cop.registrations import queries, queries_audience
from cop.registrations.rules import Door

MOST: Final = 12
_ASKING: Final = frozenset({Door.OPEN, Door.FULL})


def offered(event: Event, now: datetime) -> Sequence[Event]:
    """Those to come that take people, but for the ones that must know what this one does not ask. By invitation, one is
    asked to one date."""
    by_invitation = event.audience == queries_audience.INVITED
    if event.series_id is None or event.cycle or by_invitation or queries.door(event, now) not in _ASKING:
        return ()
    statement = (
        sa.select(Event)
        .where(Event.series_id == event.series_id, Event.id != event.id, Event.starts_at > now)
        .where(Event.status == event_rules.PUBLISHED, Event.audience == event.audience)
        .order_by(Event.starts_at, Event.id)
        .options(joinedload(Event.kind))
    )
    found = [one for one in db.session.scalars(statement) if queries.door(one, now) in _ASKING][:MOST]
    known, needed = set(map(_wording, questions.asked(event))), _needed([one.id for one in found if one.form_revision])
    return [one for one in found if needed.get(one.id, set()) <= known]


Wording = tuple[str, str, tuple[str, ...]]


def _wording(question: Question) -> Wording:
    """Each date has questions of its own, copied from the first: the same words are the same question."""
    return question.kind, question.label, tuple(question.options)


def _needed(event_ids: Sequence[int]) -> Mapping[int, set[Wording]]:
    """What must be answered at each, in one statement."""
    if not event_ids:
        return {}
    asked = sa.select(Question).where(Question.event_id.in_(event_ids), Question.withdrawn_at.is_(None))
    found: dict[int, set[Wording]] = {}
    for question in db.session.scalars(asked.where(Question.required)):
        found.setdefault(question.event_id or 0, set()).add(_wording(question))
    return found


def answers_for(one: Event, event: Event, answers: Mapping[int, Any]) -> Mapping[int, Any]:
    """What was said to this event, as answers to the same questions of another one."""
    said = {_wording(question): answers[question.id] for question in questions.asked(event) if question.id in answers}
    asked = {question.id: _wording(question) for question in questions.asked(one)}
    return {number: said[wording] for number, wording in asked.items() if wording in said}


def by_number(event_ids: Sequence[int]) -> Mapping[int, Event]:
    found = db.session.scalars(sa.select(Event).where(Event.id.in_(event_ids)).options(joinedload(Event.kind)))
    return {one.id: one for one in found}
