"""Matching columns with fields, and what state an import may be in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from cop.core.i18n import _l
from cop.territories.rules import search_name

LARGEST: Final = 10 * 1024 * 1024


class State(StrEnum):
    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


AT_WORK: Final = (State.CHECKING, State.APPLYING, State.UNDOING)
# The words and the shape of each state.
STATES: Final[Mapping[str, tuple[Any, str]]] = {
    State.UPLOADED: (_l("Columns to match"), "wait"),
    State.CHECKING: (_l("Being checked"), "wait"),
    State.CHECKED: (_l("Checked, nothing is imported yet"), "warn"),
    State.APPLYING: (_l("Being imported"), "wait"),
    State.APPLIED: (_l("Imported"), "good"),
    State.FAILED: (_l("Stopped, nothing was kept"), "bad"),
    State.UNDOING: (_l("Being undone"), "wait"),
    State.UNDONE: (_l("Undone"), "quiet"),
}


class Verdict(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    SAME = "same"
    REFUSED = "refused"


VERDICTS: Final[Mapping[str, Any]] = {
    Verdict.REFUSED: _l("Refused lines"),
    Verdict.CHANGE: _l("Changed lines"),
    Verdict.CREATE: _l("New lines"),
}


def inform_before(applied_at: datetime | None) -> date | None:
    """Who did not give us their data learns within a month that we hold it (RGPD, art. 14.3)."""
    return applied_at.date() + timedelta(days=30) if applied_at else None


@dataclass(frozen=True, slots=True)
class Field:
    """Something a column may hold. ``synonyms``: headings people give it, compared without accents nor case."""

    name: str
    title: Any
    synonyms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Columns that are never read, whatever the user asks: the sentence says why."""

    why: Any
    synonyms: tuple[str, ...]


def heading_key(heading: str) -> str:
    return search_name(heading)


def headings_key(headings: Sequence[str], without: Sequence[str] = ()) -> str:
    """The same for the same set of headings, in whatever order; the column of reasons we added is left out."""
    left_out = {heading_key(one) for one in without}
    known = sorted({heading_key(heading) for heading in headings} - left_out)
    return sha256("\n".join(known).encode()).hexdigest()


def forbidden(heading: str, rules: Sequence[Forbidden]) -> Any:
    """Why the column may not be read, or ``None``."""
    key = heading_key(heading)
    for rule in rules:
        for synonym in rule.synonyms:
            wanted = search_name(synonym)
            if key == wanted or (len(wanted) > 4 and wanted in key):
                return rule.why
    return None


def guess(headings: Sequence[str], fields: Sequence[Field], barred: Sequence[Forbidden] = ()) -> list[str]:
    """The field each column seems to hold, "" when none: each field once, the best likeness first."""
    scored = [
        (-score, column, field.name)
        for column, heading in enumerate(headings)
        if forbidden(heading, barred) is None
        for field in fields
        if (score := likeness(heading, field))
    ]
    found = [""] * len(headings)
    taken: set[str] = set()
    for _score, column, name in sorted(scored):
        if not found[column] and name not in taken:
            found[column] = name
            taken.add(name)
    return found


def likeness(heading: str, field: Field) -> int:
    """0: nothing alike; the same words count most, then a heading that begins so, then one that holds them."""
    key, best = heading_key(heading), 0
    for synonym in field.synonyms:
        wanted = search_name(synonym)
        if key == wanted:
            return 1000
        if len(wanted) > 3 and key.startswith(wanted):
            best = max(best, 500 + len(wanted))
        elif len(wanted) > 3 and wanted in key:
            best = max(best, 100 + len(wanted))
    return best


def recalled(headings: Sequence[str], known: Mapping[str, str], fields: Sequence[Field]) -> list[str]:
    """What was matched last time, for fields that still exist."""
    names = {field.name for field in fields}
    wanted = [known.get(heading_key(heading), "") for heading in headings]
    return [name if name in names and wanted.index(name) == at else "" for at, name in enumerate(wanted)]
