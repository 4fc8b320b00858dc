"""Names, codes and numbers of the official files, decided on plain values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b, sha512
from typing import Any, Final

from cop.core.i18n import _l

# The profession of people outside the official list: educators, secretaries, managers…
OTHER_PROFESSION: Final = "autre"
# Pseudo-codes of headcounts that no profession may take.
COUNTED: Final = "counted"
REHAB: Final = "rehab"

# Below this share of the previous extract's lines, the file is taken for a truncated one.
LEAST_SHARE_OF_PREVIOUS: Final = 0.8
# Above this share of unreadable lines, the file is taken for another one.
MOST_REFUSED_SHARE: Final = 0.2

_SAINT: Final = {"st": "saint", "ste": "sainte"}
_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae"})
_STAMP: Final = re.compile(r"_(\d{8})\d{4}(?=\.|$)")
# INSEE codes of the three cities that also exist by arrondissement.
_ARRONDISSEMENTS: Final = {
    **{str(code): "75056" for code in range(75101, 75121)},
    **{str(code): "69123" for code in range(69381, 69390)},
    **{str(code): "13055" for code in range(13201, 13217)},
}
# Role-based actors carry the older code in some extracts.
_PROFESSION_SYNONYMS: Final = {"950": "99"}


def search_name(text: str) -> str:
    """What is compared when somebody types a name: lower case, letters and digits only.

    INSEE writes Pontchâteau where the place itself writes Pont-Château, and everybody writes "st".
    """
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    return "".join(_SAINT.get(word, word) for word in words)


def luhn_valid(digits: str) -> bool:
    """Check digit of RPPS, SIREN and FINESS numbers (ISO/IEC 7812-1, annex B)."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    total = 0
    for position, character in enumerate(reversed(digits)):
        digit = int(character) * (1 + position % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


_ONCE: Final = bytes(c - 48 if 48 <= c <= 57 else 0 for c in range(256))
_TWICE: Final = bytes(2 * d - 9 if d > 4 else 2 * d for d in (c - 48 if 48 <= c <= 57 else 0 for c in range(256)))
_TENS: Final = bytes(range(0, 100, 10))


def check_digits_valid(numbers: bytes) -> bool:
    """Whether these, end to end, are numbers of eleven digits that all pass the Luhn check.

    All the numbers at once: the first digits of all make one large integer (a byte each), so do the
    second ones…, and eleven additions give every sum, 99 at most, hence without carry.
    """
    if not numbers.isdigit():
        return not numbers
    once, twice = numbers.translate(_ONCE), numbers.translate(_TWICE)
    columns = [(twice if position % 2 else once)[position::11] for position in range(11)]
    total = sum([int.from_bytes(column, "little") for column in columns])
    return not total.to_bytes(len(numbers) // 11, "little").translate(None, _TENS)


def rpps_number(text: str) -> str:
    """The eleven digits of a typed number: blanks, dots and hyphens dropped, the national form's 8 too."""
    digits = re.sub(r"[\s.\-]", "", text)
    return digits[1:] if len(digits) == 12 and digits.startswith("8") else digits


def rpps_error(text: str) -> Any:
    """Why a typed RPPS number cannot be right, in a sentence; ``None`` when it can."""
    number = rpps_number(text)
    if not (number.isascii() and number.isdigit()):
        return _l("An RPPS number holds digits only.")
    if len(number) != 11:
        return _l("An RPPS number has eleven digits.")
    if not luhn_valid(number):
        return _l("This RPPS number is not right: its check digit does not match. Please read it again.")
    return None


def whole_commune(code: str) -> str:
    """Paris, Lyon or Marseille for one of their arrondissements; any other code as it is."""
    return _ARRONDISSEMENTS.get(code, code)


def department_of_commune(code: str) -> str:
    """Département of an INSEE code: two characters, three overseas."""
    return code[:3] if code[:2] in {"97", "98"} else code[:2]


def department_of_postal_code(text: str) -> str:
    """Département a postal code begins with; empty for foreign text.

    23 mainland communes have the postal code of the neighbouring département: the commune's
    own code is always asked first.
    """
    if len(text) != 5 or not (text.isascii() and text.isdigit()):
        return ""
    if text in {"97133", "97150"}:  # Saint-Barthélemy and Saint-Martin left Guadeloupe and kept its postal codes
        return "977" if text == "97133" else "978"
    if text[:2] in {"97", "98"}:
        return text[:3]
    if text[:2] == "20":
        return "2A" if text[:3] in {"200", "201"} else "2B"
    return text[:2]


def register_profession(code: str) -> str:
    return _PROFESSION_SYNONYMS.get(code, code)


def date_in_name(file_name: str) -> date | None:
    """The day an extract was made, from the stamp its publisher puts in the name (…_YYYYMMDDhhmm.txt)."""
    found = _STAMP.search(file_name)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def looks_truncated(lines: int, previous: int) -> bool:
    return lines < previous * LEAST_SHARE_OF_PREVIOUS


def looks_foreign(refused: int, lines: int) -> bool:
    """Too many unreadable lines for the official file."""
    return refused > lines * MOST_REFUSED_SHARE


@dataclass(frozen=True, slots=True)
class Location:
    """Where a line of the register says somebody practises. No département: not located."""

    department: str
    commune_id: int | None = None
    postal_code: str | None = None


def locate(commune: str, postal_code: str, communes: Mapping[str, tuple[int, str]]) -> Location:
    """The commune's code first, the postal code when there is none or when it tells nothing.

    ``communes``: for each code ever borne by a loaded commune, its number and present département (two
    communes of the ten départements moved to the next one when they merged).
    """
    code = whole_commune(commune)
    if code in communes:
        number, department = communes[code]
        return Location(department, number)
    by_postal_code = department_of_postal_code(postal_code)
    return Location(
        department_of_commune(code) if code else by_postal_code,
        postal_code=postal_code if by_postal_code else None,
    )


class Fingerprints:
    """Eight bytes that stand for a person of the register, and say nothing without the key.

    Numbers are few (some millions): without a key, anybody could try them all.
    """

    def __init__(self, secret: str) -> None:
        # BLAKE2b takes 64 bytes of key at most, a setting may be longer.
        self._keyed = blake2b(digest_size=8, key=sha512(secret.encode()).digest())

    def of(self, number: bytes) -> bytes:
        mine = self._keyed.copy()
        mine.update(number)
        return mine.digest()
