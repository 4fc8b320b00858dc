"""Names, codes and numbers of the official files, decided on plain values."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
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
