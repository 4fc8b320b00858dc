"""What a mandate may be, and what it is on a day. Plain values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from cop.core.access import Permission
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.territories.rules import search_name

ORGANISATION: Final = "organisation"
TERRITORY: Final = "territory"
PROJECT: Final = "project"

BUREAU: Final = "bureau"
BOARD: Final = "board"
# In the order of the list: first who answers for the organisation.
BODIES: Final[Mapping[str, Any]] = {
    BUREAU: _l("Bureau"),
    BOARD: _l("Board of directors"),
    "steering": _l("Steering committee"),
    "team": _l("Missions"),
    "training": _l("Training"),
    "volunteers": _l("Volunteers"),
}
# Closed: why somebody leaves is theirs to tell.
END_REASONS: Final[Mapping[str, Any]] = {
    "resigned": _l("resigned"),
    "replaced": _l("replaced"),
    "end": _l("the mission is over"),
    "other": _l("another reason"),
}


class State(StrEnum):
    """What a mandate is on a day."""

    REMOVED = "removed"
    ENDED = "ended"
    AWAITING = "awaiting"  # its time has come, and no decision approves it: no right
    COMING = "coming"
    IN_FORCE = "in_force"


STATES: Final[Mapping[State, tuple[Any, str]]] = {
    State.REMOVED: (_l("written by mistake"), "quiet"),
    State.ENDED: (_l("ended"), "quiet"),
    State.AWAITING: (_l("awaiting decision"), "wait"),
    State.COMING: (_l("to come"), "wait"),
    State.IN_FORCE: (_l("in force"), "good"),
}


def state(starts_on: date, last_day: date | None, on: date, *, approved: bool, removed: bool) -> State:
    if removed:
        return State.REMOVED
    if last_day is not None and last_day < on:
        return State.ENDED
    if not approved:
        return State.AWAITING
    return State.COMING if starts_on > on else State.IN_FORCE


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said of a mandate when it is given or changed."""

    starts_on: date
    ends_on: date | None = None
    title: str = ""
    territory_ids: frozenset[int] = frozenset()
    project_id: int | None = None
    decision_id: int | None = None


def check_terms(terms: Terms, reach: str) -> None:
    """Refuse what no mandate can be, each with its sentence on its field."""
    if terms.ends_on is not None and terms.ends_on < terms.starts_on:
        raise Refused(
            _l("The mandate would end before it starts: check the two dates. Nothing was changed."), "ends_on"
        )
    if reach == TERRITORY and not terms.territory_ids:
        raise Refused(_l("Choose at least one territory: this mission is given on a place."), "territory_ids")
    if reach == PROJECT and terms.project_id is None:
        raise Refused(_l("Choose the project: this mission is given on one only."), "project_id")


def check_end(starts_on: date, ends_on: date | None, last_day: date, reason: str) -> None:
    if reason not in END_REASONS:
        raise Refused(_l("Choose one of the proposed values."), "end_reason")
    if last_day < starts_on:
        raise Refused(
            _l("This day comes before the mandate starts. If it was written by mistake, take it off instead."),
            "ended_on",
        )
    if ends_on is not None and last_day > ends_on:
        raise Refused(_l("The mandate ends before that day: to make it longer, change its end."), "ended_on")


def overlap(starts_on: date, last_day: date | None, other_starts_on: date, other_last_day: date | None) -> bool:
    """Whether two periods, last days included, share a day."""
    return (last_day is None or other_starts_on <= last_day) and (other_last_day is None or starts_on <= other_last_day)


def too_many(holders: int, seats: int | None, *, shared: bool) -> bool:
    """Whether there are more people than seats, where a seat is not shared. It is told, not refused."""
    return seats is not None and holders > seats and not shared


def check_role(role: str, roles: Mapping[str, Any]) -> None:
    """A function gives no right to manage accounts: that is given by hand, by who has it."""
    if role and (role not in roles or Permission.ACCOUNT_MANAGE in roles[role].permissions):
        raise Refused(_l("A mandate cannot give this role."), "role")


def check_link(link: str) -> None:
    parts = urlsplit(link)
    if link and (parts.scheme not in {"https", "http"} or "." not in (parts.hostname or "")):
        raise Refused(_l("A complete address, which begins with https://"), "link")


def renewal_year(today: date) -> int | None:
    """The year whose mandates and projects are to be confirmed before it begins; from December on."""
    return today.year + 1 if today.month == 12 else None


def alert_from(last_day: date, days: int) -> date:
    return last_day - timedelta(days=days)


# --- Candidates -----------------------------------------------------------------------------------

APPROACHED: Final = "approached"
ELECTED: Final = "elected"
CANDIDATE_STATES: Final[Mapping[str, Any]] = {
    APPROACHED: _l("approached"),
    "interested": _l("interested"),
    "candidate": _l("candidate"),
    ELECTED: _l("elected"),
    "not_elected": _l("not elected"),
    "withdrew": _l("withdrew"),
}
OPEN_STATES: Final = (APPROACHED, "interested", "candidate")
# Closed too: there is nothing to write about a person.
NEXT_STEPS: Final[Mapping[str, Any]] = {
    "": _l("Nothing planned"),
    "call": _l("Call"),
    "meet": _l("Meet"),
    "papers": _l("Send the statutes and the calendar"),
    "invite": _l("Invite to a board meeting as an observer"),
    "vote": _l("Vote at the general assembly"),
}


def check_candidate_state(state: str) -> None:
    """Elected is not chosen in a list: it makes a mandate, and takes a decision."""
    if state not in CANDIDATE_STATES or state == ELECTED:
        raise Refused(_l("Choose one of the proposed values."), "state")


def check_next_step(step: str) -> None:
    if step not in NEXT_STEPS:
        raise Refused(_l("Choose one of the proposed values."), "next_step")


def code_of(name: str) -> str:
    """A function made on screen gets the code its name spells."""
    return search_name(name)[:40]
