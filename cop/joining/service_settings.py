"""What one subscribes to, and who says yes: edited on screen, seeded by a preset."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.joining import queries
from cop.joining.models import Charter, Door
from cop.joining.rules import Kind


def write_charter(kind: Kind, text_fr: str, text_en: str, *, actor: Actor, now: datetime) -> Charter:
    """A new version when a word changed; those who accepted an older one accepted that one."""
    held = queries.charter(kind)
    if held is not None and (held.text_fr, held.text_en) == (text_fr, text_en):
        return held
    made = _add(kind, (held.version if held else 0) + 1, text_fr, text_en, now)
    activity.record(actor, "charter.written", made, version=made.version)
    return made


def _add(kind: Kind, version: int, text_fr: str, text_en: str, now: datetime) -> Charter:
    made = Charter(kind=kind, version=version, text_fr=text_fr, text_en=text_en, in_force_since=now)
    db.session.add(made)
    db.session.flush()
    return made


def set_approval(kind: Kind, wanted: bool, *, actor: Actor) -> None:
    """Those who wait already wait on: they were told that somebody would answer."""
    door = db.session.scalar(sa.select(Door).where(Door.kind == kind))
    if door is None:
        door = Door(kind=kind, approval=False)
        db.session.add(door)
    if door.approval != wanted:
        door.approval = wanted
        db.session.flush()
        activity.record(actor, "joining.approval_changed", door, approval=wanted)
    db.session.flush()


def seed(content: Mapping[str, Any]) -> None:
    """The charters and doors of a preset that are missing: ``[joining.member]``, ``[joining.volunteer]``."""
    known = set(db.session.scalars(sa.select(Door.kind)))
    for kind in Kind:
        part = content.get(kind)
        if part is None:
            continue
        if kind not in known:
            db.session.add(Door(kind=kind, approval=part.get("approval", False)))
        if queries.charter(kind) is None:
            _add(kind, 1, part["charter_fr"], part["charter_en"], clock.now())
    db.session.flush()
