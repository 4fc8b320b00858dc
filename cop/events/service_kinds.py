"""Adding, changing, ordering and archiving kinds of meetings. None is ever deleted: events say what they were."""

from dataclasses import asdict, replace
from typing import Final

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import db
from cop.events import queries_kinds, rules_kinds
from cop.events.models import EventKind
from cop.events.rules_kinds import KindDescription
from cop.territories.rules import search_name

_LONGEST_CODE: Final = 36


def save(kind: EventKind | None, said: KindDescription, *, actor: Actor) -> EventKind:
    """Change a kind, or add one. Events that exist keep what they took from it."""
    said = replace(said, name_en=said.name_en or said.name_fr)
    rules_kinds.check_kind(said)
    action = "event_kind.changed"
    if kind is None:
        kind = EventKind(code=_free_code(said.name_fr), position=queries_kinds.next_position())
        db.session.add(kind)
        action = "event_kind.created"
    else:
        rules_kinds.check_attendance(kind.attendance, said.attendance, noted=queries_kinds.noted(kind.id))
    for name, value in asdict(said).items():
        setattr(kind, name, value)
    db.session.flush()
    activity.record(actor, action, kind)
    return kind


def archive(kind: EventKind, *, archived: bool, actor: Actor) -> None:
    """No longer proposed, or proposed again; its events stay what they are."""
    if kind.archived is archived:
        return
    kind.archived = archived
    activity.record(actor, "event_kind.archived" if archived else "event_kind.restored", kind)


def move(kind: EventKind, step: int, *, actor: Actor) -> None:
    """One place up (-1) or down (1) among those proposed. The first ones are offered on the desk."""
    shown = [one for one in queries_kinds.all_kinds() if not one.archived]
    if kind not in shown:
        return
    at = shown.index(kind)
    to = max(0, min(at + step, len(shown) - 1))
    shown.insert(to, shown.pop(at))
    for position, one in enumerate(shown):
        one.position = position
    if to != at:
        activity.record(actor, "event_kind.moved", kind)


def _free_code(name: str) -> str:
    base = search_name(name)[:_LONGEST_CODE] or "kind"
    taken = queries_kinds.codes_like(base)
    number = 1
    while (code := base if number == 1 else f"{base}{number}") in taken:
        number += 1
    return code
