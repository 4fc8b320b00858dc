"""What each column that points to a person says of itself: its row's fate when the person leaves or is merged.

The export, the erasure, the retention job and the merge of duplicates walk the metadata and read these
declarations, so that a new table is covered on its first day; ``tests/house/test_personal.py`` refuses a foreign
key to a person, or to an account, that declares nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

KEY: Final = "personal"


class OnErasure(StrEnum):
    """What becomes of a row when its person asks to be forgotten (RGPD, art. 17)."""

    DELETE = "delete"
    KEEP = "keep"  # the row counts (attendance, registration): it stays with the anonymous participant
    UNLINK = "unlink"  # the row is of somebody else or of the organisation: it forgets who


@dataclass(frozen=True, slots=True)
class Link:
    """``title``: what the person is told this is. ``blank``: columns with words about the person, emptied when the
    row is kept. ``hidden``: columns the person's own export leaves out (fingerprints of secrets).
    ``unique_with``: with the person, these columns must stay unique, so that a merge keeps one row of two: the one
    that comes first in ``prefers`` (a column, then its values from the most engaged), else the kept person's.
    ``contact``: the dates that are a sign of life, from which the time of keeping runs; ``None``: all of the row's."""

    title: Any
    on_erasure: OnErasure
    blank: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    unique_with: tuple[str, ...] | None = None
    prefers: tuple[str, ...] = ()
    contact: tuple[str, ...] | None = None


def link(
    title: Any,
    on_erasure: OnErasure,
    *,
    blank: tuple[str, ...] = (),
    hidden: tuple[str, ...] = (),
    unique_with: tuple[str, ...] | None = None,
    prefers: tuple[str, ...] = (),
    contact: tuple[str, ...] | None = None,
) -> dict[str, Link]:
    """For ``mapped_column(sa.ForeignKey("person.id"), info=personal.link(...))``."""
    return {KEY: Link(title, on_erasure, blank, hidden, unique_with, prefers, contact)}


def links(metadata: sa.MetaData, target: str = "person") -> Mapping[sa.Column[Any], Link | None]:
    """Every column that points to a person (or to ``target``), with what it declares."""
    return {
        column: column.info.get(KEY)
        for table in metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == target for key in column.foreign_keys)
    }
