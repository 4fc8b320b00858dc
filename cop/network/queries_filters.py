"""Each filter of the people list as a condition on ``Person``. One function a filter, found by its name."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from cop.attendance.models import Attendance
from cop.attendance.rules import State
from cop.communities import queries as communities
from cop.core import clock
from cop.core.db import db
from cop.events.models import Event, EventKind, HalfDay, Theme
from cop.mandates import queries as mandates
from cop.memberships import queries as memberships
from cop.memberships.models import Membership
from cop.network import queries_steps
from cop.network.queries_scope import practises_in
from cop.network.rules import UNKNOWN, UNKNOWN_RANK, Step
from cop.network.rules_filter import EVERYWHERE, LATELY, NEVER, Filter
from cop.organisations import queries as organisations
from cop.people import rules as names
from cop.people.models import Person, PracticeSite
from cop.registrations.models import Registration
from cop.registrations.rules import Status
from cop.statistics.rules import Period, dates_of
from cop.territories import rules as territories
from cop.territories.models import Profession, Territory, TerritoryKind
from cop.volunteers.models import VolunteerProfile

Condition = sa.ColumnElement[bool]
_APART: Final = re.compile(r"[\s'’‐‑–—-]+")


def conditions(asked: Filter, today: date) -> Iterator[Condition]:
    """Everything asked for, all of which must hold."""
    on = asked.on(today)
    yield Person.anonymised_at.is_(None)
    if asked.au:
        yield queries_steps.step_on(on) > UNKNOWN_RANK
    if asked.q:
        yield from _words(asked.q)
    for name, condition in _CONDITIONS.items():
        if value := getattr(asked, name):
            yield condition(value, on)
    if asked.etape_avant:
        rank = UNKNOWN_RANK if asked.etape_avant == UNKNOWN else Step(asked.etape_avant).rank
        yield queries_steps.step_on(date.fromisoformat(asked.avant)) == rank


def _words(text: str) -> Iterator[Condition]:
    """Every word is in the name or the address, begins a profession, or is in the name of a town of practice.

    Accents, capitals and hyphens are nothing: « st-herblain », « Anne Lise », « kine ».
    """
    professions = _professions()
    for typed in (word for word in _APART.split(text) if word):
        word = names.search_name(typed)
        plain = typed.lower()
        ways: list[Condition] = [Person.email.contains(plain, autoescape=True)]
        if word:
            ways += [Person.search_name.contains(word, autoescape=True), _town(word)]
            codes = [code for code, name in professions if _begins(name, word)]
            ways += [Person.profession_code.in_(codes)] if codes else []
        yield sa.or_(*ways)


def _town(word: str) -> Condition:
    towns = sa.select(Territory.id).where(
        Territory.kind == TerritoryKind.COMMUNE, Territory.search_name.contains(word, autoescape=True)
    )
    return Person.id.in_(sa.select(PracticeSite.person_id).where(PracticeSite.commune_id.in_(towns)))


def _professions() -> list[tuple[str, str]]:
    rows = db.session.execute(sa.select(Profession.code, Profession.label_fr, Profession.label_en))
    return [(code, f"{french} {english}") for code, french, english in rows]


def _begins(name: str, word: str) -> bool:
    return any(territories.search_name(part).startswith(word) for part in _APART.split(name))


def _territory(value: str, on: date) -> Condition:
    return sa.true() if value == EVERYWHERE else practises_in([int(value)], on)


def _profession(value: str, _on: date) -> Condition:
    return Person.profession_code == value


def _membership(value: str, on: date) -> Condition:
    member = Person.id.in_(memberships.member_on(on))
    own = sa.select(Membership.person_id).where(Membership.organisation_id.is_(None))
    if value == "a-jour":
        return member
    if value == "jamais":
        return Person.id.not_in(own)
    covering = Person.id.in_(own.where(Membership.starts_on <= on, memberships.last_day >= on))
    if value == "a-regler":
        return sa.and_(covering, sa.not_(member))
    return sa.and_(Person.id.in_(own), sa.not_(covering))


def _body(value: str, on: date) -> Condition:
    return mandates.holding([value], on)


def _step(value: str, on: date) -> Condition:
    return queries_steps.step_on(on) == Step(value).rank


def _seen(value: str, on: date) -> Condition:
    """At a key event, as the mobilisation rate counts; in the last twelve months, at any meeting."""
    if value == LATELY:
        since = clock.start_of_day(months_before(on, 12))
        return Person.id.in_(queries_steps.seen_by(on).where(HalfDay.starts_at >= since))
    dates = dates_of(Period(value), on)
    came = (
        sa.select(Attendance.person_id)
        .join(HalfDay, HalfDay.id == Attendance.half_day_id)
        .join(Event, Event.id == HalfDay.event_id)
        .where(Event.key_event, Event.status == "published", Attendance.state == State.PRESENT)
        .where(Event.starts_at >= clock.start_of_day(dates.start))
        .where(Event.starts_at < clock.start_of_day(dates.end + timedelta(days=1)))
    )
    return Person.id.in_(came)


def _kind(value: str, on: date) -> Condition:
    """Was present at a meeting of this kind, whenever it was."""
    kinds = sa.select(EventKind.id).where(EventKind.code == value)
    held = sa.select(Event.id).where(Event.kind_id.in_(kinds))
    return Person.id.in_(queries_steps.seen_by(on).where(HalfDay.event_id.in_(held)))


def _theme(value: str, on: date) -> Condition:
    """Was present at a meeting about this theme."""
    held = sa.select(Event.id).where(Event.themes.any(Theme.code == value))
    return Person.id.in_(queries_steps.seen_by(on).where(HalfDay.event_id.in_(held)))


def months_before(day: date, months: int) -> date:
    """The same day so many months ago, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1))


def _not_seen(value: str, on: date) -> Condition:
    """Seen once, but not for so many months; or never."""
    if value == NEVER:
        return Person.id.not_in(queries_steps.seen_by(on))
    since = clock.start_of_day(months_before(on, int(value)))
    last = sa.func.max(HalfDay.starts_at, type_=HalfDay.starts_at.type)
    return Person.id.in_(queries_steps.seen_by(on).group_by(Attendance.person_id).having(last < since))


def _registered(_value: str, on: date) -> Condition:
    """Had a seat at an event that is over, and was never present anywhere."""
    seats = (
        sa.select(Registration.person_id)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.status == Status.CONFIRMED, Event.status == "published")
        .where(Event.ends_at < queries_steps.end_of(on))
    )
    return sa.and_(Person.id.in_(seats), Person.id.not_in(queries_steps.seen_by(on)))


def _organisation(value: str, on: date) -> Condition:
    return Person.id.in_(organisations.working_for(kind_code=value, on=on))


def _volunteer(value: str, on: date) -> Condition:
    helping = Person.id.in_(queries_steps.volunteers_on(on))
    if value == "actifs":
        return helping
    free = sa.select(VolunteerProfile.person_id).where(VolunteerProfile.availabilities.any())
    return sa.and_(helping, Person.id.in_(free))


def _community(value: str, _on: date) -> Condition:
    return Person.id.in_(communities.members_of(int(value)))


_CONDITIONS: Final[Mapping[str, Callable[[str, date], Any]]] = {
    "territoire": _territory,
    "profession": _profession,
    "etape": _step,
    "adhesion": _membership,
    "instance": _body,
    "vu": _seen,
    "genre": _kind,
    "theme": _theme,
    "pas_vu": _not_seen,
    "inscrit": _registered,
    "structure": _organisation,
    "benevole": _volunteer,
    "communaute": _community,
}
