"""Addresses and names: when two are the same, and when one looks mistyped."""

from collections import Counter
from enum import StrEnum
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from email_validator import EmailNotValidError, validate_email

from cop.territories import rules as territories

# Where most of the network's mail goes; what a mistyped domain is compared with.
COMMON_DOMAINS: Final = (
    "gmail.com",
    "orange.fr",
    "wanadoo.fr",
    "hotmail.fr",
    "hotmail.com",
    "free.fr",
    "laposte.net",
    "outlook.fr",
    "outlook.com",
    "yahoo.fr",
    "yahoo.com",
    "sfr.fr",
    "neuf.fr",
    "bbox.fr",
    "live.fr",
    "icloud.com",
    "aliceadsl.fr",
    "club-internet.fr",
    "numericable.fr",
    "protonmail.com",
)
# Near a common one, yet real: a hint would be an insult.
REAL_NEIGHBOURS: Final = frozenset(
    {"live.com", "mail.com", "email.com", "ymail.com", "me.com", "mac.com", "msn.com", "gmx.fr", "gmx.com", "proton.me"}
)
WRONG_ENDINGS: Final = {
    "rf": "fr", "ft": "fr", "con": "com", "cmo": "com", "ocm": "com", "comm": "com", "vom": "com", "nte": "net",
}  # fmt: skip
# Providers with addresses in many countries, and those that have a single ending.
REAL_ENDINGS: Final = frozenset({"fr", "com", "net", "be", "ch", "lu", "de", "es", "it", "pt", "uk", "ca", "eu", "org"})
ONE_ENDING: Final = {"gmail": "gmail.com", "wanadoo": "wanadoo.fr", "laposte": "laposte.net", "icloud": "icloud.com"}
SHORT: Final = 7  # « sfr.fr », « free.fr »: one letter changed makes another real name


def normalise_email(text: str) -> str:
    """The address as it is compared: lower case, without blanks around."""
    return normalize("NFKC", text).strip().lower()


def is_email(text: str) -> bool:
    """Whether a mail can be written there. Letters with accents are refused: half of the servers are."""
    try:
        validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    return True


def email_hint(email: str) -> str | None:
    """The address that was probably meant: ``diane@orange.rf`` → ``diane@orange.fr``. Nothing when all looks well."""
    name, at, domain = normalise_email(email).rpartition("@")
    meant = _meant(domain) if at and name else None
    return f"{name}@{meant}" if meant else None


@lru_cache(maxsize=1024)
def _meant(domain: str) -> str | None:
    if domain in COMMON_DOMAINS or domain in REAL_NEIGHBOURS or "." not in domain:
        return None
    label, _, ending = domain.rpartition(".")
    if label in ONE_ENDING:
        return ONE_ENDING[label]
    known = {common.rpartition(".")[0] for common in COMMON_DOMAINS}
    if label in known and ending in REAL_ENDINGS:
        return None
    near = min(COMMON_DOMAINS, key=lambda common: distance(domain, common))
    if _is_slip(domain, near):
        return near
    return f"{label}.{WRONG_ENDINGS[ending]}" if ending in WRONG_ENDINGS else None


def _is_slip(typed: str, meant: str) -> bool:
    steps = distance(typed, meant)
    if len(meant) > SHORT:
        return steps == 1 or (steps == 2 and typed[0] == meant[0])
    changed = Counter(typed) - Counter(meant), Counter(meant) - Counter(typed)
    return steps == 1 and not all(changed)


def distance(one: str, other: str) -> int:
    """How many slips apart: a letter added, left out, changed, or two neighbours swapped (Damerau 1964)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def one_line(text: str) -> str:
    """A name on one line, with single blanks."""
    return " ".join(text.split())


def search_name(*names: str) -> str:
    """Names as they are searched: plain letters, words apart (« Anne-Lise Le Goff » → « annelise le goff »)."""
    words = (territories.search_name(word) for name in names for word in name.split())
    return " ".join(word for word in words if word)


NEAR: Final = 2  # slips between two spellings of a name that are taken for the same


def clearly_different(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two people so called, given name then family name, cannot be the same.

    A first name in common is enough to doubt: people marry, turn their names round, write one of two given names, and
    mistype. A family name is not: couples share a practice, and its mailbox. Of an initial nothing is said, so there
    one name of any kind is enough.
    """
    whole, whole_other = search_name(*one).split(), search_name(*other).split()
    if not whole or not whole_other:
        return False
    given, given_other = _told(one[0]), _told(other[0])
    if given and given_other:
        return not (_shared(given, whole_other) or _shared(given_other, whole))
    return not any(_same_word(a, b) for a in whole for b in whole_other)


def _told(name: str) -> list[str]:
    return [word for word in search_name(name).split() if len(word) > 1]


def _shared(given: list[str], names: list[str]) -> bool:
    """One of these given names among those names, be it its short form (« Cath » for « Catherine »)."""
    return any(
        _same_word(a, b) or (min(len(a), len(b)) > 1 and (a.startswith(b) or b.startswith(a)))
        for a in given
        for b in names
    )


def _same_word(one: str, other: str) -> bool:
    if one == other:
        return len(one) > 1  # an initial says nothing
    short = min(len(one), len(other))
    return short >= SHORT - 2 and distance(one, other) <= (NEAR if short >= SHORT else 1)


class RppsState(StrEnum):
    """What is known of a person's RPPS number; none of these blocks anything."""

    NONE = "none"
    VERIFIED = "verified"
    UNKNOWN = "unknown"
    UNCHECKED = "unchecked"  # no extract of the register was read yet
    CONFLICT = "conflict"


def rpps_state(number: str, claimed: str, known: bool | None) -> RppsState:
    """``claimed``: another person's number, given for this one. ``known``: what the register says of ``number``."""
    if claimed:
        return RppsState.CONFLICT
    if not number:
        return RppsState.NONE
    if known is None:
        return RppsState.UNCHECKED
    return RppsState.VERIFIED if known else RppsState.UNKNOWN
