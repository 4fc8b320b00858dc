"""The coordinator's page: every measure in all, and the first one by place and by profession."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from cop.core.db import db
from cop.statistics import rules
from cop.statistics.queries_ground import Ground
from cop.statistics.queries_years import Year, by_year
from cop.statistics.registry import Measure, all_measures
from cop.statistics.rules import Figure
from cop.statistics.rules_crowd import By, Group, KeyEvent
from cop.territories.models import Profession

MOBILISATION = "mobilisation_rate"
# The register's own readers warn of its headcount of nurses (DREES): a rate on it is too low.
NURSE = "60"


@dataclass(frozen=True, slots=True)
class Presence:
    """Who was at the key events, besides the figures. A count is ``None`` when it is too small to be shown."""

    present: int | None
    known: int
    indicative: bool
    others: int | None
    nameless: int | None
    headcount: int
    events: Sequence[KeyEvent]  # held here, the latest first

    @property
    def to_close(self) -> Sequence[KeyEvent]:
        return [event for event in self.events if event.to_close]


@dataclass(frozen=True, slots=True)
class Dashboard:
    totals: Sequence[tuple[Measure, Figure]]
    by_place: dict[Group, Figure]
    by_profession: dict[Group, Figure]
    presence: Presence
    years: Sequence[tuple[Year, Figure]]
    extract_date: date | None

    @property
    def over(self) -> bool:
        """Whether a rate is beyond 100 %: the two sides do not speak of the same people."""
        figures = [*(figure for _, figure in self.totals), *self.by_place.values(), *self.by_profession.values()]
        return any(figure.reading is rules.Reading.OVER for figure in figures)


def dashboard(ground: Ground, threshold: int | None) -> Dashboard:
    """``threshold``: counts below it are hidden from this viewer; ``None``: all are shown."""
    measures = all_measures()
    rate = measures[MOBILISATION]
    totals = [(one, rules.show(one.shares(ground, By.TOTAL)[None], threshold)) for one in measures.values()]
    return Dashboard(
        totals=totals,
        by_place=rules.show_rows(rate.shares(ground, By.PLACE), threshold),
        by_profession=_highest_first(rules.show_rows(rate.shares(ground, By.PROFESSION), threshold)),
        presence=_presence(ground, threshold),
        years=[(year, rules.show(share, threshold)) for year, share in by_year(ground)],
        extract_date=ground.extract.day if ground.extract else None,
    )


def _highest_first(figures: dict[Group, Figure]) -> dict[Group, Figure]:
    """By rate; those without one last, in an order that tells nothing of what is hidden."""
    return dict(sorted(figures.items(), key=lambda item: (item[1].rate is None, -(item[1].rate or 0), str(item[0]))))


def _presence(ground: Ground, threshold: int | None) -> Presence:
    crowd = ground.crowd
    here = sorted((event for event in ground.events.values() if event.here), key=lambda one: (one.day, one.id))
    return Presence(
        present=rules.show_count(crowd.present, threshold),
        known=crowd.known,
        indicative=rules.is_indicative(crowd.known, crowd.present),
        others=rules.show_count(len(crowd.others), threshold),
        nameless=rules.show_count(len(crowd.nameless), threshold),
        headcount=sum(event.headcount for event in here),
        events=here[::-1],
    )


def professions() -> Sequence[Profession]:
    """Those the organisation counts."""
    statement = sa.select(Profession).where(Profession.counted)
    return db.session.scalars(statement.order_by(Profession.position, Profession.code)).all()
