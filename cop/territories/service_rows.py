"""Many rows at once: what the reference data and the register write by the ten thousand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

from cop.core.db import db

BATCH: Final = 10_000


def insert_rows(model: type[Any], columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> int:
    """Insert plain tuples with the driver's own bulk call, three times as fast as rows made of dictionaries.

    Values go to the driver as they are: for numbers and text only, no date and no JSON.
    """
    connection = db.session.connection()
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    # Names of our own tables and columns, never of a person.
    statement = (
        f"INSERT INTO {model.__tablename__} ({', '.join(columns)}) "  # noqa: S608
        f"VALUES ({', '.join([mark] * len(columns))})"
    )
    written, remaining = 0, iter(rows)
    while batch := list(islice(remaining, BATCH)):
        connection.exec_driver_sql(statement, batch)
        written += len(batch)
    return written
