"""A made-up extract of the register, in the official form, for the demonstration. Every number begins with 99."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

from cop.demo_people import Member, Names, Numbers, Place
from cop.territories import register

# Members among the professionals of the register, before the shares of each profession and département.
JOINED: Final = 0.48
# No profession of no département has more of its people in the network than this.
MOST_JOINED: Final = 0.72
_EMPTY: Final = dict.fromkeys(register.HEADER.read_text(encoding="utf-8").rstrip("\n").split("|"), "")


@dataclass(frozen=True, slots=True)
class Practitioner:
    """``apart``: what keeps this line out of the headcount, if anything does (student, volunteer, replacement)."""

    number: str
    given_name: str
    family_name: str
    profession: str
    places: list[Place]
    apart: str = ""


def file_name(day: date) -> str:
    return f"PS_LibreAcces_Personne_activite_{day:%Y%m%d}0700.txt"


def write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("|".join(_EMPTY) + "\n")
        file.writelines(f"{line}\n" for line in lines)


def practitioners(
    world: Mapping[str, Any],
    members: Sequence[Member],
    places: Sequence[Place],
    names: Names,
    numbers: Numbers,
    rng: Random,
) -> list[Practitioner]:
    """The members the register knows, their colleagues, and some the headcount must leave out."""
    counted = [member for member in members if member.counted]
    made = [Practitioner(m.rpps, m.given_name, m.family_name, m.profession, m.places) for m in counted]
    for (department, profession), missing in sorted(_missing(world, counted, places).items()):
        homes = [place for place in places if place.department == department]
        chosen = rng.choices(homes, [place.weight for place in homes], k=missing)
        made += [Practitioner(numbers(), *names(), profession, [place]) for place in chosen]
    for apart in ("student", "volunteer", "replacement"):
        profession = rng.choice(list(world["professions"]))
        made += [Practitioner(numbers(), *names(), profession, [rng.choice(places)], apart) for _ in range(12)]
    rng.shuffle(made)
    return made


def _missing(
    world: Mapping[str, Any], members: Sequence[Member], places: Sequence[Place]
) -> dict[tuple[str, str], int]:
    """How many colleagues each profession of each département has besides the members."""
    shares: dict[str, float] = world["professions"]
    people: Counter[str] = Counter()
    for place in places:
        people[place.department] += place.weight
    total = len(members) / JOINED
    inside = Counter((member.department, member.profession) for member in members)
    missing = {}
    for department, inhabitants in people.items():
        for profession, share in shares.items():
            fair = total * inhabitants / people.total() * share / sum(shares.values())
            here = inside[department, profession]
            missing[department, profession] = max(round(fair), round(here / MOST_JOINED), here) - here
    return missing


def lines(found: Iterable[Practitioner], labels: Mapping[str, str], rng: Random) -> Iterator[str]:
    """One line for each place of practice; now and then a second one for the same place, as in the real file."""
    for one in found:
        for place in one.places:
            yield _line(one, place, labels, rng)
        if rng.random() < 0.12:
            yield _line(one, one.places[0], labels, rng)


def _line(one: Practitioner, place: Place, labels: Mapping[str, str], rng: Random) -> str:
    # About one line in twelve of those located has a postal code alone.
    has_code = len(one.places) > 1 or rng.random() > 0.08
    cells = {
        "Type d'identifiant PP": "8",
        "Identifiant PP": one.number,
        "Identification nationale PP": f"8{one.number}",
        "Nom d'exercice": one.family_name.upper(),
        "Prénom d'exercice": one.given_name,
        "Code profession": one.profession,
        "Libellé profession": labels.get(one.profession, ""),
        "Code catégorie professionnelle": "E" if one.apart == "student" else "C",
        "Code mode exercice": "B" if one.apart == "volunteer" else rng.choice("LLS"),
        "Code postal (coord. structure)": place.postal_code,
        "Code commune (coord. structure)": place.code if has_code else "",
        "Libellé commune (coord. structure)": place.name,
        "Code genre activité": "GENR02" if one.apart == "replacement" else rng.choice(("GENR01", "GENR01", "")),
    }
    return "|".join({**_EMPTY, **cells}.values())
