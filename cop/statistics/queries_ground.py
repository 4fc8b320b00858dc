"""What the figures of one page stand on: read once, on first use, whatever the number of figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from cop.core import clock
from cop.statistics import queries, queries_register
from cop.statistics.rules import Extract, Question, nearest
from cop.statistics.rules_crowd import By, Crowd, Group, KeyEvent, Seen, sort_crowd


@dataclass(frozen=True)
class Ground:
    """The question, who came, and the register. ``places``: the rows of the table by place."""

    question: Question
    places: tuple[int, ...] = ()
    zone: ZoneInfo = clock.PARIS

    def keys(self, by: By) -> list[Group]:
        """The rows of a table: the total is the one row without a name."""
        if by is By.TOTAL:
            return [None]
        rows: list[Group] = [*self.places] if by is By.PLACE else [*sorted(self.question.professions)]
        return rows

    @cached_property
    def events(self) -> dict[int, KeyEvent]:
        return queries.key_events(self.question, self.zone)

    @cached_property
    def crowd(self) -> Crowd:
        dates = self.question.dates
        return sort_crowd(
            self.question,
            self.events,
            queries.visits(dates, self.zone),
            queries.attendees(dates, self.zone),
            queries.communes_of((self.question.territory_id, *self.places)),
        )

    def mobilised(self, by: By) -> dict[Group, Seen]:
        return self.crowd.mobilised[by]

    def mobilised_count(self, by: By) -> dict[Group, int]:
        found = self.mobilised(by)
        return {key: len(found.get(key, {})) for key in self.keys(by)}

    @cached_property
    def seen_before(self) -> set[str]:
        return queries.people_seen_before(self.question.dates, self.zone)

    @cached_property
    def set_code(self) -> str | None:
        return queries_register.set_code(self.question.professions)

    @cached_property
    def extracts(self) -> list[Extract]:
        return queries_register.extracts(self.set_code)

    @property
    def extract(self) -> Extract | None:
        return nearest(self.extracts, self.question.dates.end)

    def headcounts(self, by: By) -> Mapping[Group, int]:
        """N of each row. An absent row is not known: no extract, or a perimeter of which we hold a part only."""
        if self.extract is None or self.set_code is None:
            return {}
        here = self.question.territory_id
        places = list(self.places) if by is By.PLACE else [here]
        codes = sorted(self.question.professions) if by is By.PROFESSION else [self.set_code]
        found = queries_register.headcounts([self.extract], places, codes)
        rows: dict[Group, int] = {}
        for (_, place, code), people in found.items():
            rows[{By.TOTAL: None, By.PLACE: place, By.PROFESSION: code}[by]] = people
        return rows
