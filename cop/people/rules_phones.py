"""Telephone numbers: kept as ITU-T E.164 (« +33241000000 »), written as their country writes them."""

from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

# A number typed without its country is French.
HOME: Final = "FR"


def phone_number(text: str) -> str | None:
    """The number as it is kept; ``None`` when it is not one."""
    number = _read(text)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else None


def phone(kept: str | None) -> str:
    """The number as one reads it: « 02 41 00 00 00 », « +32 2 555 00 00 »."""
    number = _read(kept or "")
    if number is None:
        return kept or ""
    home = phonenumbers.region_code_for_number(number) == HOME
    style = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style).replace(" ", "\u00a0")


def _read(text: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, HOME)
    except NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None
