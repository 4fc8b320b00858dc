"""What some of the next meetings of the demonstration ask, what people answered, and what has to be prepared."""

from dataclasses import replace
from typing import Final

import sqlalchemy as sa

from cop.activity.service import Actor
from cop.core.db import db
from cop.demo_world import World
from cop.events import queries_questions as queries
from cop.events import service_questions as questions
from cop.events.models import Event, EventKind
from cop.events.models_questions import Question
from cop.events.rules_questions import Wording
from cop.registrations import service_form
from cop.registrations.models import Registration
from cop.registrations.service_form import Said

# Not the very next ones: most meetings ask nothing, and that is how it should be.
_MEETINGS: Final = slice(2, 5)
_ASKED: Final = (
    Wording(
        "choice", "Comment pensez-vous venir ?", "",
        ("En voiture", "En covoiturage", "En train ou en car", "À pied ou à vélo"),
    ),
    Wording("text", "Une question que vous aimeriez voir abordée ?"),
    Wording("consent", "J’accepte de figurer sur les photographies de la rencontre"),
)  # fmt: skip
_OF_A_KIND: Final = Wording("number", "Combien de personnes de votre équipe cela intéresserait-il ?")
_WISHES: Final = (
    "Comment en parler avec les équipes des écoles ?",
    "Des outils simples, utilisables dès lundi.",
    "Ce que font les territoires voisins.",
)
_PREPARED: Final = (
    "Une place près de l’écran",
    "Une entrée de plain-pied, et quelqu’un à appeler en arrivant",
)


def fill(world: World) -> None:
    actor = Actor("account", world.alice.id)
    for event in _coming(world)[_MEETINGS]:
        asked = [questions.add(event, wording, actor=actor) for wording in _ASKED]
        questions.settle(event, replace(queries.settings_of(event), arrangement=True), actor=actor)
        for number, row in enumerate(_registered(event)):
            if number % 3 != 2:
                service_form.note(row, _said(number, asked), world.now)
    questions.add(_last_kind(), _OF_A_KIND, actor=actor)


def _coming(world: World) -> list[Event]:
    named = sa.select(EventKind.id).where(EventKind.attendance != "headcount")
    statement = sa.select(Event).where(
        Event.status == "published",
        Event.starts_at > world.now,
        Event.kind_id.in_(named),
        Event.series_id.is_(None),
        Event.outside_url == "",
    )
    return list(db.session.scalars(statement.order_by(Event.starts_at, Event.id)))


def _registered(event: Event) -> list[Registration]:
    statement = sa.select(Registration).where(Registration.event_id == event.id, Registration.status == "confirmed")
    return list(db.session.scalars(statement.order_by(Registration.id)))


def _said(number: int, asked: list[Question]) -> Said:
    way, wish, agreed = (question.id for question in asked)
    answers = {way: _ASKED[0].options[number % 4], agreed: number % 4 != 1}
    if number % 5 == 0:
        answers[wish] = _WISHES[number // 5 % len(_WISHES)]
    return Said(answers, arrangement=_PREPARED[number // 6 % 2] if number % 6 == 3 else "")


def _last_kind() -> EventKind:
    statement = sa.select(EventKind).where(EventKind.attendance != "headcount")
    return db.session.scalars(statement.order_by(EventKind.position.desc(), EventKind.id.desc()).limit(1)).one()
