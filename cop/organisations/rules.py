"""Organisations: when two are the same, which numbers are right, when nobody has spoken to them for too long."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from cop.core.i18n import _l
from cop.people.rules import distance, search_name
from cop.territories import rules as territories

OTHER: Final = "other"
DORMANT_MONTHS: Final = 6
LONGEST_NOTE: Final = 280

CHANNELS: Final[Mapping[str, Any]] = {
    "meeting": _l("Meeting"),
    "phone": _l("Telephone"),
    "email": _l("Mail"),
    "online": _l("Video call"),
    "visit": _l("Visit"),
    "letter": _l("Letter"),
}
# How a public body entrusted a service to the organisation.
OPERATORS: Final[Mapping[str, Any]] = {
    "direct": _l("Run by the public body itself"),
    "delegation": _l("Public service delegation"),
    "contract": _l("Public contract"),
    "agreement": _l("Agreement on objectives, with a grant"),
}
PERSON, PARTNER, IMPORT = "person", "partner", "import"
SOURCES: Final[Mapping[str, Any]] = {
    PERSON: _l("The person themself"),
    PARTNER: _l("A partner, or a list of theirs"),
    IMPORT: _l("An imported file"),
}
# In nearly every name of a kind: they tell nothing apart.
_COMMONPLACE: Final = """
    de du des la le les l d et en a au aux pour sur maison centre sante pluriprofessionnelle pluridisciplinaire pole
    association communaute professionnelle territoriale territoire service services communal communale
"""
_NEAR: Final = 2


@dataclass(frozen=True, slots=True)
class Description:
    """All that is typed of an organisation."""

    name: str
    kind_id: int
    acronym: str = ""
    commune_id: int | None = None
    covers_id: int | None = None
    website: str = ""
    phone: str | None = None
    email: str = ""
    secure_email: str = ""
    operator: str = ""
    contract_reference: str = ""
    finess: str | None = None
    notes: str = ""


def twin_key(name: str, commune_id: int | None) -> str:
    """Two organisations with the same key are one: same letters, same commune."""
    return f"{commune_id or ''}:{territories.search_name(name)}"[:260]


def telling_words(name: str) -> list[str]:
    """The words that tell an organisation from the others of its kind."""
    words = search_name(re.sub(r"[’'\-]", " ", name)).split()
    return [word for word in words if word not in _COMMONPLACE.split() and len(word) > 1] or words


def looks_alike(one: str, other: str) -> bool:
    """Whether one name may be the other, mistyped; both as they are searched."""
    return distance(one[:60], other[:60]) <= _NEAR


def finess_number(text: str) -> str:
    return re.sub(r"[\s.\-]", "", text).upper()


def finess_error(text: str) -> Any:
    """Why a typed FINESS number cannot be right, in a sentence; ``None`` when it can."""
    number = finess_number(text)
    # Corsica's begin with 2A or 2B, and then no check digit is computed on them.
    if not re.fullmatch(r"\d{9}|2[AB]\d{7}", number):
        return _l("A FINESS number has nine characters: digits, or 2A and 2B in front for Corsica.")
    if number.isdigit() and not territories.luhn_valid(number):
        return _l("This FINESS number is not right: its check digit does not match. Please read it again.")
    return None


def web_address(text: str) -> str | None:
    """The address as a link; ``None`` when it is none. People leave the beginning out."""
    if not text:
        return ""
    address = text if re.match(r"[a-z]+://", text, re.IGNORECASE) else f"https://{text}"
    return address if re.fullmatch(r"https?://[^\s/@]+\.[^\s/@]{2,}(/\S*)?", address, re.IGNORECASE) else None


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month; the last one where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")  # pragma: no cover


def is_dormant(last: date | None, known_since: date, months: int, today: date) -> bool:
    """No exchange for ``months``; one that was never spoken to counts from the day it was written down."""
    return (last or known_since) < months_before(today, months)


def last_day(starts_on: date | None, today: date) -> date:
    """Of somebody who is gone today: yesterday, or the very day they came."""
    yesterday = today - timedelta(days=1)
    return max(yesterday, starts_on) if starts_on and starts_on <= today else yesterday


def tell_before(written_on: date) -> date:
    """Within a month, whoever was named by somebody else is told what is kept of them (RGPD, art. 14.3)."""
    return months_before(written_on, -1)
