"""The question a list of people answers, read from an address and written back to it in one form only.

What is unknown or out of bounds in an address is left out: people cut and paste addresses.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from cop.core import formats
from cop.core.i18n import _l
from cop.network.rules import STEPS, UNKNOWN

EVERYWHERE: Final = "tous"
LARGEST: Final = 2**31 - 1  # a number no database refuses to look for
MONTHS: Final = ("3", "6", "12", "24")
NEVER: Final = "jamais"
LATELY: Final = "12-mois"
SEEN: Final = ("annee", "annee-derniere", LATELY)
MEMBERSHIPS: Final = ("a-jour", "a-regler", "echue", "jamais")
BODIES: Final = ("bureau", "board", "team", "steering", "training", "volunteers")
VOLUNTEERS: Final = ("actifs", "disponibles")
# What the list can say of each person, in the order it says it.
COLUMNS: Final[Mapping[str, Any]] = {
    "profession": _l("Profession"),
    "lieu": _l("Practises in"),
    "email": _l("E-mail"),
    "telephone": _l("Telephone"),
    "etape": _l("Step"),
    "adhesion": _l("Membership"),
    "mandats": _l("Mandates"),
    "structures": _l("Organisations"),
    "venues": _l("Times seen"),
    "vu": _l("Last seen"),
    "depuis": _l("Known since"),
}
USUAL_COLUMNS: Final = ("profession", "lieu", "etape", "vu")
SORTS: Final[Mapping[str, Any]] = {
    "nom": _l("Name"),
    "vu": _l("Seen most recently"),
    "pas-vu": _l("Seen longest ago"),
    "depuis": _l("Known most recently"),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Field names are those of the address, which people share: hence French. Empty: not asked."""

    q: str = ""
    territoire: str = ""  # a number, or EVERYWHERE
    profession: str = ""
    adhesion: str = ""
    instance: str = ""
    etape: str = ""
    etape_avant: str = ""
    avant: str = ""  # the day of ``etape_avant``
    au: str = ""  # the day the whole question is asked for; today when empty
    vu: str = ""
    genre: str = ""  # came to a meeting of this kind
    theme: str = ""  # came to a meeting about this
    pas_vu: str = ""
    inscrit: str = ""
    structure: str = ""
    benevole: str = ""
    communaute: str = ""
    tri: str = "nom"
    colonnes: tuple[str, ...] = USUAL_COLUMNS

    def values(self, **changes: Any) -> dict[str, str]:
        """What an address must say to ask the same, but for some changes; what is usual is not said."""
        return {name: value for name, value in replace(self, **changes).pairs() if _USUAL.get(name) != value}

    def without(self, *names: str) -> dict[str, str]:
        """What an address must say to ask these no more."""
        return self.values(**dict.fromkeys(names, ""))

    def pairs(self) -> Iterator[tuple[str, str]]:
        for name in _READERS:
            value = getattr(self, name)
            yield name, ",".join(value) if isinstance(value, tuple) else value

    @property
    def canonical(self) -> str:
        return urlencode(self.values())

    @property
    def asked(self) -> dict[str, str]:
        """What narrows the list, apart from how it is shown."""
        return {name: value for name, value in self.values().items() if name not in {"tri", "colonnes"}}

    def on(self, today: date) -> date:
        return date.fromisoformat(self.au) if self.au else today

    def number(self, name: str) -> int | None:
        value = getattr(self, name)
        return int(value) if value.isdigit() else None


def read(arguments: Mapping[str, str], several: Callable[[str], list[str]] | None = None) -> Filter:
    """``several``: all the values of a name, as a form of boxes sends the columns."""
    known = {name: reader(arguments.get(name, "").strip()) for name, reader in _READERS.items() if name != "colonnes"}
    boxes = several("colonnes") if several else [arguments.get("colonnes", "")]
    wanted = set(",".join(boxes).split(","))
    columns = tuple(name for name in COLUMNS if name in wanted)
    if not known["avant"]:
        known["etape_avant"] = ""
    return Filter(**{**known, "tri": known["tri"] or "nom", "colonnes": columns or USUAL_COLUMNS})  # type: ignore[arg-type]


def of_query(query: str) -> Filter:
    """A question as it was kept; what is no longer known in it is left out."""
    return read(dict(parse_qsl(query)))


def day(text: str) -> str:
    """A day of the address as one writes it."""
    return formats.date_short(date.fromisoformat(text))


def _number(text: str) -> str:
    return str(int(text)) if text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= LARGEST else ""


def _place(text: str) -> str:
    return text if text == EVERYWHERE else _number(text)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _one_of(*known: str) -> Callable[[str], str]:
    return lambda text: text if text in known else ""


def _code(text: str) -> str:
    return text[:40] if text.replace("_", "").replace("-", "").isalnum() else ""


_READERS: Final[Mapping[str, Callable[[str], str]]] = {
    "q": lambda text: " ".join(text.split())[:100],
    "territoire": _place,
    "profession": _code,
    "etape": _one_of(*STEPS),
    "adhesion": _one_of(*MEMBERSHIPS),
    "instance": _one_of(*BODIES),
    "benevole": _one_of(*VOLUNTEERS),
    "vu": _one_of(*SEEN),
    "genre": _code,
    "theme": _code,
    "pas_vu": _one_of(*MONTHS, NEVER),
    "inscrit": _one_of("jamais-venu"),
    "structure": _code,
    "communaute": _number,
    "au": _day,
    "etape_avant": _one_of(*STEPS, UNKNOWN),
    "avant": _day,
    "tri": _one_of(*SORTS),
    "colonnes": str,
}
_USUAL: Final = {**dict.fromkeys(_READERS, ""), "tri": "nom", "colonnes": ",".join(USUAL_COLUMNS)}
