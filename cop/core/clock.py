"""The one clock of the application: aware UTC inside, the organisation's zone outside.

Nothing else in ``cop`` reads the time of the machine, so a test that moves this
clock moves everything: due dates, links that expire, rate limits.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cop.core.errors import Refused
from cop.core.i18n import _l

PARIS: Final = ZoneInfo("Europe/Paris")


class Clock:
    """A clock that tests, and the demonstration, may stop, set and advance."""

    def __init__(self) -> None:
        self._frozen_at: datetime | None = None

    def now(self) -> datetime:
        return self._frozen_at or datetime.now(UTC)

    def freeze(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("a frozen clock needs an aware datetime")
        self._frozen_at = moment.astimezone(UTC)

    def advance(self, **delta: float) -> None:
        self.freeze(self.now() + timedelta(**delta))

    def release(self) -> None:
        self._frozen_at = None

    @contextmanager
    def travel(self) -> Iterator["Clock"]:
        """Let a block set the clock as it likes; afterwards it goes on as before."""
        before = self._frozen_at
        try:
            yield self
        finally:
            self._frozen_at = before


clock: Final = Clock()


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return clock.now()


def today(zone: ZoneInfo = PARIS) -> date:
    """Today's date where the organisation lives."""
    return now().astimezone(zone).date()


def local(moment: datetime, zone: ZoneInfo = PARIS) -> datetime:
    return moment.astimezone(zone)


def local_date(moment: datetime, zone: ZoneInfo = PARIS) -> date:
    return local(moment, zone).date()


def at_local(day: date, at: time, zone: ZoneInfo = PARIS) -> datetime:
    """The UTC moment of a wall-clock time.

    Raises ``Refused`` for a time that does not exist (the spring night of the clock change) or
    happens twice (the autumn night): calendar programs disagree on the latter (RFC 5545 leaves
    the choice of the fold to the reader), so nobody would meet at the same hour.
    """
    naive = datetime.combine(day, at)
    first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    as_utc = first.astimezone(UTC)
    if as_utc.astimezone(zone).replace(tzinfo=None) != naive:
        raise Refused(_l("This time does not exist: the clocks change that night. Choose another time."))
    if first.utcoffset() != second.utcoffset():
        raise Refused(_l("This time happens twice: the clocks change that night. Choose another time."))
    return as_utc


def nearest_local(day: date, at: time, zone: ZoneInfo = PARIS) -> datetime:
    """Like :func:`at_local` for times nobody types (reminders): never refuses, takes the first of two."""
    return datetime.combine(day, at).replace(tzinfo=zone).astimezone(UTC)


def start_of_day(day: date, zone: ZoneInfo = PARIS) -> datetime:
    return nearest_local(day, time.min, zone)
