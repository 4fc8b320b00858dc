"""Days on which fewer people come: public holidays and school holidays, where the meeting is held.

Public holidays: Labour Code, art. L. 3133-1, the local law of Alsace-Moselle (L. 3134-13) and that of the overseas
territories (L. 3422-2), from the library ``holidays``. School holidays: the calendar of the Ministry of National
Education, by zone, from the library ``vacances-scolaires-france``.
"""

from datetime import date
from functools import lru_cache
from typing import Any, Final

import holidays
from vacances_scolaires_france import SchoolHolidayDates

from cop.core.i18n import _, language

# Académies and their départements by zone: order of 7 December 2022 on the school calendar. Corsica and the overseas
# académies set their own calendar: they are in none.
ZONES: Final[dict[str, str]] = {
    "A": (
        "25 39 70 90 24 33 40 47 64 03 15 43 63 21 58 71 89 07 26 38 73 74 19 23 87 01 42 69 16 17 79 86"
        # Besançon, Bordeaux, Clermont-Ferrand, Dijon, Grenoble, Limoges, Lyon, Poitiers
    ),
    "B": (
        "04 05 13 84 02 60 80 59 62 54 55 57 88 44 49 53 72 85 06 83 14 50 61 27 76 18 28 36 37 41 45"
        " 08 10 51 52 22 29 35 56 67 68"
        # Aix-Marseille, Amiens, Lille, Nancy-Metz, Nantes, Nice, Normandie, Orléans-Tours, Reims, Rennes, Strasbourg
    ),
    "C": (
        "77 93 94 11 30 34 48 66 75 09 12 31 32 46 65 81 82 78 91 92 95"
        # Créteil, Montpellier, Paris, Toulouse, Versailles
    ),
}
_ZONE_OF: Final = {department: zone for zone, codes in ZONES.items() for department in codes.split()}
# The library's names of what has holidays of its own.
_SUBDIVISIONS: Final = {
    "57": "57", "67": "6AE", "68": "6AE", "971": "971", "972": "972", "973": "973", "974": "974", "975": "PM",
    "976": "976", "977": "BL", "978": "MF", "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip


def zone_of(department: str) -> str | None:
    """A, B or C; ``None`` where the school calendar is a local one (Corsica, overseas), or no département is known."""
    return _ZONE_OF.get(department if department[:2] in {"97", "98"} else department[:2])


def public_holiday(day: date, department: str = "") -> str | None:
    """Its name, in the reader's language."""
    names = _public(day.year, _SUBDIVISIONS.get(department), "fr" if language() == "fr" else "en_US")
    return names.get(day)


@lru_cache(maxsize=64)
def _public(year: int, subdivision: str | None, spoken: str) -> dict[date, str]:
    return dict(holidays.country_holidays("FR", years=year, subdiv=subdivision, language=spoken).items())


def school_holidays(day: date, zone: str) -> str | None:
    """« Vacances d'hiver »: their official, French name."""
    row = _school().get(day)
    return str(row["nom_vacances"]).replace("'", "’") if row and row[f"vacances_zone_{zone.lower()}"] else None


def known_until() -> date:
    """The last day of the school calendar we have."""
    return max(_school())


@lru_cache(maxsize=1)
def _school() -> dict[date, dict[str, Any]]:
    return dict(SchoolHolidayDates().data)


def warnings(day: date, department: str = "") -> list[str]:
    """What to know of a day before choosing it; nothing refuses it."""
    found = sure_warnings(day, department)
    zone = zone_of(department)
    if zone is None and department:
        found.append(_("School holidays unknown here: the calendar is set locally."))
    elif zone and day > known_until():
        found.append(_("School holidays not known yet for that year."))
    return found


def sure_warnings(day: date, department: str = "") -> list[str]:
    """The same, without what is not known."""
    found = []
    if name := public_holiday(day, department):
        found.append(_("public holiday (%(name)s)", name=name))
    zone = zone_of(department)
    if zone and (name := school_holidays(day, zone)):
        found.append(_("school holidays (%(name)s, zone %(zone)s)", name=name, zone=zone))
    return found
