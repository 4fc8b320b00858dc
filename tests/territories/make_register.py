"""An invented extract of the register with every trap of the real one, and the truth about it.

Where a place belongs is written by hand below, not worked out by a rule, so that the importer is compared
with something it does not share. People, numbers and addresses are invented: numbers begin with 99 (never
given), addresses end in .example, telephones come from the block kept for fiction.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from cop.territories.register import HEADER

NAMES = HEADER.read_text(encoding="utf-8").rstrip("\n").split("|")
PONTCHATEAU, CARENE, ANCENIS = ("epci", "200000438"), ("epci", "244400644"), ("epci", "244400552")
HERBASSE, VALENCE, ANGERS = ("custom", "haute-herbasse"), ("epci", "200068781"), ("epci", "244900015")
PAYS_DE_LA_LOIRE, BRETAGNE = ("region", "52"), ("region", "53")
EAST, WEST = ("hemi_region", "52-est"), ("hemi_region", "52-ouest")
# The small perimeters whose third part (people who may be inside) is followed by hand.
FOLLOWED = {PONTCHATEAU, CARENE, ANCENIS, HERBASSE, VALENCE, ANGERS}


@dataclass(frozen=True)
class Place:
    """A site as it is written, and by hand: its département, what it is surely in, what it may be in."""

    commune: str
    postal_code: str
    department: str = ""
    wide: tuple[tuple[str, str], ...] = ()  # region, hemi-region
    small: tuple[tuple[str, str], ...] = ()  # EPCI, commune, custom
    perhaps: tuple[tuple[str, str], ...] = ()
    town: str = "BOURG"

    @property
    def by_code(self) -> bool:
        return bool(self.commune) and self.commune not in {"44999"}


def commune(code: str) -> tuple[str, str]:
    return ("commune", code)


_44, _49 = (PAYS_DE_LA_LOIRE, WEST), (PAYS_DE_LA_LOIRE, EAST)
HERE = [
    Place("44129", "44160", "44", _44, (PONTCHATEAU, commune("44129")), town="PONTCHATEAU"),
    Place("44013", "44160", "44", _44, (CARENE, commune("44013")), town="BESNE"),
    # One commune alone has 44780; four have 44530, all inside; of the six of 44160, Besné is outside.
    Place("", "44780", "44", _44, (PONTCHATEAU, commune("44098"))),
    Place("", "44530", "44", _44, (PONTCHATEAU,)),
    Place("", "44160", "44", _44, perhaps=(PONTCHATEAU, CARENE)),
    Place("", "44606", "44", _44, perhaps=(PONTCHATEAU, CARENE, ANCENIS), town="ST NAZAIRE CEDEX"),
    Place("44999", "44160", "44", _44, perhaps=(PONTCHATEAU, CARENE), town="CODE INCONNU"),
    # Freigné was in Maine-et-Loire; it is now part of Vallons-de-l'Erdre, in Loire-Atlantique.
    Place("49144", "49440", "44", _44, (ANCENIS, commune("44180")), town="FREIGNE"),
    Place("49007", "49100", "49", _49, (ANGERS, commune("49007")), town="ANGERS"),
    Place("", "49100", "49", _49, (ANGERS, commune("49007"))),
    Place("26184", "26350", "26", (), (HERBASSE, VALENCE, commune("26210")), town="MIRIBEL"),
    Place("26297", "26350", "26", (), (HERBASSE, VALENCE, commune("26210")), town="ST BONNET"),
    Place("26107", "26350", "26", (), (HERBASSE, VALENCE, commune("26107")), town="CREPOL"),
    Place("26194", "26350", "26", (), (commune("26194"),), town="MONTCHENU"),
    Place("", "26350", "26", (), perhaps=(HERBASSE, VALENCE)),
    Place("35236", "35600", "35", (BRETAGNE,), (("epci", "243500741"), commune("35236")), town="REDON"),
]
ELSEWHERE = [
    Place("2A004", "20090", "2A", town="AJACCIO"),
    Place("", "20600", "2B", town="FURIANI"),
    Place("97411", "97400", "974", town="ST DENIS"),
    Place("97123", "97133", "971", town="ST BARTHELEMY"),
    Place("75056", "75007", "75", town="PARIS"),
    Place("75107", "75007", "75", town="PARIS 7"),
    Place("69383", "69003", "69", town="LYON 3"),
    Place("74109", "01200", "74", town="ELOISE"),
    Place("79224", "79140", "49", town="NUEIL"),  # moved to Maine-et-Loire in 2019: Cholet
    Place("31555", "31000", "31", town="TOULOUSE"),
    Place("", "33074", "33", town="BORDEAUX CEDEX"),
]
# A former code of Deux-Sèvres now means Cholet: not elsewhere at all.
HERE.append(Place("79224", "79140", "49", _49, (("epci", "200071678"), commune("49099")), town=ELSEWHERE.pop(8).town))
UNLOCATED = [Place("", ""), Place("", "GL", town="CHELTENHAM")]

PROFESSIONS = [("60", 40), ("10", 25), ("70", 12), ("91", 6), ("94", 4), ("93", 6), ("99", 5), ("950", 2)]
REHAB = {"70", "91", "94"}
HEALTH = REHAB | {"60", "10"}
QUOTED = ['"LE BOCAGE', 'MSP "LES TILLEULS"', '""POLE SANTE', "CHEZ L’ERDRE", "CABINET  DU PARC"]
FAMILY = ["QUIBERONNAIS", "D'ALMEÏDA", "L’HELGOUALC’H", "ÇELIK", 'O"BRIEN', "LE  GALL"]
PHONE, EMAIL = "0199004", "prive@cabinet.example"


def check_digit(body: str) -> str:
    total = 0
    for position, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value // 10 + value % 10
    return str(-total % 10)


@dataclass
class Truth:
    """Distinct people, counted person by person while writing."""

    lines: int = 0
    people: int = 0
    unlocated: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    # (kind, code, profession or set) → people by code, by postal code, perhaps.
    counts: dict[tuple[str, str, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    numbers: list[str] = field(default_factory=list)

    def add(self, sites: list[tuple[Place, str, bool]]) -> None:
        """One person: (place, profession, practising) for each line."""
        good = [(place, "99" if code == "950" else code) for place, code, practising in sites if practising]
        self.people += any(place in HERE for place, _code in good)
        self.unlocated += any(place in UNLOCATED for place, _code in good)
        best: dict[tuple[str, str, str], int] = {}
        for place, code in good:
            if place not in HERE:
                continue
            sets = [code] + ["rehab"] * (code in REHAB) + ["counted"] * (code in HEALTH)
            level = 0 if place.by_code else 1
            # An unknown code of commune tells the département: neither a commune's code nor a postal code.
            inside = {("department", place.department): 0 if place.by_code else 1}
            inside |= dict.fromkeys(place.wide, level) | dict.fromkeys(place.small, level)
            inside |= dict.fromkeys(place.perhaps, 2)
            for territory, how in inside.items():
                for name in sets:
                    key = (*territory, name)
                    best[key] = min(best.get(key, 2), how)
        for key, how in best.items():
            self.counts[key][how] += 1


class Maker:
    """``share_here``: of the located sites, how many are in the loaded départements; ``here``: which ones these are."""

    def __init__(self, seed: int = 1, share_here: float = 0.6, here: Sequence[Place] = HERE) -> None:
        self.random = Random(seed)
        self.share_here = share_here
        self.here = here
        self.truth = Truth()
        self._serial = 0

    def write(
        self,
        path: Path,
        people: int,
        *,
        trailing: bool = False,
        end: str = "\n",
        bom: bool = False,
        adjacent: bool = False,
        bad: bool = False,
        names: list[str] | None = None,
    ) -> Truth:
        """Write the file; ``names`` puts the columns in another order."""
        order = [NAMES.index(name) for name in names] if names else None
        pipe = "|" if trailing else ""
        with path.open("wb") as file:
            file.write((("\ufeff" if bom else "") + "|".join(names or NAMES) + pipe + end).encode())
            for raw in self._lines(people, adjacent, bad):
                cells = raw.split(b"|")
                if order and len(cells) == len(NAMES):
                    cells = [cells[i] for i in order]
                file.write(b"|".join(cells) + (pipe + end).encode())
        return self.truth

    def _lines(self, people: int, adjacent: bool, bad: bool) -> Iterator[bytes]:
        """The lines of one person are far apart, unless ``adjacent``."""
        late: list[bytes] = []
        for serial in range(people):
            first, *others = [line.encode() for line in self._person()]
            yield self._counted(first)
            if adjacent:
                yield from map(self._counted, others)
            else:
                late += others
            if bad and serial % 40 == 7:
                yield from map(self._counted, self._bad())
        self.random.shuffle(late)
        yield from map(self._counted, late)

    def _counted(self, line: bytes) -> bytes:
        self.truth.lines += 1
        return line

    def _number(self) -> str:
        self._serial += 1
        body = f"99{self._serial * 37:08d}"
        return body + check_digit(body)

    def _person(self) -> list[str]:
        choose = self.random
        number = self._number()
        self.truth.numbers.append(number)
        codes, weights = zip(*PROFESSIONS, strict=True)
        profession = choose.choices(codes, weights)[0]
        category = choose.choices("CME", (90, 2, 8))[0]
        sites: list[tuple[Place, str, bool]] = []
        lines = []
        for _ in range(choose.choices((1, 2, 3, 4), (80, 14, 4, 2))[0]):
            place = self._place()
            mode = choose.choices(("L", "S", "B", ""), (50, 40, 4, 6))[0]
            activity = choose.choices(("GENR01", "", "GENR02", "GENR04"), (80, 10, 6, 4))[0]
            practised = [profession, "71"] if profession == "70" and choose.random() < 0.1 else [profession]
            for code in practised:
                practising = category in "CM" and mode in {"L", "S"} and activity in {"GENR01", ""}
                sites.append((place, code, practising))
                lines.append(self._line(number, code, category, mode, activity, place))
        if choose.random() < 0.05:
            lines.append(lines[0])  # exact duplicates exist
        self.truth.add(sites)
        return lines

    def _place(self) -> Place:
        if self.random.random() < 0.15:
            return self.random.choice(UNLOCATED)
        return self.random.choice(self.here if self.random.random() < self.share_here else ELSEWHERE)

    def _line(self, number: str, code: str, category: str, mode: str, activity: str, place: Place) -> str:
        choose = self.random
        cells = dict.fromkeys(NAMES, "")
        cells |= {
            "Type d'identifiant PP": "8",
            "Identifiant PP": number,
            "Identification nationale PP": f"8{number}",
            "Libellé civilité": choose.choice(("Monsieur", "Madame")),
            "Nom d'exercice": choose.choice(FAMILY),
            "Prénom d'exercice": choose.choice(("Anaïs", "Loïc", "Zoé", "Marie-Thérèse")),
            "Code profession": code,
            "Libellé profession": "Profession dite en toutes lettres",
            "Code catégorie professionnelle": category,
            "Libellé catégorie professionnelle": {"C": "Civil", "M": "Militaire", "E": "Étudiant"}[category],
            "Code mode exercice": mode,
            "Libellé mode exercice": {"L": "Libéral", "S": "Salarié", "B": "Bénévole", "": ""}[mode],
            "Numéro SIRET site": f"99{choose.randrange(10**12):012d}" if mode == "S" else "",
            "Identifiant technique de la structure": f"R99{choose.randrange(10**12):012d}",
            "Raison sociale site": choose.choice(QUOTED),
            "Numéro Voie (coord. structure)": str(choose.randint(1, 180)),
            "Code type de voie (coord. structure)": "AV",
            "Libellé type de voie (coord. structure)": "Avenue",
            "Libellé Voie (coord. structure)": "DE LA RÉPUBLIQUE",
            "Bureau cedex (coord. structure)": f"{place.postal_code} {place.town}".strip(),
            "Code postal (coord. structure)": place.postal_code,
            "Code commune (coord. structure)": place.commune,
            "Libellé commune (coord. structure)": place.town if place.commune else "",
            "Libellé pays (coord. structure)": "France" if place.commune else "",
            "Autorité d'enregistrement": "ARS/ARS/ARS",
            "Code secteur d'activité": "SA07",
            "Libellé secteur d'activité": "Cabinet individuel",
            "Code rôle": "FON-01",
            "Libellé rôle": "Titulaire de cabinet",
            "Code genre activité": activity,
            "Libellé genre activité": "Activité standard de soin ou de pharmacien" if activity else "",
        }
        if choose.random() < 0.24:
            cells["Téléphone (coord. structure)"] = PHONE + f"{choose.randint(0, 999):03d}"
            cells["Adresse e-mail (coord. structure)"] = EMAIL
        return "|".join(cells.values())

    def _bad(self) -> Iterator[bytes]:
        """One line of each kind that must be refused; of people who would count if it were not."""
        whole = self._line(self._number(), "70", "C", "L", "GENR01", HERE[0]).split("|")
        number = whole[1]
        wrong = number[:-1] + str((int(number[-1]) + 3) % 10)
        for reason, cells in (
            ("cells", whole[:20]),
            ("cells", [*whole[:24], "CABINET", *whole[24:]]),
            ("cells", ["", *whole]),
            ("cells", [*whole[:30], *whole[31:]]),
            ("identifier", [whole[0], "", "", *whole[3:]]),
            ("identifier", [whole[0], number, "899000000000", *whole[3:]]),
            ("check_digit", [whole[0], wrong, f"8{wrong}", *whole[3:]]),
        ):
            self.truth.refused[reason] += 1
            yield "|".join(cells).encode()
        self.truth.refused["encoding"] += 1
        yield "|".join([*whole[:8], "R@mi", *whole[9:]]).encode().replace(b"@", b"\xe9")
