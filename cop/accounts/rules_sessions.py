"""How long a session lasts, what it lacks, and how a device is called."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

# Without a request for so long, one signs in again: whoever has a role sees other people's data.
STAFF_IDLE: Final = timedelta(hours=12)
MEMBER_IDLE: Final = timedelta(days=30)
# Writing the time at every request would make a write of every page.
STAMP_EVERY: Final = timedelta(minutes=5)
# Who has just shown who they are may change how they sign in.
JUST_NOW: Final = timedelta(minutes=30)


class Standing(StrEnum):
    """How far somebody has come in signing in."""

    IN = "in"
    TO_PASS = "to_pass"  # noqa: S105 - the second factor is still to be shown
    TO_SET_UP = "to_set_up"  # one is required, and there is none yet


def standing(*, passed: bool, has_factor: bool, required: bool) -> Standing:
    """``required``: without a factor this account may not come in. Who has one shows it, required or not."""
    if passed:
        return Standing.IN
    if has_factor:
        return Standing.TO_PASS
    return Standing.TO_SET_UP if required else Standing.IN


def just_now(moment: datetime, now: datetime) -> bool:
    return now - moment < JUST_NOW


# The first that is found: every browser says it is several others, the rarest name is the true one.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> tuple[str, str]:
    """The browser and the system, enough for their owner to know them again and no more; empty when unknown."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    return browser, next((name for mark, name in _SYSTEMS if mark in user_agent), "")
