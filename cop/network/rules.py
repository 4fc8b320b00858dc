"""The steps of engagement, from somebody one knows of to the board; and which counts may be shown."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from cop.core.i18n import _l


class Step(StrEnum):
    """What somebody is to the network on a day; of several, the highest holds."""

    CONTACT = "contact"
    PARTICIPANT = "participant"
    MEMBER = "adherent"
    VOLUNTEER = "benevole"
    BOARD = "instances"

    @property
    def rank(self) -> int:
        return STEPS.index(self)

    @property
    def label(self) -> Any:
        return _LABELS[self]

    @property
    def definition(self) -> Any:
        return _DEFINITIONS[self]


STEPS: Final = tuple(Step)
# Of a transition: not on record yet on the first of the two days.
UNKNOWN: Final = "inconnu"
UNKNOWN_RANK: Final = -1
_LABELS: Final = {
    Step.CONTACT: _l("Contact"),
    Step.PARTICIPANT: _l("Participant"),
    Step.MEMBER: _l("Member"),
    Step.VOLUNTEER: _l("Volunteer"),
    Step.BOARD: _l("Board or bureau"),
}
_DEFINITIONS: Final = {
    Step.CONTACT: _l("Known to the network, never seen at an event."),
    Step.PARTICIPANT: _l("Was present at one event at least, of any kind, up to that day."),
    Step.MEMBER: _l("Has a membership in force that day."),
    Step.VOLUNTEER: _l("Has a volunteer’s profile in use that day, or holds the mandate of volunteer."),
    Step.BOARD: _l("Sits on the board or the bureau that day, by a mandate in force."),
}
Cell = tuple[int, int]
# The row and the column of the sums.
SUM: Final = 99


def with_sums(cells: Mapping[Cell, int]) -> dict[Cell, int]:
    """A crossed table with its last row, its last column, and its total."""
    whole = dict(cells)
    for (left, right), count in cells.items():
        for sum_of in ((left, SUM), (SUM, right), (SUM, SUM)):
            whole[sum_of] = whole.get(sum_of, 0) + count
    return whole


def hide_small(cells: Mapping[Cell, int], threshold: int | None) -> dict[Cell, int | None]:
    """A crossed table, sums included, as it may be seen by who may not read names: small counts are ``None``.

    A cell hidden alone in its row or its column would be found by subtraction, so the smallest of its neighbours
    goes with it, until none is alone.
    """
    if threshold is None:
        return dict(cells)
    hidden = {cell for cell, count in cells.items() if 0 < count < threshold}
    while (alone := _beside_one_alone(cells, hidden)) is not None:
        hidden.add(alone)
    return {cell: None if cell in hidden else count for cell, count in cells.items()}


def _beside_one_alone(cells: Mapping[Cell, int], hidden: set[Cell]) -> Cell | None:
    for cell in sorted(hidden):
        for axis in (0, 1):
            line = [other for other in cells if other[axis] == cell[axis] and other != cell]
            seen = [other for other in line if other not in hidden and cells[other]]
            if seen and not any(other in hidden for other in line):
                return min(seen, key=lambda other: (cells[other], other))
    return None
