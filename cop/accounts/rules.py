"""What a password must be, and who may give which role. Plain values only."""

import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from cop.core.errors import Refused
from cop.core.i18n import _l

PASSWORD_LENGTH: Final = 12
PASSWORD_LIMIT: Final = 200
LINK_LIFETIME: Final = timedelta(minutes=30)

# Long enough and yet among the first that are tried; shorter ones are refused by their length.
_COMMONEST: Final = """
    123456789012 1234567890123 12345678901234 123456789012345 1234567890123456 0123456789012 098765432109
    123456789abc abcdefghijkl abcdefghijklm azertyuiopqs azertyuiop123 azertyuiopqsdf azertyuiop12 qwertyuiop12
    qwertyuiop123 qwertyuiopas qwertyuiopasdfghjkl 1q2w3e4r5t6y 1qaz2wsx3edc 1qaz2wsx3edc4rfv a1z2e3r4t5y6
    motdepasse12 motdepasse123 motdepasse1234 motdepasse2024 motdepasse2025 motdepasse2026 motdepasse2027
    monmotdepasse unmotdepasse lemotdepasse nouveaumotdepasse passwordpassword password1234 password12345
    password123456 mypassword123 newpassword123 changeme1234 changemenow1 changezmoi12 letmeinletmein welcome12345
    administrateur administrator administration bienvenue123 bienvenue1234 bonjourbonjour bonjour12345 soleilsoleil
    doudoudoudou jetaimejetaime jetaimemonamour jetaimebeaucoup iloveyou1234 iloveyouforever marseille13000
    loulouloulou chouchouchou superman1234 communautedepratique communaute123 cokillaje2026 cokillaje2027
"""
COMMONEST: Final = frozenset(_COMMONEST.split())


def normalised_email(text: str) -> str:
    return text.strip().lower()


def check_password(password: str, own_words: Iterable[str]) -> None:
    """Refuse what is tried first: short, common, or made of the account's own name and address.

    No rule on kinds of characters: they make people write « Azerty123456! » (NIST SP 800-63B, CNIL 2022-100).
    """
    if len(password) < PASSWORD_LENGTH:
        raise Refused(_l("At least 12 characters. Four or five words one remembers will do."), "password")
    if len(password) > PASSWORD_LIMIT:
        raise Refused(_l("At most 200 characters."), "password")
    plain = _folded(password)
    if plain in COMMONEST or _repeats(password.casefold()):
        raise Refused(_l("This password is among the first ones that are tried. Choose another one."), "password")
    if _is_made_of(plain, own_words):
        raise Refused(_l("Your own name and address are tried among the first. Choose other words."), "password")


def _folded(text: str) -> str:
    """Lower case, without accents, letters and digits only."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if character.isalnum())


def _repeats(text: str) -> bool:
    """Whether the text is a few characters, or one word, over and over: « abcabcabcabc »."""
    sizes = range(1, len(text) // 2 + 1)
    return len(set(text)) < 5 or any(text == (text[:size] * len(text))[: len(text)] for size in sizes)


def _is_made_of(text: str, own_words: Iterable[str]) -> bool:
    """Whether little is left of the text once the words are taken out."""
    parts = {_folded(part) for word in own_words for part in _split(word)}
    left = text
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= 3:
            left = left.replace(part, "")
    return left != text and len(left) < 8


def _split(word: str) -> list[str]:
    return "".join(character if character.isalnum() else " " for character in word).split()


def check_period(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_l("The last day comes before the first one."), "ends_on")
