"""What each part of the demonstration is given: the moment, the place, the four who sign in, and chance."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.core.db import db
from cop.mail.models import MailMessage, Status
from cop.territories.models import Territory

_LEAVES_WITHIN: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class World:
    """``preset``: which organisation. ``travelling``: the clock, to ``freeze`` at the moment of a past act; the
    caller sets it back to ``now``. ``rng``: always the same sequence for a preset."""

    preset: str
    now: datetime
    root: Territory
    alice: Account
    bob: Account
    charlie: Account
    diane: Account
    travelling: Any
    rng: Random


def mails_have_left(now: datetime) -> None:
    """Those of the last minutes are left to the worker. To be called before what would take back a mail that waits:
    at its moment, it had left."""
    waiting = sa.update(MailMessage).where(MailMessage.status == Status.QUEUED)
    old = waiting.where(MailMessage.created_at < now - _LEAVES_WITHIN)
    db.session.execute(old.values(status=Status.SENT, attempts=1, sent_at=MailMessage.created_at))
