"""Communities: addresses, and when somebody is a member, suspended or gone."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final
from unicodedata import normalize

from cop.core.errors import Refused
from cop.core.i18n import _l

LONGEST_SUSPENSION_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class Description:
    """All that is typed of a community."""

    name: str
    practice: str = ""
    purpose: str = ""
    rhythm: str = ""
    every_weeks: int | None = None
    territory_id: int | None = None


def slug_of(name: str) -> str:
    """The end of its address, readable aloud."""
    spelt = re.sub("['’]", "-", name.lower()).replace("œ", "oe").replace("æ", "ae")
    plain = normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].rstrip("-") or "communaute"


def is_suspended(suspended_on: date | None, suspended_until: date | None, today: date) -> bool:
    return suspended_on is not None and suspended_on <= today and (suspended_until is None or today <= suspended_until)


def check_suspension(until: date | None, today: date) -> None:
    """A suspension ends: within a year, or it is an exclusion, which is for the board to decide."""
    if until is None:
        raise Refused(_l("Say until when: a suspension has an end."), "until")
    if until < today:
        raise Refused(_l("This day is past."), "until")
    if (until - today).days > LONGEST_SUSPENSION_DAYS:
        raise Refused(_l("A suspension lasts a year at most."), "until")
