"""Handing mails over: claim a few, send each outside of any transaction, keep each outcome."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from cop.core import clock
from cop.core.unit_of_work import unit_of_work
from cop.mail import rules, service, transport
from cop.mail.ledger import Claimed, Ledger, close_gate, note_answer, open_ledger
from cop.mail.models import Status
from cop.mail.transport import Door, Interrupted, Refused, Unreachable

logger = logging.getLogger(__name__)

BATCH: Final = 20


def deliver(limit: int = 200, stop: Callable[[], bool] = lambda: False) -> int:
    """Hand over what is due, on one connection; how many mails the server took."""
    sent = tried = 0
    with open_ledger() as ledger, transport.open_door() as door:
        while tried < limit and not stop():
            batch = ledger.claim(clock.now(), min(BATCH, limit - tried))
            if not batch:
                break
            tried += len(batch)
            sent += _send_batch(door, ledger, batch)
    if sent:
        note_answer()
    return sent


def _send_batch(door: Door, ledger: Ledger, batch: Sequence[Claimed]) -> int:
    waiting = list(batch)
    sent = 0
    try:
        while waiting and clock.now() - waiting[0].since < rules.LEASE:
            mail = waiting.pop(0)
            try:
                sent += _send(door, ledger, mail)
            except Unreachable as problem:
                # Not one word was exchanged about this mail.
                waiting.insert(0, mail)
                logger.warning("mail server unreachable: %s", problem)
                close_gate(str(problem), clock.now())
                break
    finally:
        # A mail whose sending ended in an unforeseen error is not among them: it stays claimed, and is tried
        # again much later.
        ledger.give_back(waiting)
    return sent


def _send(door: Door, ledger: Ledger, mail: Claimed) -> bool:
    """Send one mail and keep what became of it; true when the server took it."""
    try:
        door.send(mail.parcel)
    except Interrupted as problem:
        _later(ledger, mail, str(problem), clock.now())
        return False
    except Refused as refusal:
        _refused(ledger, mail, refusal)
        return False
    ledger.sent(mail, clock.now())
    return True


def _refused(ledger: Ledger, mail: Claimed, refusal: Refused) -> None:
    if not refusal.permanent:
        _later(ledger, mail, str(refusal), clock.now())
        return
    logger.warning("mail %s refused: %s", mail.id, refusal.code)
    ledger.not_sent(mail, status=Status.FAILED, error=str(refusal))
    if refusal.unknown_user:
        with unit_of_work():
            service.suppress(mail.parcel.recipient, "unknown_user")


def _later(ledger: Ledger, mail: Claimed, problem: str, now: datetime) -> None:
    wait = rules.retry_after(mail.attempts)
    if wait is None:
        ledger.not_sent(mail, status=Status.FAILED, error=problem)
    else:
        ledger.not_sent(mail, status=Status.QUEUED, not_before=now + wait, error=problem)
