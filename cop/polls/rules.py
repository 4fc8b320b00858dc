"""What a poll of dates may be, whether one may still answer, and which date is the best."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events.rules import Span, field_of

LEAST_OPTIONS: Final = 2
MOST_OPTIONS: Final = 12
LONGEST_TITLE: Final = 200
MODES: Final = ("onsite", "online")
# Asked again the same day, people stop reading.
REMIND_EVERY: Final = timedelta(hours=20)


class Status(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Choice(StrEnum):
    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Stage(StrEnum):
    """Where a poll stands. A deadline that has passed closes it for those who answer, not for its author."""

    DRAFT = "draft"
    OPEN = "open"
    ENDED = "ended"  # the deadline has passed, no date is kept yet
    CLOSED = "closed"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Said:
    """All that an author says of a poll."""

    title: str
    kind_id: int
    territory_id: int
    spans: tuple[Span, ...]
    closes_at: datetime
    message: str = ""
    mode: str = "onsite"
    venue_name: str = ""
    commune_id: int | None = None
    names_shown: bool = False
    time_zone: str = "Europe/Paris"


def check(said: Said, now: datetime) -> None:
    """Refuse what no poll can be, each with its sentence on its field."""
    if not 3 <= len(said.title) <= LONGEST_TITLE:
        raise Refused(_l("Give the meeting a title, of 200 characters at most."), "title")
    if "\n" in said.title or "\n" in said.venue_name:
        raise Refused(_l("On one line: calendars cut a text at its first line break."), "title")
    if said.mode not in MODES:
        raise Refused(_l("Choose one of the proposed values."), "mode")
    if not LEAST_OPTIONS <= len(said.spans) <= MOST_OPTIONS:
        raise Refused(_l("Propose from two to twelve dates."), field_of(len(said.spans), "day"))
    _check_spans(said.spans, now)
    if said.closes_at <= now:
        raise Refused(_l("This deadline is past: nobody could answer."), "closes_on")
    if said.closes_at > max(span.starts_at for span in said.spans):
        raise Refused(_l("People answer before the last date proposed: choose an earlier deadline."), "closes_on")


def _check_spans(spans: Sequence[Span], now: datetime) -> None:
    seen: set[tuple[datetime, datetime]] = set()
    for number, span in enumerate(spans):
        row = number if span.number is None else span.number  # the form's, where some rows may be empty
        if span.ends_at <= span.starts_at:
            raise Refused(_l("The end comes before the start."), field_of(row, "ends"))
        if span.starts_at <= now:
            raise Refused(_l("This date is past: nobody could come."), field_of(row, "day"))
        if (span.starts_at, span.ends_at) in seen:
            raise Refused(_l("This date is proposed twice."), field_of(row, "day"))
        seen.add((span.starts_at, span.ends_at))


def stage(*, status: str, closes_at: datetime, decided: bool, now: datetime) -> Stage:
    if decided:
        return Stage.DECIDED
    if status == Status.OPEN:
        return Stage.OPEN if now < closes_at else Stage.ENDED
    return Stage(status)


def check_open(at: Stage) -> None:
    if at is Stage.DRAFT:
        raise Refused(_l("This poll is not open yet."))
    if at is not Stage.OPEN:
        raise Refused(_l("This poll is closed: answers are no longer taken."))


def check_answers(choices: Iterable[str]) -> None:
    given = list(choices)
    if not given:
        raise Refused(_l("Answer for one date at least."))
    if any(choice not in set(Choice) for choice in given):
        raise Refused(_l("Choose one of the proposed values."))


@dataclass(frozen=True, slots=True)
class Tally:
    """How one date stands."""

    option_id: int
    starts_at: datetime
    yes: int = 0
    maybe: int = 0
    no: int = 0

    @property
    def rank(self) -> tuple[int, int, datetime]:
        """The lower the better: most yes, then most « if need be », then the soonest."""
        return -self.yes, -self.maybe, self.starts_at


def best(tallies: Iterable[Tally], now: datetime) -> Tally | None:
    """The date most people can come on; none when nobody can, or all of them are past."""
    possible = [tally for tally in tallies if tally.starts_at > now and tally.yes + tally.maybe]
    return min(possible, key=lambda tally: tally.rank, default=None)


def may_remind(*, at: Stage, reminded_at: datetime | None, now: datetime) -> bool:
    return at is Stage.OPEN and (reminded_at is None or now - reminded_at >= REMIND_EVERY)
