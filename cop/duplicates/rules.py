"""When two records look like one person: the same number, then the same address, then the same name in a commune."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from typing import Any, Final

from cop.core.i18n import _l
from cop.territories.rules import search_name

# A given name as short as this is initials: « J. », « J.-M. ».
_INITIALS: Final = 2
# Beyond, an address is a shared mailbox (« contact@ ») and says nothing of who is who.
_SHARED: Final = 6


class Reason(StrEnum):
    NUMBER = "number"
    CLAIMED = "claimed"
    EMAIL = "email"
    NAME = "name"
    SWAPPED = "swapped"
    INITIALS = "initials"
    COMMUNE = "commune"
    PROFESSION = "profession"
    OTHER_PROFESSION = "other_profession"


WORDS: Final[Mapping[str, Any]] = {
    Reason.NUMBER: _l("the same RPPS number"),
    Reason.CLAIMED: _l("the RPPS number one gave is the other’s"),
    Reason.EMAIL: _l("the same e-mail address"),
    Reason.NAME: _l("the same name"),
    Reason.SWAPPED: _l("the same name, given name and family name swapped"),
    Reason.INITIALS: _l("the same family name, and initials that fit"),
    Reason.COMMUNE: _l("the same commune"),
    Reason.PROFESSION: _l("the same profession"),
    Reason.OTHER_PROFESSION: _l("but another profession"),
}
_WEIGHTS: Final[Mapping[str, int]] = {
    Reason.NUMBER: 90,
    Reason.CLAIMED: 70,
    Reason.EMAIL: 40,
    Reason.NAME: 40,
    Reason.SWAPPED: 35,
    Reason.INITIALS: 25,
    Reason.COMMUNE: 15,
    Reason.PROFESSION: 5,
    Reason.OTHER_PROFESSION: -20,
}
_LEAST: Final = 30


@dataclass(frozen=True, slots=True)
class Card:
    """What of a record tells who it is."""

    id: int
    given: str
    family: str
    email: str | None = None
    rpps: str | None = None
    claimed: str | None = None
    profession: str | None = None
    communes: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Likeness:
    score: int
    reasons: tuple[str, ...]


def letters(name: str) -> str:
    """« Anne-Lise » and « Anne Lise » are one name."""
    return search_name(name).replace(" ", "")


def likeness(one: Card, other: Card) -> Likeness | None:
    """How much two records look like one person; ``None``: not enough, or they cannot be."""
    if one.rpps and other.rpps and one.rpps != other.rpps:
        return None  # two numbers of the national register are two people
    reasons = [*_numbers(one, other)]
    if one.email and one.email == other.email:
        reasons.append(Reason.EMAIL)
    reasons += _names(one, other)
    if one.communes & other.communes:
        reasons.append(Reason.COMMUNE)
    if one.profession and other.profession:
        reasons.append(Reason.PROFESSION if one.profession == other.profession else Reason.OTHER_PROFESSION)
    score = min(100, sum(_WEIGHTS[reason] for reason in reasons))
    strong = {Reason.NUMBER, Reason.CLAIMED, Reason.EMAIL} & set(reasons)
    named = {Reason.NAME, Reason.SWAPPED, Reason.INITIALS} & set(reasons)
    if score < _LEAST or not (strong or (named and Reason.COMMUNE in reasons)):
        return None
    return Likeness(score, tuple(reason.value for reason in reasons))


def _numbers(one: Card, other: Card) -> Iterator[Reason]:
    if one.rpps and one.rpps == other.rpps:
        yield Reason.NUMBER
    elif (one.claimed and one.claimed in (other.rpps, other.claimed)) or (other.claimed and other.claimed == one.rpps):
        yield Reason.CLAIMED


def _names(one: Card, other: Card) -> list[Reason]:
    mine, theirs = (letters(one.given), letters(one.family)), (letters(other.given), letters(other.family))
    if not all((*mine, *theirs)):
        return []
    if mine == theirs:
        return [Reason.NAME]
    if mine == theirs[::-1]:
        return [Reason.SWAPPED]
    short, long = sorted((mine[0], theirs[0]), key=len)
    if mine[1] == theirs[1] and len(short) <= _INITIALS and long.startswith(short[0]):
        return [Reason.INITIALS]
    return []


def pairs(cards: Sequence[Card]) -> dict[tuple[int, int], Likeness]:
    """Every pair that looks like one person, the smaller number first. Only records that share something are
    compared: each with each would be two hundred million comparisons for 20,000 people."""
    found: dict[tuple[int, int], Likeness] = {}
    for group in _groups(cards):
        for one, other in combinations(sorted(group, key=lambda card: card.id), 2):
            if (one.id, other.id) not in found and (alike := likeness(one, other)):
                found[one.id, other.id] = alike
    return found


def _groups(cards: Iterable[Card]) -> Iterator[list[Card]]:
    shared: dict[tuple[Any, ...], list[Card]] = defaultdict(list)
    for card in cards:
        for key in set(_keys(card)):
            shared[key].append(card)
    for (kind, *_rest), group in shared.items():
        if len(group) > 1 and not (kind == "email" and len(group) > _SHARED):
            yield group


def _keys(card: Card) -> Iterator[tuple[Any, ...]]:
    for number in filter(None, (card.rpps, card.claimed)):
        yield "number", number
    if card.email:
        yield "email", card.email
    for commune in card.communes:
        for name in filter(None, (letters(card.family), letters(card.given))):
            yield "name", commune, name
