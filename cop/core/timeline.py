"""A moment in somebody's story, as a slice tells it: ``queries.moments(person_id) -> list[Moment]``.

The person's page gathers those of every slice, newest first; each slice words its own.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Moment:
    """``at``: aware UTC, or a day when the hour is unknown. ``kind``: the slice's noun, for the filter of the page.
    ``text``: a whole sentence, in the reader's language. ``endpoint`` and ``values``: the page that tells more."""

    at: datetime | date
    kind: str
    text: Any
    endpoint: str = ""
    values: tuple[tuple[str, Any], ...] = ()
