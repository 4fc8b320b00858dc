"""What each part of the demonstration is given: the moment, the place, the four who sign in, and chance."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from cop.accounts.models import Account
from cop.territories.models import Territory


@dataclass(frozen=True, slots=True)
class World:
    """``preset``: which organisation. ``travelling``: the clock, to ``freeze`` at the moment of a past act; the
    caller sets it back to ``now``. ``rng``: always the same sequence for a preset."""

    preset: str
    now: datetime
    root: Territory
    alice: Account
    bob: Account
    charlie: Account
    diane: Account
    travelling: Any
    rng: Random
