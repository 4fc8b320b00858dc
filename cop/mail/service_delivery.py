"""Handing mails over: claim, send, note the outcome; and keeping the outbox tidy.

A mail is claimed by a conditional UPDATE in one short transaction, sent outside of any, and its
outcome is kept in another, before the next one is sent. What a crash can do is send one mail twice.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from cop.core import clock
from cop.core.db import change, db, insert_if_absent
from cop.core.settings import current_settings
from cop.core.unit_of_work import unit_of_work
from cop.mail import rules, service, transport
from cop.mail.models import MailGate, MailMessage, Status
from cop.mail.transport import Door, Interrupted, Parcel, Refused, Unreachable

logger = logging.getLogger(__name__)

BATCH: Final = 20
_GATE: Final = 1
# Tables, not entities: a few thousand mails a minute pass here, and no identity map is needed.
_MAIL: Final[Any] = MailMessage.__table__
_GATES: Final[Any] = MailGate.__table__


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail this worker alone may send; ``since`` is what makes the claim its own."""

    id: int
    priority: int
    attempts: int
    since: datetime
    parcel: Parcel


# --- Claiming -----------------------------------------------------------------------------------


def claim(now: datetime, limit: int = BATCH) -> list[Claimed]:
    """Take the most urgent mails that are due. Runs inside a unit of work of its own."""
    if not _pass_gate(now):
        return []
    service_mails, others = rules.allowance(current_settings().mail_daily_quota, _used(now))
    due = (
        sa.select(_MAIL.c.id)
        .where(_MAIL.c.status == Status.QUEUED, _MAIL.c.not_before <= now)
        .where(sa.or_(_MAIL.c.expires_at.is_(None), _MAIL.c.expires_at > now))
        .order_by(_MAIL.c.priority, _MAIL.c.id)
    )
    if others < limit:
        # Near the quota the two kinds are counted apart.
        claimed = _take(due.where(_MAIL.c.priority == 0).limit(min(limit, service_mails)), now)
        rest = min(limit, others) - len(claimed)
        return claimed + (_take(due.where(_MAIL.c.priority > 0).limit(rest), now) if rest > 0 else [])
    return _take(due.limit(limit), now)


def _pass_gate(now: datetime) -> bool:
    """Lock the gate's row, so that workers count and claim one after the other; false while it is closed."""
    opened = sa.update(_GATES).where(_GATES.c.id == _GATE, _GATES.c.closed_until <= now).values(passed_at=now)
    if change(opened):
        return True
    return insert_if_absent(MailGate, {"id": _GATE, "passed_at": now}, key=["id"])


def _used(now: datetime) -> int:
    if not current_settings().mail_daily_quota:
        return 0
    recent = sa.or_(_MAIL.c.sent_at > now - rules.QUOTA_WINDOW, _MAIL.c.status == Status.SENDING)
    return db.session.scalar(sa.select(sa.func.count()).select_from(_MAIL).where(recent)) or 0


def _take(due: Any, now: datetime) -> list[Claimed]:
    statement = (
        sa.update(_MAIL)
        .where(_MAIL.c.id.in_(due), _MAIL.c.status == Status.QUEUED)
        .values(status=Status.SENDING, sending_since=now, attempts=_MAIL.c.attempts + 1)
        .returning(_MAIL.c.id, _MAIL.c.priority, _MAIL.c.attempts, _MAIL.c.sender, _MAIL.c.recipient, _MAIL.c.raw)
    )
    claimed = [
        Claimed(row.id, row.priority, row.attempts, now, Parcel(row.sender, row.recipient, row.raw))
        for row in db.session.execute(statement)
    ]
    return sorted(claimed, key=lambda mail: (mail.priority, mail.id))


# --- Sending ------------------------------------------------------------------------------------


def deliver(limit: int = 200, stop: Callable[[], bool] = lambda: False) -> int:
    """Hand over what is due, on one connection; how many mails the server took."""
    sent = tried = 0
    with transport.open_door() as door:
        while tried < limit and not stop():
            with unit_of_work():
                batch = claim(clock.now())
            if not batch:
                break
            tried += len(batch)
            sent += _send_batch(door, batch)
    if sent:
        with unit_of_work():
            _note_server_answers()
    return sent


def _send_batch(door: Door, batch: Sequence[Claimed]) -> int:
    waiting = list(batch)
    sent = 0
    try:
        while waiting and clock.now() - waiting[0].since < rules.LEASE:
            mail = waiting.pop(0)
            outcome = _send(door, mail)
            if outcome is None:
                waiting.insert(0, mail)
                break
            with unit_of_work():
                _note(mail, **outcome)
            sent += outcome["status"] == Status.SENT
    finally:
        # Not tried, or not one word exchanged: they wait for the next claim, with no try counted. A mail
        # whose sending ended in an unforeseen error stays claimed, and is tried again much later.
        if waiting:
            with unit_of_work():
                for mail in waiting:
                    _note(mail, status=Status.QUEUED, sending_since=None, attempts=mail.attempts - 1)
    return sent


def _send(door: Door, mail: Claimed) -> dict[str, Any] | None:
    """Send one mail and say what became of it; ``None``: the server could not be reached."""
    try:
        door.send(mail.parcel)
    except Unreachable as problem:
        logger.warning("mail server unreachable: %s", problem)
        with unit_of_work():
            _close_gate(str(problem), clock.now())
        return None
    except Interrupted as problem:
        return _later(mail, str(problem))
    except Refused as refusal:
        return _refused(mail, refusal)
    return {"status": Status.SENT, "sent_at": clock.now(), "sending_since": None, "error": None}


def _refused(mail: Claimed, refusal: Refused) -> dict[str, Any]:
    if not refusal.permanent:
        return _later(mail, str(refusal))
    logger.warning("mail %s refused: %s", mail.id, refusal.code)
    if refusal.unknown_user:
        with unit_of_work():
            service.suppress(mail.parcel.recipient, "unknown_user")
    return {"status": Status.FAILED, "sending_since": None, "error": str(refusal)}


def _later(mail: Claimed, problem: str) -> dict[str, Any]:
    wait = rules.retry_after(mail.attempts)
    if wait is None:
        return {"status": Status.FAILED, "sending_since": None, "error": problem}
    return {"status": Status.QUEUED, "sending_since": None, "not_before": clock.now() + wait, "error": problem}


def _note(mail: Claimed, **values: Any) -> None:
    """Write the outcome, if the claim still is ours."""
    db.session.execute(
        sa.update(_MAIL)
        .where(_MAIL.c.id == mail.id, _MAIL.c.status == Status.SENDING, _MAIL.c.sending_since == mail.since)
        .values(**values)
    )


def _close_gate(problem: str, now: datetime) -> None:
    failures = (db.session.scalar(sa.select(_GATES.c.failures).where(_GATES.c.id == _GATE)) or 0) + 1
    db.session.execute(
        sa.update(_GATES)
        .where(_GATES.c.id == _GATE)
        .values(closed_until=now + rules.pause_after(failures), failures=failures, error=problem)
    )


def _note_server_answers() -> None:
    db.session.execute(sa.update(_GATES).where(_GATES.c.failures > 0).values(failures=0, error=None))
