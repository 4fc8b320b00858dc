"""The questions of an event or of a kind, in their order."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from cop.core.db import db
from cop.core.errors import NotFound
from cop.events.models import Event, EventKind
from cop.events.models_questions import Question
from cop.events.rules_questions import Settings, Wording

Owner = Event | EventKind
_ORDER: Final = (Question.position, Question.id)


def belongs_to(owner: Owner) -> sa.ColumnElement[bool]:
    return Question.event_id == owner.id if isinstance(owner, Event) else Question.kind_id == owner.id


def asked(owner: Owner) -> Sequence[Question]:
    """Those that are put to people today. An event whose form was never touched costs no look."""
    if isinstance(owner, Event) and not owner.form_revision:
        return ()
    statement = sa.select(Question).where(belongs_to(owner), Question.withdrawn_at.is_(None))
    return db.session.scalars(statement.order_by(*_ORDER)).all()


def of(owner: Owner) -> Sequence[Question]:
    """All of them; those withdrawn come last."""
    statement = sa.select(Question).where(belongs_to(owner))
    return db.session.scalars(statement.order_by(Question.withdrawn_at.is_not(None), *_ORDER)).all()


def settings_of(event: Event) -> Settings:
    return Settings(event.registration_closes_at, event.colleagues, event.arrangement)


def one(owner: Owner, question_id: int) -> Question:
    """Raises :class:`NotFound`, also for the question of something else."""
    found: Question | None = db.session.scalar(sa.select(Question).where(belongs_to(owner), Question.id == question_id))
    if found is None:
        raise NotFound
    return found


def wording_of(question: Question) -> Wording:
    return Wording(question.kind, question.label, question.hint, tuple(question.options), question.required)


def kind_by_number(kind_id: int) -> EventKind:
    found = db.session.get(EventKind, kind_id)
    if found is None:
        raise NotFound
    return found
