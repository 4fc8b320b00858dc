"""What lists can be imported as: each slice that takes some says so in its own ``import_<noun>.py``.

    IMPORT_TARGETS = [PeopleTarget()]

The application gathers them. Checking and importing go through the same ``plan``: what was promised is what is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from flask import current_app

from cop.activity.service import Actor
from cop.core.access import Permission
from cop.core.errors import NotFound
from cop.core.spreadsheets import Cell
from cop.imports.rules import Field, Forbidden, Verdict


@dataclass(frozen=True, slots=True)
class Context:
    """The import as its target sees it."""

    import_id: int
    actor: Actor
    source: str
    informed_on: date | None
    replace: bool  # may overwrite what is filled already
    territories: frozenset[int] | None  # where the person who imports may; ``None``: everywhere


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the file: its number there, and the cell of each matched field."""

    number: int
    values: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done of a line. ``changes``: (field, before, after), as they are shown."""

    verdict: Verdict
    who: str = ""
    reason: Any = ""
    changes: tuple[tuple[Any, str, str], ...] = ()
    work: Any = field(default=None, repr=False)  # what ``apply`` needs


class Run(Protocol):
    """One reading of one file, from its first line to its last: it remembers what came before."""

    def plan(self, entries: Sequence[Entry]) -> list[Plan]:
        """A plan for each entry, with a constant number of queries for all of them. Writes nothing."""

    def apply(self, plans: Sequence[Plan]) -> None:
        """Do what is planned, through the session."""


class Target(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> Any: ...
    @property
    def permission(self) -> Permission: ...
    @property
    def fields(self) -> Sequence[Field]: ...
    @property
    def forbidden(self) -> Sequence[Forbidden]: ...

    def check(self, fields: set[str]) -> None:
        """Raise ``Refused`` when the matched fields are not enough to know what a line is about."""

    def begin(self, context: Context) -> Run: ...


def known() -> list[Target]:
    """Those the application found."""
    found: list[Target] = current_app.extensions["cop.import_targets"]
    return found


def named(name: str) -> Target:
    for target in known():
        if target.name == name:
            return target
    raise NotFound
