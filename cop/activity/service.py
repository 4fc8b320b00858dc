"""Recording acts, in the same transaction as the act itself."""

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from cop.activity.models import ActivityEntry
from cop.core import clock
from cop.core.db import db


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account, the public, the worker or a command at the keyboard of the server."""

    kind: str
    account_id: int | None = None


_APPEND: Final = sa.insert(ActivityEntry.__table__)  # nobody reads it back in the same breath
PUBLIC: Final = Actor("public")
WORKER: Final = Actor("worker")
COMMAND: Final = Actor("command")


def record_apart(actor: Actor, action: str, subject_type: str, subject_id: int) -> None:
    """The same, in a transaction of its own: an act that is refused is rolled back, and its trace must stay."""
    values = {"action": action, "subject_type": subject_type, "subject_id": subject_id, "data": {}}
    with db.engine.begin() as connection:
        who = {"actor_kind": actor.kind, "actor_id": actor.account_id}
        connection.execute(_APPEND, {"at": clock.now(), **who, **values})


def record(actor: Actor, action: str, subject: Any, **data: Any) -> None:
    """Append one act, such as ``registration.cancelled``. ``data`` holds numbers and codes, never a name."""
    entry = {
        "at": clock.now(),
        "actor_kind": actor.kind,
        "actor_id": actor.account_id,
        "action": action,
        "subject_type": subject.__tablename__,
        "subject_id": subject.id,
        "data": data,
    }
    db.session.execute(_APPEND, entry)
