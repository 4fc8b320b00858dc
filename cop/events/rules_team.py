"""The parts people and organisations have in an event."""

from enum import StrEnum
from typing import Final

from cop.core.errors import Refused
from cop.core.i18n import _l

MOST: Final = 60


class Role(StrEnum):
    CO_ORGANISER = "co_organiser"  # an account: may change the event
    ANIMATOR = "animator"
    TRAINER = "trainer"
    SPEAKER = "speaker"


class Part(StrEnum):
    """What an organisation does."""

    ORGANISES = "organises"
    HOSTS = "hosts"
    FUNDS = "funds"


# Those announced by name, in the order of the page.
ANNOUNCED: Final = {
    Role.ANIMATOR: _l("Animation"),
    Role.TRAINER: _l("Trainer"),
    Role.SPEAKER: _l("Speaker"),
}
PARTS: Final = {
    Part.ORGANISES: _l("Organised with"),
    Part.HOSTS: _l("Hosted by"),
    Part.FUNDS: _l("With the support of"),
}
# The rights of a co-organiser on this event: write it, its registrations, its attendance.
RIGHTS: Final = "relay_manager"


def origin_of(event_id: int) -> str:
    """What those rights come from."""
    return f"event:{event_id}"


def check_room(there: int) -> None:
    if there >= MOST:
        raise Refused(_l("Sixty lines at most: say the rest in the presentation."), "name")
