"""Importing the official extract: read aside, checked, counted, then put in force in one short transaction.

Nothing of the previous import is touched before the new one is whole, so that an import that fails,
is refused or is killed leaves the previous headcounts in force. The extract is read without any
transaction open: the site goes on writing meanwhile.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from cop.core import clock
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _
from cop.core.settings import current_settings
from cop.core.unit_of_work import unit_of_work
from cop.territories import register, rules, service_headcounts
from cop.territories.models import Headcount, ImportStatus, RegisterImport, RegisterPractice
from cop.territories.register import Extract, Reading
from cop.territories.service_gathering import Gathering

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], Any]  # size of the extract, bytes read since the last call


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did. ``unchanged``: the file is the one already in force."""

    import_id: int
    unchanged: bool = False


class ExtractRefused(Refused):
    """The extract was read and is not put in force; its import keeps the account of what was wrong."""

    def __init__(self, refused: Refused, import_id: int) -> None:
        super().__init__(refused.message)
        self.import_id = import_id


def import_register(
    path: Path, extract_date: date | None = None, progress: Progress | None = None, force: bool = False
) -> Outcome:
    """Import an extract and put it in force; makes its own units of work.

    Raises ``Refused`` when the file is not the register's, has no date, is older or much shorter than
    the one in force (``force`` accepts these two), or when another import is running.
    """
    with _only_one(), register.open_extract(path) as extract:
        day = extract_date or rules.date_in_name(extract.name) or rules.date_in_name(path.name)
        previous = _previous()
        if previous and _same(previous, extract, path):
            return Outcome(previous.id, unchanged=True)
        import_id = _begin(extract.name, _checked_day(day, previous, force))
        try:
            _read(extract, import_id, progress)
            _check_lines(extract.reading, previous, force)
            _count(import_id)
        except Refused as refused:
            _give_up(import_id, ImportStatus.REFUSED)
            raise ExtractRefused(refused, import_id) from refused
        except BaseException:
            _give_up(import_id, ImportStatus.FAILED)
            raise
        _put_in_force(import_id)
        return Outcome(import_id)


@contextmanager
def _only_one() -> Iterator[None]:
    """Hold the lock of imports, which the system gives back even when the process is killed."""
    path = current_settings().instance / "register-import.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(_("Another import of the register is running. Wait for its end.")) from None
        yield


def _previous() -> RegisterImport | None:
    """The import in force, usable outside of any transaction."""
    with unit_of_work(write=False):
        found: RegisterImport | None = db.session.scalar(sa.select(RegisterImport).where(RegisterImport.is_current))
        if found:
            db.session.expunge(found)
        return found


def _checked_day(day: date | None, previous: RegisterImport | None, force: bool) -> date:
    if day is None:
        raise Refused(
            _("The date of the extract is not in the name of the file (…_YYYYMMDDhhmm.txt): give it with --date.")
        )
    if day > clock.today():
        raise Refused(_("The extract would be of a day to come: check its date."))
    if previous and day < previous.extract_date and not force:
        raise Refused(_("This extract is older than the one in force. Nothing was changed; --force imports it anyway."))
    return day


def _check_lines(reading: Reading, previous: RegisterImport | None, force: bool) -> None:
    if not reading.lines:
        raise Refused(_("The file holds no line after its header. The previous figures stay in force."))
    refused = reading.refused.total()
    if rules.looks_foreign(refused, reading.lines):
        raise Refused(
            _(
                "%(refused)d lines of %(lines)d could not be read: the file is damaged, or is not the register’s. "
                "The previous figures stay in force.",
                refused=refused,
                lines=reading.lines,
            )
        )
    if previous and rules.looks_truncated(reading.lines, previous.file_lines) and not force:
        raise Refused(
            _(
                "The file has %(lines)d lines, less than 80 %% of the %(previous)d of the extract in force: it looks "
                "truncated. The previous figures stay in force; --force imports it anyway.",
                lines=reading.lines,
                previous=previous.file_lines,
            )
        )


def _begin(name: str, day: date) -> int:
    """Note the import, and clear what a killed one left: the lock says that none is running."""
    with unit_of_work():
        dead = RegisterImport.status == ImportStatus.RUNNING
        db.session.execute(
            sa.update(RegisterImport).where(dead).values(status=ImportStatus.FAILED, finished_at=clock.now())
        )
        _forget_people()
        begun = RegisterImport(
            extract_date=day, file_name=name, started_at=clock.now(), status=ImportStatus.RUNNING, report={}
        )
        db.session.add(begun)
        db.session.flush()
        return begun.id


def _read(extract: Extract, import_id: int, progress: Progress | None) -> None:
    """Read the extract without any transaction, then keep the fingerprints."""
    with unit_of_work(write=False):
        gathering = Gathering(current_settings().register_key)
    gathering.take(extract, partial(progress, extract.size) if progress else None)
    with unit_of_work():
        gathering.keep(import_id)
        noted = db.session.get_one(RegisterImport, import_id)
        noted.file_checksum, noted.file_lines = extract.checksum, extract.reading.lines
        noted.refused_lines = extract.reading.refused.total()
        noted.report = {**extract.reading.as_report(), "unlocated_people": len(gathering.unlocated)}


def _same(previous: RegisterImport, extract: Extract, path: Path) -> bool:
    """Whether the file is the one in force; read for that only when it has the same size."""
    size, _separator, _crc = previous.file_checksum.partition("-")
    return size == str(extract.size) and previous.file_checksum == register.checksum_of(path)


def _count(import_id: int) -> None:
    with unit_of_work(write=False):
        counted = service_headcounts.tally(import_id)
    if not counted.people:
        raise Refused(
            _("Nobody in the file practises in the départements of this site. The previous figures stay in force.")
        )
    with unit_of_work():
        service_headcounts.store(import_id, counted)
        db.session.get_one(RegisterImport, import_id).people = counted.people


def _put_in_force(import_id: int) -> None:
    with unit_of_work():
        db.session.execute(
            sa.update(RegisterImport)
            .where(RegisterImport.is_current, RegisterImport.id != import_id)
            .values(is_current=False)
        )
        done = db.session.get_one(RegisterImport, import_id)
        done.is_current, done.status, done.finished_at = True, ImportStatus.DONE, clock.now()
        db.session.flush()
        _forget_people()


def _give_up(import_id: int, status: ImportStatus) -> None:
    try:
        with unit_of_work():
            db.session.execute(
                sa.update(RegisterImport)
                .where(RegisterImport.id == import_id)
                .values(status=status, finished_at=clock.now())
            )
            _forget_people()
    except SQLAlchemyError:
        # The next import clears what this one leaves; the first error is the one to be seen.
        logger.exception("could not note that import %d of the register failed", import_id)


def _forget_people() -> None:
    """Drop the fingerprints of all imports but the one in force, and the counts of those that never were.

    The counts of earlier extracts stay: a figure of a past period is read against the extract of its time.
    """
    other = sa.select(RegisterImport.id).where(
        ~RegisterImport.is_current, RegisterImport.status != ImportStatus.RUNNING
    )
    db.session.execute(sa.delete(RegisterPractice).where(RegisterPractice.import_id.in_(other)))
    never = other.where(RegisterImport.status != ImportStatus.DONE)
    db.session.execute(sa.delete(Headcount).where(Headcount.import_id.in_(never)))
