"""Builders for figures: an extract of the register, key events, and people present at them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cop.attendance.models import Attendance
from cop.core import clock
from cop.core.db import db
from cop.events.models import Event
from cop.people.models import Person, PracticeSite
from cop.statistics.queries_ground import Ground
from cop.statistics.rules import Dates, Question
from cop.territories import rules as territories
from cop.territories.models import Headcount, Profession, RegisterImport, Territory
from tests.people_of_the_tests import People, event, person

PARIS = ZoneInfo("Europe/Paris")
YEAR = Dates(date(2026, 1, 1), date(2026, 12, 31))
_numbers = count(1)


def extract(
    counts: dict[tuple[int, str], int], day: date = date(2026, 9, 23), *, current: bool = True
) -> RegisterImport:
    """An import of the register: people by territory and profession (or set)."""
    made = RegisterImport(
        extract_date=day,
        file_name="extract.txt",
        started_at=clock.now(),
        finished_at=clock.now(),
        status="done",
        is_current=current,
    )
    db.session.add(made)
    db.session.flush()
    for (territory_id, code), people in counts.items():
        values = {"by_commune_code": people, "by_postal_code": 0, "in_department_only": 0}
        db.session.add(
            Headcount(import_id=made.id, territory_id=territory_id, profession_code=code, people=people, **values)
        )
    db.session.flush()
    return made


def key_event(people: People, where: Territory, day: date, *, key: bool = True, status: str = "published") -> Event:
    starts_at = datetime(day.year, day.month, day.day, 9, tzinfo=PARIS)
    return event(
        people,
        f"Matinée {next(_numbers)}",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        territory_id=where.id,
        key_event=key,
        status=status,
    )


def professional(profession: str | None = "91", *communes: Territory, email: str | None = "") -> Person:
    """Somebody with a practice site in each of the communes."""
    number = next(_numbers)
    made = person(
        f"Prénom{number}",
        f"Nom{number}",
        email=f"personne{number}@cabinet.example" if email == "" else email,
        profession=profession,
        commune=None,
    )
    made.sites.extend(PracticeSite(commune_id=commune.id) for commune in communes)
    db.session.flush()
    return made


def present(at: Event, *guests: Person, state: str = "present", half_day: int = 0) -> None:
    for guest in guests:
        db.session.add(
            Attendance(
                half_day_id=at.half_days[half_day].id,
                person_id=guest.id,
                state=state,
                source="list",
                recorded_at=at.starts_at,
            )
        )
    db.session.flush()


def counted_codes() -> frozenset[str]:
    return frozenset(db.session.scalars(sa.select(Profession.code).where(Profession.counted)))


def ground(
    where: Territory, dates: Dates = YEAR, codes: frozenset[str] | None = None, places: Sequence[Territory] = ()
) -> Ground:
    question = Question(dates, where.id, counted_codes() if codes is None else codes)
    return Ground(question, tuple(place.id for place in places))


ALL = territories.COUNTED
