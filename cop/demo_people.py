"""The people of the demonstration: plausible, and made up from the first letter to the last figure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from unicodedata import normalize

from cop.territories.rules import luhn_valid

# How long the demonstration has been going on, in days.
PAST_DAYS: Final = 425


@dataclass(frozen=True, slots=True)
class Place:
    """A commune; ``weight`` is its population."""

    code: str
    name: str
    department: str
    territory_id: int
    postal_code: str
    weight: int


@dataclass(slots=True)
class Member:
    """``since``: how many days ago the network met this person; ``loyalty``: how often they come."""

    given_name: str
    family_name: str
    email: str
    profession: str
    places: list[Place]
    rpps: str
    since: int
    loyalty: float
    language: str = "fr"
    counted: bool = True
    person_id: int | None = None
    registered: list[int] = field(default_factory=list)

    @property
    def department(self) -> str:
        return self.places[0].department


class Numbers:
    """Register numbers that cannot exist: the register gives none that begins with 99."""

    def __init__(self) -> None:
        self._next = 1

    def __call__(self) -> str:
        # Spread out, so that two neighbours in a list do not look like a series.
        body = f"99{self._next * 7_919_317 % 100_000_000:08}"
        self._next += 1
        return next(body + digit for digit in "0123456789" if luhn_valid(body + digit))


class Names:
    """Given and family names put together, never twice the same way."""

    def __init__(self, given: Sequence[str], family: Sequence[str], rng: Random) -> None:
        self._given, self._family, self._rng = given, family, rng
        self._used: set[tuple[str, str]] = set()

    def __call__(self) -> tuple[str, str]:
        while True:
            name = self._rng.choice(self._given), self._rng.choice(self._family)
            if name not in self._used:
                self._used.add(name)
                return name


def community(
    world: dict[str, Any], places: Sequence[Place], names: Names, numbers: Numbers, rng: Random
) -> list[Member]:
    """Those who have come or will come at least once, the most faithful first."""
    size = world["people"]
    strangers = round(size * world["others"])
    members = [_member(world, places, names, numbers, rng, counted=True) for _ in range(size - strangers)]
    members += [_member(world, places, names, numbers, rng, counted=False) for _ in range(strangers)]
    return sorted(members, key=lambda member: -member.loyalty)


def _member(
    world: dict[str, Any], places: Sequence[Place], names: Names, numbers: Numbers, rng: Random, *, counted: bool
) -> Member:
    given, family = names()
    place = _home(places, world.get("joined_departments", {}), rng)
    profession = _profession(world, rng, counted=counted)
    sites = [place]
    if rng.random() < 0.07:
        near = [other for other in places if other.department == place.department and other != place]
        sites += rng.choices(near, [other.weight for other in near]) if near else []
    return Member(
        given_name=given,
        family_name=family,
        email=_email(given, family, place, rng),
        profession=profession,
        places=sites,
        rpps=numbers() if counted else "",
        # Half were there from the start, the others came along the way.
        since=PAST_DAYS if rng.random() < 0.5 else rng.randrange(PAST_DAYS),
        loyalty=rng.lognormvariate(0, 0.75),
        language="en" if rng.random() < 0.015 else "fr",
        counted=counted,
    )


def _home(places: Sequence[Place], joined: dict[str, float], rng: Random) -> Place:
    weights = [place.weight * joined.get(place.department, 1.0) for place in places]
    return rng.choices(places, weights)[0]


def _profession(world: dict[str, Any], rng: Random, *, counted: bool) -> str:
    shares: dict[str, float] = world["professions"] if counted else world["other_professions"]
    joined = world["joined"] if counted else {}
    return rng.choices(list(shares), [share * joined.get(code, 1.0) for code, share in shares.items()])[0]


def _email(given: str, family: str, place: Place, rng: Random) -> str:
    """An address of a domain set apart for examples (RFC 2606): nobody will ever receive what is sent there."""
    domain = rng.choice(("cabinet", "reeducation", "sante", "soins", "pole-sante"))
    return f"{plain(given)}.{plain(family)}@{domain}-{plain(place.name)}.example"


def plain(text: str) -> str:
    letters = normalize("NFKD", text.lower().replace("œ", "oe")).encode("ascii", "ignore").decode()
    return "-".join("".join(letter if letter.isalnum() else " " for letter in letters).split())
