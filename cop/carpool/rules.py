"""Who may share a journey, to which meeting, and whose journey begins near mine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final

from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events.rules import PUBLISHED
from cop.registrations.rules import Status

MOST_SEATS: Final = 8
# Whoever writes to more people than this in a day is not looking for a seat.
WRITES: Final = {"limit": 20, "seconds": 86_400}


class Kind(StrEnum):
    OFFER = "offer"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of their journey. ``phone`` empty: one answers by mail."""

    kind: str
    commune_id: int
    leaves_at: str
    seats: int
    phone: str = ""


def is_shared(*, carpool: bool, mode: str) -> bool:
    """Nobody travels to a meeting on line."""
    return carpool and mode != "online"


def is_open(
    *, carpool: bool, mode: str, event_status: str, starts_at: datetime, registration_status: str, now: datetime
) -> bool:
    """For whoever has a seat, until the meeting begins."""
    return (
        is_shared(carpool=carpool, mode=mode)
        and event_status == PUBLISHED
        and registration_status == Status.CONFIRMED
        and now < starts_at
    )


def check(said: Said, *, email: str | None) -> None:
    if said.kind not in set(Kind):
        raise Refused(_l("Choose one of the proposed values."), "kind")
    if not 1 <= said.seats <= MOST_SEATS:
        raise Refused(_l("From 1 to 8 seats."), "seats")
    if not (said.phone or email):
        raise Refused(_l("Give a telephone: we know no mail address of yours."), "phone")


class Near(IntEnum):
    """How near a departure is to mine, as far as the map tells."""

    SAME_COMMUNE = 0
    SAME_EPCI = 1
    SAME_DEPARTMENT = 2
    ELSEWHERE = 3


@dataclass(frozen=True, slots=True)
class Place:
    commune_id: int
    epcis: frozenset[int]
    departments: frozenset[int]


def nearness(one: Place, others: Iterable[Place]) -> Near:
    """To the nearest of my places."""
    return min((_near(one, other) for other in others), default=Near.ELSEWHERE)


def _near(one: Place, other: Place) -> Near:
    if one.commune_id == other.commune_id:
        return Near.SAME_COMMUNE
    if one.epcis & other.epcis:
        return Near.SAME_EPCI
    return Near.SAME_DEPARTMENT if one.departments & other.departments else Near.ELSEWHERE
