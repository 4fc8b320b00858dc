"""Reading an attendance list: everybody expected, everybody who came, in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from cop.accounts.models import Account
from cop.attendance import rules
from cop.attendance.models import Attendance
from cop.attendance.rules import Source, Stage, State
from cop.core.db import db
from cop.core.errors import NotFound
from cop.core.i18n import label
from cop.events.models import Event, HalfDay
from cop.events.rules_kinds import BY_NAME
from cop.people import rules as names
from cop.people.models import Person, PracticeSite
from cop.registrations import queries as registrations
from cop.registrations.models import Registration
from cop.registrations.rules import Status


@dataclass(frozen=True, slots=True)
class Line:
    """A person of the list. Never an address nor a number: the list circulates on a table."""

    person_id: int
    given_name: str
    family_name: str
    profession: str
    places: str
    standing: str  # confirmed, waitlisted, cancelled, walk_in
    state: str | None = None
    at: datetime | None = None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def detail(self) -> str:
        return ", ".join(part for part in (self.profession, self.places) if part)

    @property
    def present(self) -> bool:
        return self.state == State.PRESENT

    def answers(self, words: str) -> bool:
        """Whether what was typed in the search is in the line: every word, whatever the accents."""
        line = names.search_name(self.name, self.detail)
        return all(word in line for word in names.search_name(words).split())

    @property
    def is_expected(self) -> bool:
        """With a seat, or come without: who waits or cancelled is at hand, but not awaited."""
        return self.standing in {Status.CONFIRMED, Source.WALK_IN} or self.state in {State.PRESENT, State.EXCUSED}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One half-day. ``expected``: those with a seat and those who came without; ``others``: waiting, or cancelled."""

    half_day: HalfDay
    stage: Stage
    expected: Sequence[Line]
    others: Sequence[Line]
    closed_by: str | None

    @property
    def present(self) -> int:
        return sum(line.present for line in (*self.expected, *self.others))

    @property
    def excused(self) -> list[Line]:
        return [line for line in self.expected if line.state == State.EXCUSED]

    @property
    def missing(self) -> list[Line]:
        """Expected, and not there (so far)."""
        return [line for line in self.expected if not line.present and line.state != State.EXCUSED]


def half_day(event_id: int, half_day_id: int) -> HalfDay:
    """A half-day of that event: the right to handle one event says nothing of another's.

    Where people are noted once for the whole event, the first half-day stands for it.
    """
    statement = sa.select(HalfDay).where(HalfDay.id == half_day_id, HalfDay.event_id == event_id)
    found: HalfDay | None = db.session.scalar(statement.options(joinedload(HalfDay.event).joinedload(Event.kind)))
    if found is None:
        raise NotFound
    return rules.noted_on(found.event.half_days) if found.event.kind.attendance == BY_NAME else found


def stage_of(half: HalfDay, now: datetime) -> Stage:
    return rules.stage(
        status=half.event.status,
        starts_at=half.starts_at,
        closed_at=half.closed_at or half.event.closed_at,
        now=now,
        zone=half.event.zone,
        called_off=half.cancelled_at is not None,
    )


def sheet(event: Event, half: HalfDay, now: datetime) -> Sheet:
    marks = {row.person_id: row for row in _marks(half.id)}
    lists = registrations.of_event(event.id)
    rows = (*lists.confirmed, *lists.offered, *lists.waiting, *lists.cancelled)
    people = [(row.person, row.status) for row in rows]
    people += [(person, Source.WALK_IN) for person in _walk_ins(event.id, {row.person_id for row in rows})]
    lines = [_line(person, standing, marks.get(person.id)) for person, standing in people]
    lines.sort(key=lambda line: (names.search_name(line.family_name, line.given_name), line.person_id))
    expected = [line for line in lines if line.is_expected]
    others = [line for line in lines if not line.is_expected]
    closer = db.session.get(Account, half.closed_by_id) if half.closed_by_id else None
    return Sheet(half, stage_of(half, now), expected, others, closer.name if closer else None)


def _marks(half_day_id: int) -> Sequence[Attendance]:
    return db.session.scalars(sa.select(Attendance).where(Attendance.half_day_id == half_day_id)).all()


def _walk_ins(event_id: int, registered: set[int]) -> list[Person]:
    """Those who came to any half-day of the event without having registered."""
    came = (
        sa.select(Attendance.person_id)
        .join(HalfDay, HalfDay.id == Attendance.half_day_id)
        .where(HalfDay.event_id == event_id)
    )
    statement = (
        sa.select(Person)
        .where(Person.id.in_(came))
        .options(
            joinedload(Person.profession),
            selectinload(Person.sites).joinedload(PracticeSite.commune),
        )
    )
    return [person for person in db.session.scalars(statement) if person.id not in registered]


def _line(person: Person, standing: str, mark: Attendance | None) -> Line:
    return Line(
        person_id=person.id,
        given_name=person.given_name,
        family_name=person.family_name,
        profession=label(person.profession, "label") if person.profession else "",
        places=", ".join(site.commune.name for site in person.sites),
        standing=standing,
        state=mark.state if mark else None,
        at=mark.recorded_at if mark else None,
    )


def is_on_list(event_id: int, person_id: int) -> bool:
    """Registered, whatever became of it, or already on a list of the event: nobody else is checked in by a number."""
    registered = sa.exists().where(Registration.event_id == event_id, Registration.person_id == person_id)
    came = sa.exists().where(
        Attendance.person_id == person_id, Attendance.half_day_id == HalfDay.id, HalfDay.event_id == event_id
    )
    return bool(db.session.scalar(sa.select(sa.or_(registered, came))))


def namesakes(event_id: int, given_name: str, family_name: str) -> Sequence[Person]:
    """People of the event's lists who bear that name."""
    registered = sa.select(Registration.person_id).where(Registration.event_id == event_id)
    came = (
        sa.select(Attendance.person_id)
        .join(HalfDay, HalfDay.id == Attendance.half_day_id)
        .where(HalfDay.event_id == event_id)
    )
    statement = sa.select(Person).where(
        Person.search_name == names.search_name(given_name, family_name),
        sa.or_(Person.id.in_(registered), Person.id.in_(came)),
    )
    return db.session.scalars(statement.order_by(Person.id)).all()


def not_coming(event_id: int, half_day_id: int) -> Sequence[int]:
    """Those with a seat about whom nothing was noted in that half-day."""
    noted = sa.select(Attendance.person_id).where(Attendance.half_day_id == half_day_id)
    statement = sa.select(Registration.person_id).where(
        Registration.event_id == event_id,
        Registration.status == Status.CONFIRMED,
        Registration.person_id.not_in(noted),
    )
    return db.session.scalars(statement.order_by(Registration.person_id)).all()
