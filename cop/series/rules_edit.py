"""What a change to one meeting of a series means for another: the same words, the same move on the clock.

What somebody changed by hand on one date stays there: of a meeting set apart, a value follows only where it was the
same as the one that is changed.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from cop.events import rules as events
from cop.events.rules import Description
from cop.series import rules
from cop.series.rules import Shape


class Scope(StrEnum):
    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between a meeting before and after. ``by``: days it moves."""

    values: dict[str, Any]
    before: Description
    by: int = 0
    old_shape: Shape = ()
    new_shape: Shape = ()

    @property
    def anything(self) -> bool:
        return bool(self.values or self.by or self.old_shape != self.new_shape)


def change(before: Description, after: Description, zone: ZoneInfo) -> Change:
    changed = events.changes(before, after)
    values = {name: getattr(after, name) for name in changed - {"half_days"}}
    old, new = rules.shape(before.half_days, zone), rules.shape(after.half_days, zone)
    by = (rules.first_day(after.half_days, zone) - rules.first_day(before.half_days, zone)).days
    return Change(values, before, by, old, new)


@dataclass(frozen=True, slots=True)
class Member:
    """A meeting of the series as it is. ``planned``: the day its rule gave."""

    description: Description
    planned: date | None
    detached: bool


def applied(what: Change, to: Member, zone: ZoneInfo, *, over_all: bool) -> Description:
    """The other meeting, changed alike. ``over_all``: also what was changed there by hand.

    Raises ``Refused`` where the new hour does not exist that day.
    """
    follows = over_all or not to.detached
    is_now = to.description
    values = {
        name: value
        for name, value in what.values.items()
        if follows or getattr(is_now, name) == getattr(what.before, name)
    }
    return replace(is_now, **values, half_days=_moved(what, to, zone, follows=follows, over_all=over_all))


def _moved(what: Change, to: Member, zone: ZoneInfo, *, follows: bool, over_all: bool) -> Any:
    spans = to.description.half_days
    if what.by == 0 and what.old_shape == what.new_shape:
        return spans
    day, own = rules.first_day(spans, zone), rules.shape(spans, zone)
    form = what.new_shape if follows or own == what.old_shape else own
    if over_all and to.planned:
        day = to.planned + timedelta(days=what.by)
    elif follows or day == to.planned:
        day += timedelta(days=what.by)
    if form == own and day == rules.first_day(spans, zone):
        return spans
    return rules.placed(form, day, zone, [span.number for span in spans])
