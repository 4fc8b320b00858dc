"""Who commits: the edge, and nobody else.

One HTTP request, one item of a job, one command is one transaction. Services flush; they never commit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from cop.core.db import db, expect_writes, reset_expectation

_WROTE: Final = "cop.wrote"


class WriteInReadOnlyRequest(RuntimeError):
    """A GET tried to write. Mail scanners follow every link: a link shows, a button acts."""


@contextmanager
def unit_of_work(*, write: bool = True) -> Iterator[None]:
    """One transaction: committed at the end of the block, rolled back when it raises."""
    db.session.rollback()
    token = expect_writes(write)
    try:
        yield
        if write:
            db.session.commit()
        else:
            db.session.rollback()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        reset_expectation(token)
        db.session.expire_all()


def end_request(*, commit: bool) -> None:
    """Close the transaction of an HTTP request; called by ``core.web`` only."""
    if not db.session.registry.has():  # nothing was asked of the database
        return
    if commit:
        db.session.commit()
    else:
        db.session.rollback()


def release() -> None:
    """Give the database back before something slow (a password hash, a network call).

    What was read stays usable only as plain values; nothing may have been written yet.
    """
    if db.session.info.get(_WROTE) or db.session.new or db.session.dirty or db.session.deleted:
        raise RuntimeError("release() in the middle of a write: what was written would be lost")
    db.session.rollback()


def forbid_writes(session: Any, read_only: Any) -> None:
    """Raise on any flush or bulk write of ``session`` while ``read_only()`` is true."""

    def before_flush(flushing: Session, *_: Any) -> None:
        if flushing.new or flushing.dirty or flushing.deleted:
            note(flushing)

    def on_execute(state: ORMExecuteState) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            note(state.session)

    def note(writing: Session) -> None:
        if read_only():
            raise WriteInReadOnlyRequest("a GET request tried to write")
        writing.info[_WROTE] = True

    def forget(of: Session, ended: SessionTransaction) -> None:
        if ended.parent is None:  # a savepoint ends too, and what it wrote is still to be committed
            of.info.pop(_WROTE, None)

    event.listen(session, "before_flush", before_flush)
    event.listen(session, "do_orm_execute", on_execute)
    event.listen(session, "after_transaction_end", forget)
