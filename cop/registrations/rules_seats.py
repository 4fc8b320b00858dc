"""Who belongs to which group, which line has a seat free, and how long an offered one waits.

A line is where one stands: in a group that has seats of its own (a quota), or among all others, who share the common
seats. Of a hybrid event each side, on site and on line, has its own room.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cop.core import clock

ONSITE: Final = "onsite"
ONLINE: Final = "online"
HYBRID: Final = "hybrid"
# Nobody is asked to answer in these hours: an offer does not run meanwhile.
NIGHT: Final = (time(22), time(7))


@dataclass(frozen=True, slots=True)
class Group:
    """A quota as it stands. ``kept``: its seats are out of everybody else's reach; else it is a ceiling."""

    id: int
    name: str
    capacity: int
    taken: int
    waiting: int
    kept: bool
    online: bool  # its seats are those on line, of a hybrid event
    professions: frozenset[str]
    guests_only: bool
    released: bool  # the rule no longer holds: its people share the common seats

    @property
    def left(self) -> int:
        return max(0, self.capacity - self.taken)


@dataclass(frozen=True, slots=True)
class Line:
    """Where one stands. ``group``: none for the common seats; a released one still counts its people."""

    online: bool
    group: Group | None = None

    @property
    def ruling(self) -> Group | None:
        """The group whose rule holds."""
        return None if self.group is None or self.group.released else self.group

    @property
    def kept(self) -> bool:
        return self.ruling is not None and self.ruling.kept


@dataclass(frozen=True, slots=True)
class Side:
    """One room: the event's, or one of the two of a hybrid event. ``held``: kept for groups and not taken yet."""

    capacity: int | None
    taken: int
    waiting: int
    held: int

    @property
    def left(self) -> int | None:
        """Seats for everybody."""
        return None if self.capacity is None else max(0, self.capacity - self.taken - self.held)

    @property
    def free(self) -> bool:
        return self.left is None or self.left > 0


@dataclass(frozen=True, slots=True)
class Seats:
    """All seats of an event at one moment. ``online`` only of a hybrid event."""

    main: Side
    online: Side | None
    groups: tuple[Group, ...] = ()

    def side(self, line: Line) -> Side:
        return self.online if self.online is not None and line.online else self.main

    def line(self, *, online: bool, profession: str | None, guest: bool) -> Line:
        """The first group, in order, whose conditions are all met; else the common seats."""
        for group in self.groups:
            if group.released or (self.online is not None and group.online != online):
                continue
            if belongs(group, profession=profession, guest=guest):
                return Line(online, group)
        return Line(online)

    def group(self, number: int | None) -> Group | None:
        return next((group for group in self.groups if group.id == number), None)

    def line_of(self, *, attends: str, quota_id: int | None) -> Line:
        """Where somebody stands who registered already."""
        return Line(attends == ONLINE, self.group(quota_id))

    def has_room(self, line: Line) -> bool:
        group = line.ruling
        if group is None:
            return self.side(line).free
        return group.left > 0 and (group.kept or self.side(line).free)

    def lines(self) -> list[Line]:
        """Every line in force, the groups first."""
        found = [Line(group.online, group) for group in self.groups if not group.released]
        return [*found, Line(online=False), *([Line(online=True)] if self.online is not None else [])]

    def waiting(self, line: Line) -> int:
        if line.ruling:
            return line.ruling.waiting
        side = self.side(line)
        theirs = (one for one in self.lines() if one.ruling and self.side(one) is side)
        return side.waiting - sum(one.ruling.waiting for one in theirs if one.ruling)

    def callable(self) -> list[Line]:
        """Lines in which somebody waits before a free seat."""
        return [line for line in self.lines() if self.has_room(line) and self.waiting(line) > 0]

    def somebody_is_before(self, line: Line) -> bool:
        """Whether a seat that this line could take belongs to somebody who already waits for it."""
        if line.kept:
            return self.waiting(line) > 0
        side = self.side(line)
        return any(self.side(other) is side and not other.kept for other in self.callable())

    @property
    def left(self) -> int | None:
        """Seats free for somebody or other; none when nobody counts them."""
        sides = [self.main, *([self.online] if self.online else [])]
        known = [side.capacity - side.taken for side in sides if side.capacity is not None]
        return max(0, sum(known)) if len(known) == len(sides) else None


def belongs(group: Group, *, profession: str | None, guest: bool) -> bool:
    if group.guests_only and not guest:
        return False
    return not group.professions or profession in group.professions


def asks_for_guests(groups: Iterable[Group]) -> bool:
    """Whether anybody has to be looked up among the guests."""
    return any(group.guests_only and not group.released for group in groups)


def stopped(starts_at: datetime, stop_hours: int | None, now: datetime) -> bool:
    """Too late to call somebody from the waiting list: only who asks now is known to be able to come."""
    return stop_hours is not None and now >= starts_at - timedelta(hours=stop_hours)


def offer_until(now: datetime, hours: int, *, starts_at: datetime, stop_hours: int | None, zone: ZoneInfo) -> datetime:
    """Until when an offered seat waits: so many hours, the night not counted, and never past the last call."""
    left, moment = timedelta(hours=hours), now.astimezone(UTC)
    while left > timedelta(0):
        until, awake = _next_turn(moment, zone)
        step = min(left, until - moment) if awake else until - moment
        left -= step if awake else timedelta(0)
        moment += step
    return min(moment, max(now, starts_at - timedelta(hours=stop_hours or 0)))


def _next_turn(moment: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """When day becomes night, or night day, and whether it is day until then."""
    evening, morning = NIGHT
    local = clock.local(moment, zone)
    day = local.date()
    if local.time() < morning:
        return clock.nearest_local(day, morning, zone), False
    if local.time() >= evening:
        return clock.nearest_local(day + timedelta(days=1), morning, zone), False
    return clock.nearest_local(day, evening, zone), True


def release_at(starts_at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The moment what a group left becomes everybody's: the same hour on the clock, so many days before."""
    local = clock.local(starts_at, zone)
    return clock.nearest_local(local.date() - timedelta(days=days), local.time(), zone)


def held(groups: Sequence[Group], *, online: bool) -> int:
    """Seats kept for groups and not taken yet."""
    return sum(group.left for group in groups if group.kept and not group.released and group.online == online)


def beyond(lines: Sequence[Line], seats: Seats) -> list[int]:
    """Seat everybody again in this order; who finds no seat, by their number in it."""
    in_groups: Counter[int] = Counter()
    in_common: Counter[bool] = Counter()
    found = []
    for number, line in enumerate(lines):
        group, online = line.ruling, seats.online is not None and line.online
        fits = group is None or in_groups[group.id] < group.capacity
        if fits and not line.kept:
            most = for_everybody(seats, online=online)
            fits = most is None or in_common[online] < most
        if not fits:
            found.append(number)
            continue
        in_common[online] += not line.kept
        if group:
            in_groups[group.id] += 1
    return found


def fits(seats: Seats) -> bool:
    """Whether no more is kept for groups than there is."""
    sides = [False, True] if seats.online is not None else [False]
    left = [for_everybody(seats, online=online) for online in sides]
    return all(number is None or number >= 0 for number in left)


def for_everybody(seats: Seats, *, online: bool) -> int | None:
    """Seats of a side that are kept for nobody, taken or not; none when nobody counts them."""
    side = seats.online if online and seats.online is not None else seats.main
    if side.capacity is None:
        return None
    theirs = (group for group in seats.groups if seats.online is None or group.online == online)
    return side.capacity - sum(group.capacity for group in theirs if group.kept and not group.released)
