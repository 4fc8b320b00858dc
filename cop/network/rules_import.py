"""Names, professions and numbers as lists write them, decided on plain values."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.core.spreadsheets import Cell, is_rounded, text_of
from cop.people.rules import is_email, normalise_email, one_line, search_name
from cop.people.rules_phones import phone_number
from cop.territories.rules import OTHER_PROFESSION, rpps_error, rpps_number
from cop.territories.rules import search_name as letters

_TITLES: Final = re.compile(
    r"^(?:m|mr|mme|mlle|dr|pr|docteur|docteure|professeur|monsieur|madame)\.?\s+", re.IGNORECASE
)
_INCLUSIVE: Final = re.compile(
    r"[·•.(/\-]\s?-?(?:e|s|es|ne|se|ère|ere|ière|iere|ienne|enne|trice|euse)s?\)?(?=\W|$)", re.IGNORECASE
)
_ENDINGS: Final = (("iere", "ier"), ("ienne", "ien"), ("trice", "teur"), ("euse", "eur"), ("eure", "eur"), ("e", ""))
# What people write for the names of the official list.
_PROFESSIONS: Final[Mapping[str, str]] = {
    "kine": "70",
    "kinesitherapeute": "70",
    "mk": "70",
    "mkde": "70",
    "physiotherapeute": "70",
    "ide": "60",
    "idel": "60",
    "infirmier liberal": "60",
    "infirmier diplome etat": "60",
    "infirmier d etat": "60",
    "medecin generaliste": "10",
    "generaliste": "10",
    "mg": "10",
    "docteur": "10",
    "dentiste": "40",
    "podologue": "80",
    "pedicure": "80",
    "psychomot": "96",
    "ergo": "94",
    "ortho": "91",
    "dieteticien nutritionniste": "95",
    "assistant social": "41",
    "opticien": "28",
    "manipulateur radio": "98",
    "autre": OTHER_PROFESSION,
}


def profession_key(label: str) -> str:
    """The same for « Infirmières », « infirmier·e », « INFIRMIER(E) », « Infirmier/ère »."""
    words = re.sub(r"[^\w]+", " ", _INCLUSIVE.sub("", label)).split()
    return " ".join(_masculine(letters(word)) for word in words)


def _masculine(word: str) -> str:
    word = word[:-1] if len(word) > 3 and word.endswith("s") else word
    for ending, instead in _ENDINGS:
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return word[: -len(ending)] + instead
    return word


def professions_by_key(rows: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """From what may be written to the code: codes themselves, labels in both languages, usual names."""
    known: dict[str, str] = {}
    codes = set()
    for code, french, english in rows:
        codes.add(code)
        known.update({code.lower(): code, profession_key(french): code, profession_key(english): code})
    usual = {profession_key(name): code for name, code in _PROFESSIONS.items() if code in codes}
    return {**usual, **known}


def proper(name: str) -> str:
    """« LE GOFF » → « Le Goff »; a name typed with its capitals and small letters is left alone."""
    name = one_line(name)[:100]
    return name.title() if len(name) > 2 and name.isupper() else name


def names(given: str, family: str, full: str) -> tuple[str, str]:
    """The given and the family name, from two columns or one: « DUPONT Jean », « Dupont, Jean », « Jean Dupont »."""
    if given or family or not full:
        return proper(_TITLES.sub("", given)), proper(_TITLES.sub("", family))
    full = _TITLES.sub("", one_line(full))
    if "," in full:
        family, _, given = full.partition(",")
        return proper(given), proper(family)
    words = full.split()
    capitals = [word for word in words if word.isupper() and len(word) > 1]
    if capitals and len(capitals) < len(words):
        return proper(" ".join(word for word in words if word not in capitals)), proper(" ".join(capitals))
    return proper(" ".join(words[:-1])), proper(words[-1] if words else "")


def alike(one: str, other: str) -> bool:
    """Whether two searched names may be of one person: a word of two letters or more in common."""
    return bool({word for word in one.split() if len(word) > 1} & {word for word in other.split() if len(word) > 1})


def postal_code(text: str) -> str:
    """Five digits: spreadsheets drop the zero of 01000."""
    digits = text.replace(" ", "")
    return digits.zfill(5) if digits.isascii() and digits.isdigit() and len(digits) in {4, 5} else ""


def place(text: str) -> tuple[str, str]:
    """« Angers (49000) », « 49000 ANGERS », « Cholet cedex »: the name and the postal code."""
    found = re.search(r"\b\d{5}\b", text)
    name = re.sub(r"\b\d{5}\b|[()]|\bcedex\b(\s*\d+)?", " ", text, flags=re.IGNORECASE)
    return one_line(name), found[0] if found else ""


def email(text: str) -> str:
    address = normalise_email(text)
    if not address:
        return ""
    if not is_email(address):
        raise Refused(_l("“%(text)s” is not a complete mail address: name@domain.", text=text))
    return address


def phone(text: str) -> str | None:
    if not text:
        return None
    # A spreadsheet that took it for a number dropped its zero.
    number = phone_number(f"0{text}" if len(text) == 9 and text.isdigit() else text)
    if number is None:
        raise Refused(_l("“%(text)s” is not a telephone number.", text=text))
    return number


def rpps(cell: Cell) -> str:
    if is_rounded(cell):
        raise Refused(
            _l("The RPPS number was rounded by the spreadsheet (%(text)s): set the column to text and type it again.",
               text=text_of(cell))
        )  # fmt: skip
    number = rpps_number(text_of(cell))
    error = rpps_error(number) if number else None
    if error is not None:
        raise Refused(error)
    return number


@dataclass(slots=True)
class Said:
    """What a line says of somebody, in our words."""

    number: int
    given_name: str
    family_name: str
    email: str = ""
    phone: str | None = None
    profession_code: str | None = None
    commune_id: int | None = None
    rpps: str = ""
    organisation: str = ""
    function: str = ""

    @property
    def search_name(self) -> str:
        return search_name(self.given_name, self.family_name)

    @property
    def who(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()
