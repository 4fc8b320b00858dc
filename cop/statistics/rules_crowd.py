"""Who counts, among the people seen at key events. Plain values in, people out; each figure only counts them.

Everything is worked out in one walk through the presences, because the same person stands in several rows at
once (two practice sites, two professions) and no sum of rows gives the total.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from cop.statistics.rules import Question

Group = int | str | None
Seen = dict[str, set[int]]  # a person's key -> the key events they were seen at


class By(StrEnum):
    """What the rows of a table are."""

    TOTAL = "total"
    PLACE = "place"
    PROFESSION = "profession"


class Reason(StrEnum):
    """Why a person who was there is not counted."""

    PROFESSION_UNKNOWN = "profession_unknown"
    OTHER_PROFESSION = "other_profession"
    PLACE_UNKNOWN = "place_unknown"
    ELSEWHERE = "elsewhere"


_KNOWN: Final = frozenset({Reason.OTHER_PROFESSION, Reason.ELSEWHERE})


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """A key event of the period. ``day``: its local day. ``here``: in the territory asked about."""

    id: int
    day: date
    here: bool
    headcount: int = 0  # people counted without names
    to_close: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    commune_id: int
    starts_on: date | None = None
    ends_on: date | None = None

    def valid_on(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Attendee:
    """A person's record. Two records of one person share their ``key``; ``None``: seen, not recognised."""

    id: int
    key: str | None
    profession: str | None
    sites: tuple[Site, ...] = ()


def person_key(
    *,
    number: str | None,
    account_id: int | None,
    address: str | None,
    erased: bool,
    counted_as: int | None = None,
) -> str | None:
    """Who is one person: the national number when known, else the account, else the address, else nobody.

    Somebody without any of these enters the attendance of an event, never a count of distinct people: the
    same person would be counted at each event. Erasing changes no figure: the erased records of one person share
    ``counted_as``, and who was nobody before is nobody still.
    """
    if erased:
        return f"erased:{counted_as}" if counted_as else None
    if number:
        return f"number:{number}"
    if account_id:
        return f"account:{account_id}"
    return f"address:{address.strip().lower()}" if address and address.strip() else None


@dataclass
class Crowd:
    """The people of a question, sorted: counted (in all, by place, by profession), and the others with the reason."""

    mobilised: dict[By, dict[Group, Seen]] = field(default_factory=dict)
    others: dict[str, Reason] = field(default_factory=dict)
    others_seen: Seen = field(default_factory=dict)
    nameless: dict[int, set[int]] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)  # a person's key -> one of their records

    @property
    def present(self) -> int:
        """Distinct people: those who count, and those who came to the events held here."""
        return len(self.mobilised[By.TOTAL].get(None, {})) + len(self.others)

    @property
    def known(self) -> int:
        """Of these, those whose profession and place of practice are known."""
        return self.present - sum(reason not in _KNOWN for reason in self.others.values())


def sort_crowd(
    question: Question,
    events: Mapping[int, KeyEvent],
    visits: Iterable[tuple[int, int]],
    attendees: Mapping[int, Attendee],
    places: Mapping[int, frozenset[int]],
) -> Crowd:
    """Sort the people of ``visits`` (event, record). ``places``: the territories of interest each commune is in."""
    crowd = Crowd(mobilised={by: defaultdict(lambda: defaultdict(set)) for by in By})
    outside: dict[str, list[tuple[KeyEvent, Reason]]] = defaultdict(list)
    seen: dict[int, set[int]] = defaultdict(set)
    for event_id, person_id in visits:
        seen[person_id].add(event_id)
    for person_id, event_ids in seen.items():
        person = attendees[person_id]
        if person.key is None:
            here = {number for number in event_ids if events[number].here}
            if here:
                crowd.nameless[person_id] = here
            continue
        crowd.records[person.key] = min(person_id, crowd.records.get(person.key, person_id))
        for day, same in _by_day(person, event_ids, events):
            inside, reason = _place(question, person, day, places)
            if reason is None:
                _count(crowd, person.key, person.profession, inside, same)
            else:
                outside[person.key] += [(events[number], reason) for number in same]
    _keep_others(crowd, outside)
    return crowd


def _by_day(person: Attendee, event_ids: set[int], events: Mapping[int, KeyEvent]) -> Iterable[tuple[date, set[int]]]:
    """The events to be looked at one day at a time: only for those who moved, most people never do."""
    if any(site.starts_on or site.ends_on for site in person.sites):
        return [(events[number].day, {number}) for number in event_ids]
    return [(events[next(iter(event_ids))].day, event_ids)]


def _count(crowd: Crowd, key: str, profession: str | None, inside: set[int], event_ids: set[int]) -> None:
    crowd.mobilised[By.TOTAL][None][key] |= event_ids
    crowd.mobilised[By.PROFESSION][profession][key] |= event_ids
    for place in inside:
        crowd.mobilised[By.PLACE][place][key] |= event_ids


def _place(
    question: Question, person: Attendee, day: date, places: Mapping[int, frozenset[int]]
) -> tuple[set[int], Reason | None]:
    """The territories a presence counts in, or why it does not count."""
    if person.profession is None:
        return set(), Reason.PROFESSION_UNKNOWN
    valid = [site for site in person.sites if site.valid_on(day)]
    if person.profession not in question.professions:
        return set(), Reason.OTHER_PROFESSION if valid else Reason.PLACE_UNKNOWN
    if not valid:
        return set(), Reason.PLACE_UNKNOWN
    inside = {place for site in valid for place in places.get(site.commune_id, ())}
    if question.territory_id not in inside:
        return set(), Reason.ELSEWHERE
    return inside - {question.territory_id}, None


def _keep_others(crowd: Crowd, outside: Mapping[str, list[tuple[KeyEvent, Reason]]]) -> None:
    """Other participants: never counted, and seen at an event held here. The best known of their reasons holds."""
    counted = crowd.mobilised[By.TOTAL].get(None, {})
    for key, seen in outside.items():
        here = [(event, reason) for event, reason in seen if event.here]
        if here and key not in counted:
            latest = max(here, key=lambda line: (line[1] in _KNOWN, line[0].day))
            crowd.others[key] = latest[1]
            crowd.others_seen[key] = {event.id for event, _ in here}
