"""Writing what people are asked when they register, and until when they may."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import change, db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import queries_questions as queries
from cop.events import rules
from cop.events import rules_questions as wordings
from cop.events.models import Event, EventKind
from cop.events.models_questions import Question
from cop.events.queries_questions import Owner
from cop.events.rules_questions import Settings, Wording


def add(owner: Owner, wording: Wording, *, actor: Actor) -> Question:
    """One more question, the last one. Pressed twice, it is asked once."""
    wordings.check(wording)
    _touch(owner)
    known = queries.of(owner)
    twin = next((one for one in known if not one.withdrawn_at and queries.wording_of(one) == wording), None)
    if twin:
        return twin
    if sum(1 for one in known if not one.withdrawn_at) >= wordings.MOST_QUESTIONS:
        raise Refused(_l("Twenty questions at most: each one loses you people on the way."))
    made = Question(position=max((one.position for one in known), default=0) + 1)
    made.event_id, made.kind_id = (owner.id, None) if isinstance(owner, Event) else (None, owner.id)
    _word(made, wording)
    db.session.add(made)
    db.session.flush()
    activity.record(actor, "question.added", owner, question=made.id, sensitive=wordings.is_sensitive(wording))
    return made


def edit(owner: Owner, question: Question, wording: Wording, *, actor: Actor, now: datetime) -> Question:
    """Other words. Another way of answering makes another question: the answers given stay under the first one."""
    wordings.check(wording)
    if question.withdrawn_at:
        raise Refused(_l("This question is no longer asked: ask it again first."))
    _touch(owner)
    if wording.kind != question.kind:
        position = question.position
        remove(owner, question, actor=actor, now=now)
        made = add(owner, wording, actor=actor)
        made.position = position
        db.session.flush()
        return made
    if queries.wording_of(question) != wording:
        _word(question, wording)
        db.session.flush()
        activity.record(
            actor, "question.changed", owner, question=question.id, sensitive=wordings.is_sensitive(wording)
        )
    return question


def remove(owner: Owner, question: Question, *, actor: Actor, now: datetime) -> bool:
    """Ask it no more. True when it is gone; false when people had answered: it is withdrawn, and the answers stay."""
    _touch(owner)
    activity.record(actor, "question.removed", owner, question=question.id)
    try:
        with db.session.begin_nested():  # answers hold on to their question: the database knows better than a look
            change(sa.delete(Question).where(Question.id == question.id))
    except IntegrityError:
        question.withdrawn_at = now
        db.session.flush()
        return False
    db.session.expunge(question)
    return True


def restore(owner: Owner, question: Question, *, actor: Actor) -> None:
    """Ask it again, with the answers it had."""
    if question.withdrawn_at is None:
        return
    _touch(owner)
    question.withdrawn_at = None
    db.session.flush()
    activity.record(actor, "question.restored", owner, question=question.id)


def move(owner: Owner, question: Question, step: int) -> None:
    """One place up (-1) or down (+1) among those that are asked."""
    _touch(owner)
    order = list(queries.asked(owner))
    if question not in order:
        return
    at = order.index(question)
    other = at + (1 if step > 0 else -1)
    if 0 <= other < len(order):
        order[at], order[other] = order[other], order[at]
    for position, one in enumerate(order, start=1):
        one.position = position
    db.session.flush()


class SettledMeanwhile(Refused):
    """Somebody else did, since this editor was shown the settings."""


def settle(event: Event, settings: Settings, *, actor: Actor, shown: Mapping[str, str] | None = None) -> bool:
    """Until when one registers, and what the form offers besides. True when something changed. ``shown``: the marks of
    what the editor saw; none: whatever there is, this is over it."""
    if shown is not None:
        _check_shown(event, settings, shown)
    wordings.check_closing(settings.closes_at, event.starts_at)
    said = {
        "registration_closes_at": settings.closes_at,
        "colleagues": settings.colleagues,
        "arrangement": settings.arrangement,
    }
    changed = sorted(name for name, value in said.items() if getattr(event, name) != value)
    if changed:
        _touch(event)
        for name, value in said.items():
            setattr(event, name, value)
        activity.record(actor, "event.form_settled", event, fields=changed)
        db.session.flush()
    return bool(changed)


def _check_shown(event: Event, settings: Settings, shown: Mapping[str, str]) -> None:
    """The row is ours from here: nobody settles between the look and the writing."""
    db.session.execute(sa.select(Event.id).where(Event.id == event.id).with_for_update())
    db.session.refresh(event, ["registration_closes_at", "colleagues", "arrangement", "starts_at"])
    if settings.not_seen(shown, queries.settings_of(event)):
        raise SettledMeanwhile(
            _l(
                "Somebody else changed these settings while this page was open. What you typed is still here; see "
                "above what they changed, then save again."
            )
        )


def copy(source: Owner, event: Event) -> None:
    """Give a new event the questions and the settings of its kind, or of the event it is a copy of."""
    event.colleagues, event.arrangement = source.colleagues, source.arrangement
    if isinstance(source, EventKind):
        event.registration_closes_at = wordings.closing_time(event.starts_at, source.closes_hours_before)
    else:
        event.registration_closes_at = wordings.moved_closing(
            source.registration_closes_at, source.starts_at, event.starts_at, event.zone
        )
    for question in queries.asked(source):
        made = Question(event_id=event.id, position=question.position)
        _word(made, queries.wording_of(question))
        db.session.add(made)
        event.form_revision = 1
    db.session.flush()


def follow(event: Event, before: datetime) -> None:
    """The event was moved: registration closes as long before it as it did. ``before``: when it began."""
    event.registration_closes_at = wordings.moved_closing(
        event.registration_closes_at, before, event.starts_at, event.zone
    )


def _word(question: Question, wording: Wording) -> None:
    question.kind, question.label, question.hint = wording.kind, wording.label, wording.hint
    question.options = list(wording.options) if wording.kind in wordings.WITH_OPTIONS else []
    question.required = wording.required


def _touch(owner: Owner) -> None:
    """Whoever changes the form has the event to themselves until the end; pages kept ready are made anew."""
    if not isinstance(owner, Event):
        db.session.execute(sa.select(EventKind.id).where(EventKind.id == owner.id).with_for_update())
        return
    if owner.status == rules.CANCELLED:
        raise Refused(_l("A cancelled event is no longer changed: copy it, and publish the copy."))
    raised: dict[str, Any] = {"form_revision": Event.form_revision + 1}
    statement = sa.update(Event).where(Event.id == owner.id).values(raised)
    db.session.execute(statement, execution_options={"synchronize_session": False})
    db.session.expire(owner, ["form_revision"])
