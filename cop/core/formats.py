"""How dates, hours and numbers are written, in French and in English. All are template filters.

French: « jeudi 14 janvier 2027 », « 9 h 30 », « 30,0 % ». No-break spaces keep a figure with its unit.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from cop.core import clock
from cop.core.i18n import _, language

NBSP: Final = "\u00a0"
NNBSP: Final = "\u202f"


def _day(value: date | datetime, zone: ZoneInfo) -> date:
    return clock.local_date(value, zone) if isinstance(value, datetime) else value


def _date(value: date | datetime, zone: ZoneInfo, french: str, english: str) -> str:
    code = language()
    text = _written(_day(value, zone), french if code == "fr" else english, "en_GB" if code == "en" else code)
    # « 1er janvier », as one says it
    return text.replace(" 1 ", " 1er ") if code == "fr" and "EEE" in french else text


@lru_cache(maxsize=1024)
def _written(day: date, pattern: str, locale: str) -> str:
    """The same few days are written again and again, on lists and in mails."""
    return format_date(day, pattern, locale=locale)


def date_long(value: date | datetime, zone: ZoneInfo = clock.PARIS) -> str:
    """jeudi 14 janvier 2027 / Thursday 14 January 2027"""
    return _date(value, zone, "EEEE d MMMM y", "EEEE d MMMM y")


def date_day(value: date | datetime, zone: ZoneInfo = clock.PARIS) -> str:
    """jeudi 14 janvier / Thursday 14 January"""
    return _date(value, zone, "EEEE d MMMM", "EEEE d MMMM")


def date_short(value: date | datetime, zone: ZoneInfo = clock.PARIS) -> str:
    """14/01/2027"""
    return _date(value, zone, "dd/MM/y", "dd/MM/y")


def weekday(value: date | datetime, zone: ZoneInfo = clock.PARIS) -> str:
    return _date(value, zone, "EEEE", "EEEE")


def month(value: date | datetime, zone: ZoneInfo = clock.PARIS) -> str:
    """Janvier 2027 / January 2027, as a heading"""
    text = _date(value, zone, "MMMM y", "MMMM y")
    return text[:1].upper() + text[1:]


def hour(value: datetime, zone: ZoneInfo = clock.PARIS) -> str:
    """9 h, 9 h 30 / 9:00, 9:30"""
    return _hour(clock.local(value, zone).time())


def hour_kept(text: str) -> str:
    """The same, of an hour kept as « 09:30 »: one of any day."""
    return _hour(time.fromisoformat(text))


def _hour(at: time) -> str:
    if language() != "fr":
        return f"{at.hour}:{at.minute:02}"
    return f"{at.hour}{NBSP}h" + (f"{NBSP}{at.minute:02}" if at.minute else "")


def period(start: datetime, end: datetime, zone: ZoneInfo = clock.PARIS) -> str:
    """jeudi 14 janvier 2027, de 9 h à 12 h 30; over several days: du … à … au … à …"""
    if clock.local_date(start, zone) == clock.local_date(end, zone):
        return _(
            "%(day)s, from %(start)s to %(end)s",
            day=date_long(start, zone),
            start=hour(start, zone),
            end=hour(end, zone),
        )
    return _(
        "from %(first)s at %(start)s to %(last)s at %(end)s",
        first=date_long(start, zone),
        start=hour(start, zone),
        last=date_long(end, zone),
        end=hour(end, zone),
    )


def number(value: int | float | Decimal, decimals: int = 0) -> str:
    """1 104 / 1,104; rounded half up, as the figures' definitions say (not half to even)."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(format_decimal(exact, format=pattern, locale="fr" if language() == "fr" else "en_GB"))


def percent(part: int, whole: int) -> str:
    """30,0 % from 36 and 120: one decimal, half up. The caller decides what a zero denominator says."""
    share = Decimal(part) * 100 / Decimal(whole)
    return number(share, 1) + (f"{NBSP}%" if language() == "fr" else "%")


def money(cents: int) -> str:
    """25,00 € / €25.00"""
    text = number(Decimal(abs(cents)) / 100, 2)
    sign = "-" if cents < 0 else ""
    return f"{sign}{text}{NBSP}€" if language() == "fr" else f"{sign}€{text}"


def file_size(octets: int) -> str:
    """1,2 Mo / 1.2 MB; 340 ko / 340 kB"""
    unit = "o" if language() == "fr" else "B"
    if octets < 1_000_000:
        return f"{number(max(1, octets // 1000))}{NBSP}k{unit}"
    return f"{number(Decimal(octets) / 1_000_000, 1)}{NBSP}M{unit}"


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "date_long": date_long,
    "date_day": date_day,
    "date_short": date_short,
    "file_size": file_size,
    "weekday": weekday,
    "month": month,
    "hour": hour,
    "hour_kept": hour_kept,
    "money": money,
    "number": number,
}
