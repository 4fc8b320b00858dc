"""Whether one may register for a cycle: when one may for each of its seminars."""

from collections.abc import Sequence
from typing import Final

from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.registrations.rules import Door

MOST_SEMINARS: Final = 12
# The first of these that one of the seminars has is what the cycle has.
_WORST_FIRST: Final = (Door.DRAFT, Door.POSTPONED, Door.STARTED, Door.CLOSED, Door.FULL)


def door(doors: Sequence[Door], *, waiting: int) -> Door:
    """``doors``: those of its seminars, the cancelled ones left out. A cycle that has begun takes nobody more."""
    if not doors:
        return Door.CANCELLED
    if all(one == Door.OVER for one in doors):
        return Door.OVER
    seen = [Door.STARTED if one == Door.OVER else one for one in doors]
    for one in _WORST_FIRST:
        if one in seen:
            return one
    if any(one != Door.OPEN for one in seen):  # people are counted there, or others register them
        return Door.CLOSED
    return Door.FULL if waiting else Door.OPEN


_REFUSALS: Final = {
    Door.DRAFT: _l("Registration opens once all the seminars of this cycle are announced."),
    Door.POSTPONED: _l("A seminar of this cycle is put off: registration opens again with its new date."),
    Door.CANCELLED: _l("This cycle is cancelled: nobody can be registered any more."),
    Door.OVER: _l("This cycle has taken place."),
    Door.CLOSED: _l("Registration is closed. A seat matters to you? Write to those who run the cycle."),
    Door.STARTED: _l("This cycle has begun: one takes part from its first seminar to its last."),
}


def check_door(found: Door, *, staff: bool) -> None:
    """Refuse unless one may register; the staff may until the last seminar."""
    if found in {Door.OPEN, Door.FULL} or (staff and found in {Door.CLOSED, Door.STARTED}):
        return
    raise Refused(_REFUSALS.get(found, _REFUSALS[Door.CLOSED]))
