"""One person: what she is to the network today, what is next, and who resembles whom one is about to write."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core import clock
from cop.core.access import Permission, Where
from cop.core.db import db
from cop.core.errors import NotFound
from cop.core.i18n import _, label
from cop.core.timeline import Moment
from cop.mandates import queries as mandates
from cop.mandates.models import Mandate
from cop.memberships import queries as memberships
from cop.memberships import rules as memberships_rules
from cop.network import queries_columns, queries_scope
from cop.network.rules import Step
from cop.organisations import queries as organisations
from cop.organisations.models import Affiliation
from cop.people import queries as people
from cop.people import rules as names
from cop.people.models import Person, PracticeSite
from cop.people.service_record import Record
from cop.registrations import queries as registrations
from cop.registrations.rules import Status
from cop.territories import queries as territories
from cop.territories import rules as numbers

MOST_ALIKE: Final = 10


@dataclass(frozen=True, slots=True)
class Portrait:
    """What the head of the page says. ``rpps``: "verified", "unknown", "unchecked", "conflict", or nothing given."""

    person: Person
    step: Step
    member_until: date | None
    mandates: Sequence[tuple[str, date | None]]
    organisations: Sequence[Affiliation]
    rpps: str
    next: Sequence[Moment]


def get(person_id: int) -> Person:
    """Raises :class:`NotFound`, also for who was forgotten."""
    statement = sa.select(Person).where(Person.id == person_id, Person.anonymised_at.is_(None))
    statement = statement.options(
        joinedload(Person.profession), selectinload(Person.sites).joinedload(PracticeSite.commune)
    )
    found: Person | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def portrait(person_id: int) -> Portrait:
    person, today = get(person_id), clock.today()
    cells = queries_columns.cells([person], ("etape", "adhesion"), today)
    return Portrait(
        person=person,
        step=cells.steps.get(person.id, Step.CONTACT),
        member_until=cells.members.get(person.id),
        mandates=list(_mandates(person.id, today)),
        organisations=organisations.of_person(person.id),
        rpps=_rpps(person),
        next=sorted(_next(person.id), key=lambda moment: moment.at),
    )


def _mandates(person_id: int, today: date) -> Iterator[tuple[str, date | None]]:
    statement = sa.select(Mandate).join(Mandate.kind).options(joinedload(Mandate.kind))
    for one in db.session.scalars(statement.where(Mandate.person_id == person_id, mandates.in_force(today))):
        yield one.title or label(one.kind), one.last_day


def _rpps(person: Person) -> str:
    if person.rpps_claimed:
        return "conflict"
    if not person.rpps:
        return ""
    known = territories.register_knows(person.rpps)
    return "unchecked" if known is None else "verified" if known else "unknown"


def _next(person_id: int) -> Iterator[Moment]:
    """Events to come, and the ends one should think of."""
    now, today = clock.now(), clock.today()
    for row in registrations.of_people([person_id]):
        if row.event.starts_at > now and row.event.status == "published" and row.status != Status.CANCELLED:
            waits = row.status != Status.CONFIRMED
            words = _("%(title)s (on the waiting list)", title=row.event.title) if waits else row.event.title
            yield Moment(row.event.starts_at, "event", words, "registrations.event_page", (("slug", row.event.slug),))
    membership = memberships.covering(person_id, None, today)
    if membership:
        end = clock.start_of_day(memberships_rules.last_day(membership.ends_on, membership.ended_on))
        yield Moment(end, "membership", _("Last day of the membership"))
    for words, last in _mandates(person_id, today):
        if last:
            yield Moment(clock.start_of_day(last), "mandate", _("Last day of the mandate: %(name)s", name=words))


# --- Nobody is typed twice --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody who resembles. ``visible``: within the reader's territories; else nothing more is said of them."""

    person: Person
    why: str
    visible: bool


def alike(said: Record, viewer: Account) -> list[Alike]:
    """Those of the same number, of the same address, of the same name or nearly: the surest first."""
    number, address = numbers.rpps_number(said.rpps), names.normalise_email(said.email)
    found: dict[int, tuple[Person, str]] = {}
    for person in [people.by_rpps(number)] if number else []:
        if person is not None:
            found[person.id] = person, _("same RPPS number")
    for person in people.by_email(address) if address else ():
        found.setdefault(person.id, (person, _("same address")))
    for person in _of_that_name(said):
        found.setdefault(person.id, (person, _("same name, or nearly")))
    seen = queries_scope.readable(viewer, found)
    return [Alike(person, why, person.id in seen) for person, why in list(found.values())[:MOST_ALIKE]]


def _of_that_name(said: Record) -> Iterator[Person]:
    """The same words whatever their order, and names one slip apart that begin alike."""
    wanted = names.search_name(said.given_name, said.family_name)
    words = wanted.split()
    if not words:
        return
    begins = [Person.search_name.contains(word[:3], autoescape=True) for word in words if len(word) > 2]
    statement = sa.select(Person).where(Person.anonymised_at.is_(None), sa.or_(*begins) if begins else sa.true())
    columns = statement.with_only_columns(Person.id, Person.search_name)
    near = [number for number, name in db.session.execute(columns) if _resembles(words, name.split())]
    if near:
        options = joinedload(Person.profession), selectinload(Person.sites).joinedload(PracticeSite.commune)
        yield from db.session.scalars(sa.select(Person).where(Person.id.in_(near[:MOST_ALIKE])).options(*options))


def _resembles(one: list[str], other: list[str]) -> bool:
    first, second = " ".join(sorted(one)), " ".join(sorted(other))
    if first == second:
        return True
    return abs(len(first) - len(second)) <= 1 and len(first) > 6 and names.distance(first, second) == 1


def reaches(viewer: Account, said: Record) -> bool:
    """Whether the record, once written, would be within the writer's own territories."""
    where = Where(frozenset(site.commune_id for site in said.sites))
    return access.can(viewer, Permission.PERSON_EDIT, where)
