"""What a group with seats of its own may be."""

from dataclasses import dataclass
from typing import Final

from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import rules

LONGEST_NAME: Final = 80
MOST_GROUPS: Final = 12
LONGEST_RELEASE: Final = 365
HYBRID: Final = "hybrid"


@dataclass(frozen=True, slots=True)
class QuotaDescription:
    name: str
    capacity: int
    kept: bool = True
    profession_codes: tuple[str, ...] = ()
    attends: str = ""
    guests_only: bool = False
    release_days: int | None = None


def check(description: QuotaDescription) -> None:
    if not description.name.strip() or len(description.name) > LONGEST_NAME or "\n" in description.name:
        raise Refused(_l("Name the group as one reads it after “seats for”, in eighty characters at most."), "name")
    if not 1 <= description.capacity <= rules.MOST_SEATS:
        raise Refused(_l("From 1 to 5000 seats."), "capacity")
    if description.release_days is not None and not 0 <= description.release_days <= LONGEST_RELEASE:
        raise Refused(_l("From 0 to 365 days before the event."), "release_days")
    if not (description.profession_codes or description.guests_only or description.attends):
        raise Refused(_l("Say who belongs to this group: at least one profession, or the guests."), "profession_codes")


def check_room(
    *, mode: str, capacity: int | None, online_capacity: int | None, taken: int, online_taken: int, held: int,
    online_held: int,
) -> None:  # fmt: skip
    """Refuse fewer seats than are taken or kept for a group; each side of a hybrid event for itself."""
    if mode == HYBRID:
        _check_side(capacity, taken - online_taken, held, "capacity")
        _check_side(online_capacity, online_taken, online_held, "online_capacity")
    else:
        _check_side(capacity, taken, held + online_held, "capacity")


def _check_side(capacity: int | None, taken: int, held: int, field: str) -> None:
    if capacity is None or capacity >= taken + held:
        return
    if capacity >= taken:
        sentence = _l(
            "%(taken)d seats are taken and %(held)d more kept for groups: leave as many, or change the groups first.",
            taken=taken,
            held=held,
        )
        raise Refused(sentence, field)
    rules.check_capacity(capacity, taken, field)
