"""Undoing: every row changed in a block is noted, and the block can be taken back as long as nobody changed it since.

    with changes.recorded("import:12"):
        …                                   # objects, statements: whatever goes through the session
    undone = changes.undo("import:12")      # undone.restored, undone.left

What somebody changed since stays as it is, and is told. A row that was made stays when others point to it now.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cop.core.changes_journal import ORIGIN, UNRECORDED, RowChange, key_text, pointing_to
from cop.core.changes_undo import Left, Undone, undo
from cop.core.db import change, db

__all__ = ["UNRECORDED", "Left", "Undone", "delete", "forget", "forget_old", "recorded", "undo", "update"]


@contextmanager
def recorded(origin: str) -> Iterator[None]:
    """Note every change of the block under ``origin``; within another block, that one's origin holds again after."""
    session = db.session()
    session.flush()  # what was done before is not of this block
    outer = session.info.get(ORIGIN)
    session.info[ORIGIN] = origin
    try:
        yield
        session.flush()
    finally:
        session.info.pop(ORIGIN, None)
        if outer is not None:
            session.info[ORIGIN] = outer


def update(target: Any, where: Any, values: Mapping[str, Any]) -> int:
    """Change rows by a condition; how many."""
    return change(sa.update(target).where(where).values(values))


def delete(target: Any, where: Any) -> int:
    return change(sa.delete(target).where(where))


def forget(table: str, key: int | Sequence[Any]) -> None:
    """Drop what the journal holds of a row and of those that point to it: the person asked to be forgotten."""
    number = (key,) if isinstance(key, int) else tuple(key)
    wanted = [sa.and_(RowChange.table_name == table, RowChange.row_key == key_text(number))]
    if len(number) == 1:
        for column, _foreign in pointing_to(db.metadata.tables[table]):
            held = [kept[column.name].as_integer() == number[0] for kept in (RowChange.before, RowChange.after)]
            wanted.append(sa.and_(RowChange.table_name == column.table.name, sa.or_(*held)))
    change(sa.delete(RowChange).where(sa.or_(*wanted)))


def forget_old(before: datetime) -> int:
    return change(sa.delete(RowChange).where(RowChange.at < before))
