"""Joining, on plain values: what is kept of what was typed, for how long, and when a second form replaces the first."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.people.service_record import Site

# Long enough to answer who asks why, and to see the same form come back.
REFUSED_KEPT: Final = timedelta(days=90)
# Within this time the same form sent again is the same press.
SAME_PRESS: Final = timedelta(minutes=2)


class Kind(StrEnum):
    MEMBER = "member"
    VOLUNTEER = "volunteer"


class State(StrEnum):
    """unconfirmed → accepted, or → to_approve → accepted | refused."""

    UNCONFIRMED = "unconfirmed"
    TO_APPROVE = "to_approve"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form asks besides the name and the address. ``phone`` as it is kept (E.164)."""

    phone: str = ""
    profession_code: str = ""
    rpps: str = ""
    sites: tuple[Site, ...] = ()
    organisation: str = ""
    membership_kind_id: int | None = None
    skill_ids: tuple[int, ...] = ()
    slots: tuple[str, ...] = ()
    territory_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "phone": self.phone,
            "profession_code": self.profession_code,
            "rpps": self.rpps,
            "sites": [[site.commune_id, _text(site.starts_on), _text(site.ends_on)] for site in self.sites],
            "organisation": self.organisation,
            "membership_kind_id": self.membership_kind_id,
            "skill_ids": list(self.skill_ids),
            "slots": list(self.slots),
            "territory_id": self.territory_id,
        }


def typed_from(kept: dict[str, Any]) -> Typed:
    """Back from the row; of an application that was answered, next to nothing is left."""
    values: dict[str, Any] = {name: value for name, value in kept.items() if name in Typed.__slots__}
    for name in ("skill_ids", "slots"):
        values[name] = tuple(values.get(name, ()))
    sites = kept.get("sites", ())
    values["sites"] = tuple(Site(commune, _day(starts_on), _day(ends_on)) for commune, starts_on, ends_on in sites)
    return Typed(**values)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def waiting_key(kind: str, email: str, search_name: str) -> str:
    """One application of a kind waits per address and name: two people of one mailbox may both apply."""
    return f"{kind}:{email}:{search_name}"[:500]


def check_confirm(state: str, *, revision: int, current: int) -> None:
    """Only the link of the latest mail confirms, and it confirms what its page shows."""
    if state != State.UNCONFIRMED:
        raise Refused(_l("This request is confirmed already: there is nothing left to do."))
    if revision != current:
        raise Refused(_l("The form was sent again since: use the link of the latest mail."))


def check_decide(state: str) -> None:
    if state != State.TO_APPROVE:
        raise Refused(_l("This application was answered already."))


def is_same_press(kept: dict[str, Any], typed: Typed, created_at: datetime, now: datetime) -> bool:
    return kept == typed.as_json() and now - created_at < SAME_PRESS
