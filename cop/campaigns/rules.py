"""Who may be asked to come and how often, how far each got, and when the last mail will have left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from cop.core.errors import Refused
from cop.core.i18n import _l

# Who does not answer was reached, and has the right to be left in peace.
MOST_CHASES: Final = 2
BETWEEN: Final = timedelta(days=3)
# A transaction that writes a hundred mails keeps other writers waiting for a fraction of a second.
SLICE: Final = 100


class State(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    DROPPED = "dropped"


class Aside(StrEnum):
    """Why somebody among those chosen is not written to."""

    NO_ADDRESS = "no_address"
    OPPOSED = "opposed"
    GIVEN_UP = "given_up"
    REGISTERED = "registered"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    ASKED = "asked"
    TOO_SOON = "too_soon"
    TOO_OFTEN = "too_often"


ASIDE: Final[Mapping[Aside, Any]] = {
    Aside.REGISTERED: _l("registered already, or on the waiting list"),
    Aside.CANCELLED: _l("had registered and cancelled: that is an answer"),
    Aside.DECLINED: _l("said they cannot come"),
    Aside.ASKED: _l("asked already: only a chase writes to them again"),
    Aside.TOO_SOON: _l("asked less than three days ago"),
    Aside.TOO_OFTEN: _l("chased twice already, without an answer"),
    Aside.OPPOSED: _l("do not want mails of this kind"),
    Aside.NO_ADDRESS: _l("no e-mail address is known"),
    Aside.GIVEN_UP: _l("their address does not work: mails came back"),
}


class Answer(StrEnum):
    """How far somebody got, from what they did last; each is in one of these."""

    REGISTERED = "inscrit"
    WAITING = "attente"
    CANCELLED = "annule"
    DECLINED = "decline"
    OPENED = "ouvert"
    DELIVERED = "remis"
    UNREACHED = "non-remis"
    LEAVING = "en-route"
    UNASKED = "non-ecrit"


ANSWERS: Final[Mapping[Answer, Any]] = {
    Answer.REGISTERED: _l("Has registered"),
    Answer.WAITING: _l("Waits for a seat"),
    Answer.CANCELLED: _l("Registered, then cancelled"),
    Answer.DECLINED: _l("Said no"),
    Answer.OPENED: _l("Opened the page, no answer"),
    Answer.DELIVERED: _l("Delivered, no answer"),
    Answer.UNREACHED: _l("Mail not delivered"),
    Answer.LEAVING: _l("Mail still to leave"),
    Answer.UNASKED: _l("On the list, not written to"),
}
# Who was reached and said nothing: whom a chase is for.
SILENT: Final = frozenset({Answer.OPENED, Answer.DELIVERED})
# To whom nothing came yet: a chase would be the first they hear of it.
UNTOLD: Final = frozenset({Answer.UNREACHED, Answer.LEAVING, Answer.UNASKED})


class Held(StrEnum):
    """Why somebody whose mail did not arrive is not written to again as things are."""

    NO_ADDRESS = "no_address"
    OPPOSED = "opposed"
    GIVEN_UP = "given_up"
    REFUSED = "refused"
    TODAY = "today"
    STOPPED = "stopped"


HELD: Final[Mapping[Held, Any]] = {
    Held.NO_ADDRESS: _l("No address is known."),
    Held.OPPOSED: _l("Does not want mails of this kind."),
    Held.GIVEN_UP: _l("The address does not work: a right one is needed on their page."),
    Held.REFUSED: _l("Their mail server refuses our mails: another address is needed."),
    Held.TODAY: _l("Written to today: can be written to again tomorrow."),
    Held.STOPPED: _l("These mails were stopped."),
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A mail that did not arrive. ``may_pass``: what stopped it may be over. ``email``: their address now."""

    email: str
    written_to: str
    may_pass: bool
    on: date
    state: str


def held(tried: Tried, by_mail: str | None, today: date) -> Held | None:
    """``None``: the same mail may be written once more. One address hears from us once a day at most."""
    if not tried.email:
        return Held.NO_ADDRESS
    if by_mail:
        return Held(by_mail)
    if tried.state not in (State.RUNNING, State.DONE):
        return Held.STOPPED
    if tried.email.strip().lower() == tried.written_to.lower():
        if not tried.may_pass:
            return Held.REFUSED
        return Held.TODAY if tried.on >= today else None
    return None


@dataclass(frozen=True, slots=True)
class Known:
    """What decides of one person: their registration, and what they were asked."""

    registration: str | None
    asked_at: datetime | None
    declined_at: datetime | None
    chases: int


def aside(known: Known, *, chase: bool, now: datetime) -> Aside | None:
    """Why this person is not asked (again), or ``None``. Whoever answered is never written to."""
    if known.registration == "cancelled":
        return Aside.CANCELLED
    if known.registration:
        return Aside.REGISTERED
    if known.declined_at:
        return Aside.DECLINED
    if not chase:
        return Aside.ASKED if known.asked_at else None
    if known.chases >= MOST_CHASES:
        return Aside.TOO_OFTEN
    return Aside.TOO_SOON if known.asked_at and known.asked_at > now - BETWEEN else None


_REFUSALS: Final[Mapping[str, Any]] = {
    "draft": _l("This event is not published yet: publish it first, then ask people to come."),
    "submitted": _l("This event waits for approval: once it is published, people may be asked to come."),
    "postponed": _l("This event is put off: give it its new date first, then ask people to come."),
    "cancelled": _l("This event is cancelled: nobody is asked to come."),
    "template": _l("This is a model: make an event from it first."),
}


def check_event(status: str, starts_at: datetime, closes_at: datetime | None, now: datetime) -> None:
    """Refuse to ask people to what they could not come to."""
    if status != "published":
        raise Refused(_REFUSALS.get(status, _REFUSALS["draft"]))
    if starts_at <= now:
        raise Refused(_l("This event has begun or is over: nobody is asked to come any more."))
    if closes_at is not None and closes_at <= now:
        raise Refused(_l("Registration is closed: those asked now could not register. Put its end off first."))


@dataclass(frozen=True, slots=True)
class Pace:
    """``now``: how many may leave at once; ``per_day``: how many in a day; ``ahead``: those that leave before.
    ``None``: as many as one likes."""

    now: int | None = None
    per_day: int | None = None
    ahead: int = 0


def last_day(count: int, pace: Pace, today: date) -> date:
    """The day on which the last of so many mails will have left, service mails going first."""
    if pace.per_day is None or pace.now is None:
        return today
    later = max(0, count + pace.ahead - pace.now)
    return today + timedelta(days=-(-later // pace.per_day))


@dataclass(frozen=True, slots=True)
class Counts:
    """``by``: how many are in each :class:`Answer`; ``delivered`` and ``opened``: whatever they answered since."""

    by: Mapping[str, int]
    asked: int
    delivered: int
    opened: int

    @property
    def total(self) -> int:
        return sum(self.by.values())

    @property
    def silent(self) -> int:
        return sum(self.by.get(one, 0) for one in SILENT)
