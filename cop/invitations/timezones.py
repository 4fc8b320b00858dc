"""The time zones of France as VTIMEZONE texts of our own, compared with ``zoneinfo`` in the tests.

The texts other tools make list every onset as an RDATE, an hour late in spring: Thunderbird and ical.js
then show summer meetings one hour off. Two yearly rules are what Exchange documents and every
program reads. They hold from 1997 (Paris) and 2007 (Saint-Pierre-et-Miquelon) on.
"""

from typing import Final
from zoneinfo import ZoneInfo


def _part(kind: str, onset: str, before: str, after: str, name: str, rule: str = "") -> list[str]:
    lines = [f"BEGIN:{kind}", f"DTSTART:{onset}"]
    if rule:
        lines.append(f"RRULE:FREQ=YEARLY;{rule}")
    return [*lines, f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}", f"TZNAME:{name}", f"END:{kind}"]


def _zone(name: str, *parts: list[str]) -> tuple[str, ...]:
    body = [line for part in parts for line in part]
    return ("BEGIN:VTIMEZONE", f"TZID:{name}", *body, "END:VTIMEZONE")


def _constant(name: str, offset: str, short: str) -> tuple[str, ...]:
    return _zone(name, _part("STANDARD", "19970101T000000", offset, offset, short))


# Onsets are written in the offset that ends (RFC 5545, 3.6.5).
TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "Europe/Paris": _zone(
        "Europe/Paris",
        _part("DAYLIGHT", "19810329T020000", "+0100", "+0200", "CEST", "BYMONTH=3;BYDAY=-1SU"),
        _part("STANDARD", "19961027T030000", "+0200", "+0100", "CET", "BYMONTH=10;BYDAY=-1SU"),
    ),
    "America/Miquelon": _zone(
        "America/Miquelon",
        _part("DAYLIGHT", "20070311T020000", "-0300", "-0200", "-02", "BYMONTH=3;BYDAY=2SU"),
        _part("STANDARD", "20071104T020000", "-0200", "-0300", "-03", "BYMONTH=11;BYDAY=1SU"),
    ),
    "America/Guadeloupe": _constant("America/Guadeloupe", "-0400", "AST"),
    "America/Martinique": _constant("America/Martinique", "-0400", "AST"),
    "America/Cayenne": _constant("America/Cayenne", "-0300", "-03"),
    "Indian/Reunion": _constant("Indian/Reunion", "+0400", "+04"),
    "Indian/Mayotte": _constant("Indian/Mayotte", "+0300", "EAT"),
    "Pacific/Noumea": _constant("Pacific/Noumea", "+1100", "+11"),
    "Pacific/Tahiti": _constant("Pacific/Tahiti", "-1000", "-10"),
}


def lines(zone: ZoneInfo) -> tuple[str, ...]:
    """The VTIMEZONE of ``zone``, or nothing for one that is not French: its times are then written in UTC."""
    return TEXTS.get(zone.key, ())
