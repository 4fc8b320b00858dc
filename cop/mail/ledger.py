"""Claims and outcomes: the writing behind the delivery, on a connection of its own.

A mail is claimed by a conditional UPDATE, and its outcome is kept before the next one is sent. These are
thousands of tiny transactions a minute: they go straight to the tables, without session or identity map.
What a dead process can cause is one mail sent twice. A power cut may also lose the outcomes of the last
half second: SQLite in WAL mode does not wait for the disk at each commit, and PostgreSQL is asked not to.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cop.core.db import change, db, insert_if_absent
from cop.core.settings import current_settings
from cop.core.unit_of_work import release, unit_of_work
from cop.mail import rules
from cop.mail.models import MailBody, MailGate, MailMessage, Status
from cop.mail.transport import Parcel

_MAIL: Final[Any] = MailMessage.__table__
_BODIES: Final[Any] = MailBody.__table__
_GATES: Final[Any] = MailGate.__table__
_GATE: Final = 1


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail this worker alone may send; ``since`` is what makes the claim its own."""

    id: int
    priority: int
    attempts: int
    since: datetime
    parcel: Parcel


_OURS: Final = (
    _MAIL.c.id == sa.bindparam("mail"),
    _MAIL.c.status == Status.SENDING,
    _MAIL.c.sending_since == sa.bindparam("since"),
)
# Built once: building a statement costs as much as running it.
_SENT: Final = (
    sa.update(_MAIL)
    .where(*_OURS)
    .values(status=Status.SENT, sent_at=sa.bindparam("at"), sending_since=None, error=None)
)
_GIVEN_BACK: Final = (
    sa.update(_MAIL).where(*_OURS).values(status=Status.QUEUED, sending_since=None, attempts=_MAIL.c.attempts - 1)
)
_DUE: Final = (
    sa.select(_MAIL.c.id)
    .where(_MAIL.c.status == Status.QUEUED, _MAIL.c.not_before <= sa.bindparam("now"))
    .where(sa.or_(_MAIL.c.expires_at.is_(None), _MAIL.c.expires_at > sa.bindparam("now")))
    .order_by(_MAIL.c.priority, _MAIL.c.id)
    .limit(sa.bindparam("limit"))
)


def _taking(due: Any) -> Any:
    return (
        sa.update(_MAIL)
        .where(_MAIL.c.id.in_(due), _MAIL.c.status == Status.QUEUED)
        .values(status=Status.SENDING, sending_since=sa.bindparam("since"), attempts=_MAIL.c.attempts + 1)
        .returning(_MAIL.c.id, _MAIL.c.priority, _MAIL.c.attempts, _MAIL.c.sender, _MAIL.c.recipient)
    )


_TAKE: Final = _taking(_DUE)
_TAKE_SERVICE: Final = _taking(_DUE.where(_MAIL.c.priority == 0))
_TAKE_OTHERS: Final = _taking(_DUE.where(_MAIL.c.priority > 0))
_RAW: Final = sa.select(_BODIES.c.mail_id, _BODIES.c.raw).where(
    _BODIES.c.mail_id.in_(sa.bindparam("mails", expanding=True))
)


class Ledger:
    """``connection`` writes outcomes, one statement each; claims are units of work like any other."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def claim(self, now: datetime, limit: int) -> list[Claimed]:
        """Take the most urgent mails that are due; nothing while the mail server is left alone."""
        with unit_of_work():
            if not _pass_gate(now):
                return []
            service_mails, others = rules.allowance(current_settings().mail_daily_quota, _used(now))
            if others >= limit:
                return _take(_TAKE, now, limit)
            # Near the quota the two kinds are counted apart.
            first = _take(_TAKE_SERVICE, now, min(limit, service_mails))
            return first + _take(_TAKE_OTHERS, now, min(limit, others) - len(first))

    def sent(self, mail: Claimed, at: datetime) -> None:
        with self.connection.begin():
            self.connection.execute(_SENT, {"mail": mail.id, "since": mail.since, "at": at})

    def not_sent(self, mail: Claimed, **values: Any) -> None:
        """Write what became of a mail, if the claim still is ours."""
        statement = sa.update(_MAIL).where(*_OURS).values(sending_since=None, **values)
        with self.connection.begin():
            self.connection.execute(statement, {"mail": mail.id, "since": mail.since})

    def give_back(self, mails: Sequence[Claimed]) -> None:
        """Mails that were not tried: they wait for the next claim, with no try counted."""
        if mails:
            with self.connection.begin():
                self.connection.execute(_GIVEN_BACK, [{"mail": mail.id, "since": mail.since} for mail in mails])


def _pass_gate(now: datetime) -> bool:
    """Lock the gate's row, so that workers count and claim one after the other; false while it is closed."""
    gate = sa.update(_GATES).where(_GATES.c.id == _GATE, _GATES.c.closed_until <= now)
    return change(gate.values(passed_at=now)) > 0


def _used(now: datetime) -> int:
    if not current_settings().mail_daily_quota:
        return 0
    recent = sa.or_(_MAIL.c.sent_at > now - rules.QUOTA_WINDOW, _MAIL.c.status == Status.SENDING)
    return db.session.scalar(sa.select(sa.func.count()).select_from(_MAIL).where(recent)) or 0


def _take(statement: Any, now: datetime, limit: int) -> list[Claimed]:
    if limit <= 0:
        return []
    rows = db.session.execute(statement, {"now": now, "since": now, "limit": limit}).all()
    bodies = db.session.execute(_RAW, {"mails": [row.id for row in rows]})
    raw = {body.mail_id: body.raw for body in bodies}
    claimed = [
        Claimed(row.id, row.priority, row.attempts, now, Parcel(row.sender, row.recipient, raw[row.id])) for row in rows
    ]
    return sorted(claimed, key=lambda mail: (mail.priority, mail.id))


def close_gate(problem: str, now: datetime) -> None:
    """Leave the mail server alone for a while, the longer the more often it did not answer."""
    with unit_of_work():
        gate = db.session.get_one(MailGate, _GATE)
        gate.failures += 1
        gate.closed_until = now + rules.pause_after(gate.failures)
        gate.error = problem


def note_answer() -> None:
    """The mail server answers again."""
    with unit_of_work():
        change(sa.update(_GATES).where(_GATES.c.failures > 0).values(failures=0, error=None))


@contextmanager
def open_ledger() -> Iterator[Ledger]:
    """Outside of any transaction, for it writes on a connection of its own."""
    release()
    with unit_of_work():
        insert_if_absent(MailGate, {"id": _GATE}, key=["id"])
    with db.engine.connect() as connection:
        if connection.dialect.name != "postgresql":
            yield Ledger(connection)
            return
        # One statement is one transaction: one exchange with the server instead of three.
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        _set(connection, "SET synchronous_commit TO off")
        try:
            yield Ledger(connection)
        finally:
            _set(connection, "RESET synchronous_commit")


def _set(connection: Connection, statement: str) -> None:
    with connection.begin():
        connection.exec_driver_sql(statement)
