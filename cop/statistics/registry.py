"""The figures: one file each in ``measures/``, found by themselves. See docs/howto/add-a-statistic.md.

A measure says *who* is counted, and on *how many*. The count is always the length of the list of people, so a
figure and the list behind it cannot disagree.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from cop.statistics import measures
from cop.statistics.queries_ground import Ground
from cop.statistics.rules import Share
from cop.statistics.rules_crowd import By, Group, Seen

Who = Callable[[Ground, By], Mapping[Group, Seen]]
Whole = Callable[[Ground, By], Mapping[Group, int]]


@dataclass(frozen=True)
class Measure:
    """A share of people. ``name`` and ``definition`` are sentences for the reader."""

    code: str
    indicator: str
    position: int
    name: Any
    definition: Any
    who: Who
    whole: Whole
    # The whole is the public register's, so it may be shown however small.
    official: bool = False

    def shares(self, ground: Ground, by: By) -> dict[Group, Share]:
        """The figure, in all or by row of a table. A whole that is not known stays so: it is not zero."""
        who, whole = self.who(ground, by), self.whole(ground, by)
        return {key: Share(len(who.get(key, {})), whole.get(key), official=self.official) for key in ground.keys(by)}


_found: dict[str, Measure] = {}


def measure(
    code: str, *, indicator: str, position: int, name: Any, definition: Any, whole: Whole, official: bool = False
) -> Callable[[Who], Measure]:
    """Declare a figure: decorate the function that gives the people it counts."""

    def declare(who: Who) -> Measure:
        if code in _found:
            raise ValueError(f"two measures are named {code}")
        _found[code] = Measure(code, indicator, position, name, definition, who, whole, official)
        return _found[code]

    return declare


@cache
def all_measures() -> dict[str, Measure]:
    """Every measure by its code, in the order of the page."""
    for module in iter_modules(measures.__path__):
        import_module(f"{measures.__name__}.{module.name}")
    return dict(sorted(_found.items(), key=lambda item: item[1].position))
