"""How long this organisation keeps things: its own choices over the usual ones."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from cop.core import clock
from cop.core.db import db
from cop.core.errors import NotFound
from cop.host.models import RetentionSetting
from cop.host.rules_retention import RULES, Rule, Way, back, forward, words


@dataclass(frozen=True, slots=True)
class Kept:
    """A rule as it holds here. ``on``: the job applies it."""

    rule: Rule
    length: int
    switched_on_at: datetime | None

    @property
    def on(self) -> bool:
        return self.rule.way is Way.ALWAYS or self.switched_on_at is not None

    @property
    def words(self) -> str:
        return words(self.length, self.rule.unit)

    def oldest(self, today: date) -> date:
        """What happened before this day has been kept for long enough."""
        return back(today, self.length, self.rule.unit)

    def until(self, day: date) -> date:
        return forward(day, self.length, self.rule.unit)


def all_kept() -> list[Kept]:
    """Every rule, in the order of the pages."""
    chosen = {row.code: row for row in db.session.scalars(sa.select(RetentionSetting))}
    return [_kept(rule, chosen.get(code)) for code, rule in RULES.items()]


def kept(code: str) -> Kept:
    """Raises :class:`NotFound`."""
    if code not in RULES:
        raise NotFound
    return _kept(RULES[code], db.session.scalar(sa.select(RetentionSetting).filter_by(code=code)))


def _kept(rule: Rule, chosen: RetentionSetting | None) -> Kept:
    if chosen is None:
        return Kept(rule, rule.usual, None)
    # A bound that was lowered since holds at once.
    return Kept(rule, min(max(chosen.length, rule.least), rule.most), chosen.switched_on_at)


def too_old(code: str, now: datetime) -> datetime:
    """The moment before which things of this kind are to be forgotten."""
    return clock.start_of_day(kept(code).oldest(clock.local_date(now)))
