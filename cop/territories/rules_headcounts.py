"""Counting distinct people per perimeter and profession, once who practises where is known.

A person with two sites is one person of each perimeter, and one of their union: counts never add up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct, calcsize, unpack
from typing import Final

from cop.territories import rules
from cop.territories.rules import Location

_SIZE: Final = calcsize("<q")

Group = tuple[int, str]  # place, profession


class Level(IntEnum):
    """How surely somebody is in a perimeter; the lower the surer."""

    COMMUNE = 0
    POSTAL_CODE = 1  # every commune of the postal code is inside
    DEPARTMENT_ONLY = 2  # of the département, perhaps inside, nobody can say


@dataclass(frozen=True, slots=True)
class Map:
    """What contains what, by territory number. Territories partly outside of what is loaded are left out."""

    above_commune: Mapping[int, frozenset[int]]
    above_department: Mapping[str, frozenset[int]]
    communes_of_postal_code: Mapping[str, frozenset[int]]
    # EPCI and custom perimeters that have a commune in the département.
    small_in_department: Mapping[str, frozenset[int]]

    def reach(self, place: Location) -> dict[int, Level]:
        """The territories a place of practice counts in."""
        wide = self.above_department.get(place.department, frozenset())
        if place.commune_id is not None:
            return dict.fromkeys(wide | self.above_commune.get(place.commune_id, frozenset()), Level.COMMUNE)
        reached = dict.fromkeys(self._perhaps(place), Level.DEPARTMENT_ONLY)
        reached.update(dict.fromkeys(wide | self._wholly(place), Level.POSTAL_CODE))
        return reached

    def _above_each(self, place: Location) -> list[frozenset[int]]:
        postal_code = place.postal_code or ""
        # A postal code of the next département may be shared with communes that are not loaded.
        if rules.department_of_postal_code(postal_code) != place.department:
            return []
        communes = self.communes_of_postal_code.get(postal_code, frozenset())
        return [self.above_commune[commune] for commune in communes]

    def _wholly(self, place: Location) -> frozenset[int]:
        above = self._above_each(place)
        return frozenset.intersection(*above) if above else frozenset()

    def _perhaps(self, place: Location) -> frozenset[int]:
        small = self.small_in_department.get(place.department, frozenset())
        above = self._above_each(place)
        # Special delivery codes (CEDEX) belong to no commune: anywhere in the département.
        return small & frozenset().union(*above) if above else small


class Tally(list[int]):
    """Distinct people of one perimeter and one set of professions, by how surely they are inside."""

    def __init__(self) -> None:
        super().__init__((0, 0, 0))

    @property
    def people(self) -> int:
        return self[Level.COMMUNE] + self[Level.POSTAL_CODE]


Tallies = dict[str, dict[int, Tally]]


class NumberSet:
    """Distinct numbers of the register, a bit each: a set of half a million would take thirty times the room."""

    def __init__(self) -> None:
        self._pages: defaultdict[int, bytearray] = defaultdict(lambda: bytearray(8192))
        self._others: set[bytes] = set()

    def update(self, numbers: Sequence[bytes]) -> None:
        pages = self._pages
        for number in numbers:
            if number.isdigit():
                rank = int(number) // 10  # without the check digit
                pages[rank >> 16][(rank & 65535) >> 3] |= 1 << (rank & 7)
            else:  # an older register's, of Corsica
                self._others.add(number)

    def __len__(self) -> int:
        bits = sum(int.from_bytes(page, "little").bit_count() for page in self._pages.values())
        return bits + len(self._others)


def pack(fingerprints: Iterable[int]) -> bytes:
    ordered = sorted(fingerprints)
    return Struct(f"<{len(ordered)}q").pack(*ordered)


def unpack_all(packed: bytes | bytearray) -> tuple[int, ...]:
    return unpack(f"<{len(packed) // _SIZE}q", packed)


def distinct(groups: Iterable[bytes]) -> int:
    """Distinct people of several groups of fingerprints."""
    people: set[int] = set()
    for packed in groups:
        people.update(unpack_all(packed))
    return len(people)


def count(
    groups: Mapping[Group, bytes],
    reach: Mapping[int, Mapping[int, Level]],
    sets: Mapping[str, Sequence[str]],
) -> tuple[int, Tallies]:
    """All people, and a tally per profession or pseudo-code and territory.

    ``sets`` gives the pseudo-codes each profession enters ("counted", "rehab").
    """
    tallies: Tallies = defaultdict(lambda: defaultdict(Tally))
    people = 0
    for practised, number in _profiles(groups):
        people += number
        for code, places in _by_code(practised, sets).items():
            mine = tallies[code]
            for territory, level in _memberships([reach[place] for place in places]).items():
                mine[territory][level] += number
    return people, tallies


def _profiles(groups: Mapping[Group, bytes]) -> Iterator[tuple[list[Group], int]]:
    """What people practise and where, with the number of people who do exactly that. Most do one thing."""
    met: set[int] = set()
    several: set[int] = set()
    for packed in groups.values():
        people = set(unpack_all(packed))
        several |= people & met
        met |= people
    del met
    groups_of: defaultdict[int, list[Group]] = defaultdict(list)
    for group, packed in groups.items():
        people = set(unpack_all(packed))
        for person in people & several:
            groups_of[person].append(group)
        yield [group], len(people - several)
    yield from ((practised, 1) for practised in groups_of.values())


def _by_code(practised: list[Group], sets: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """The places where somebody practises each profession, and each set of professions."""
    places: dict[str, list[int]] = {}
    for place, profession in practised:
        for code in (profession, *sets.get(profession, ())):
            places.setdefault(code, []).append(place)
    return places


def _memberships(reached: list[Mapping[int, Level]]) -> Mapping[int, Level]:
    """Each territory somebody counts in, once, by the surest of the places."""
    if len(reached) == 1:
        return reached[0]
    surest: dict[int, Level] = {}
    for place in reached:
        for territory, level in place.items():
            if level < surest.get(territory, 3):
                surest[territory] = level
    return surest
