"""Lists of organisations: in a fixed number of statements, however many there are."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.core import clock
from cop.core.db import db
from cop.organisations import queries, rules
from cop.organisations.models import Affiliation, Exchange, Organisation, OrganisationKind
from cop.people.models import Person
from cop.territories.models import Territory, TerritoryKind, TerritoryPart

PER_PAGE: Final = 30
DORMANT, DUE, UNTOLD, ACTIVE = "dormantes", "a_relancer", "a_informer", "actives"
CONTACTS: Final = frozenset({DORMANT, DUE, UNTOLD, ACTIVE})


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader asked for; each is a code, or nothing. ``since`` and ``until`` go with ``ACTIVE``."""

    words: str = ""
    kind: str = ""
    territory: str = ""
    operator: str = ""
    contact: str = ""
    since: date | None = None
    until: date | None = None
    archived: bool = False

    @property
    def any(self) -> bool:
        return self != Filters()

    def values(self, **changed: Any) -> dict[str, Any]:
        """The same question as the values of an address, with something changed."""
        asked = replace(self, **changed)
        named = {
            "q": asked.words,
            "type": asked.kind,
            "territoire": asked.territory,
            "operateur": asked.operator,
            "contact": asked.contact,
            "du": asked.since.isoformat() if asked.since else "",
            "au": asked.until.isoformat() if asked.until else "",
            "archives": "1" if asked.archived else "",
        }
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Line:
    """An organisation in a list: when it was last spoken to, what comes next, and through whom."""

    organisation: Organisation
    last_on: date | None
    next_on: date | None
    contacts: tuple[str, ...] = ()
    dormant: bool = False


def _latest(column: Any) -> Any:
    """A column of the latest exchange that stands."""
    return (
        sa.select(column)
        .where(Exchange.organisation_id == Organisation.id, Exchange.removed_at.is_(None))
        .order_by(Exchange.day.desc(), Exchange.id.desc())
        .limit(1)
        .correlate(Organisation)
        .scalar_subquery()
    )


def page(viewer: Account, filters: Filters, number: int) -> tuple[Any, list[Line]]:
    """One page of the list and its lines."""
    found = db.paginate(
        _ordered(filtered(viewer, filters)), page=number, per_page=PER_PAGE, error_out=False, max_per_page=PER_PAGE
    )
    return found, _lines(found.items)


def all_lines(viewer: Account, filters: Filters) -> list[Line]:
    """The whole list, for a file."""
    return _lines(db.session.scalars(_ordered(filtered(viewer, filters))).all())


def _ordered(statement: sa.Select[Any]) -> sa.Select[Any]:
    return statement.order_by(Organisation.search_name, Organisation.id).options(*queries.WHOLE)


def filtered(viewer: Account, filters: Filters) -> sa.Select[Any]:
    kept = Organisation.archived_at.is_not(None) if filters.archived else Organisation.archived_at.is_(None)
    statement = sa.select(Organisation).where(queries.visible_to(viewer), kept)
    if filters.words:
        statement = statement.where(queries.named(filters.words))
    if filters.kind:
        statement = statement.where(Organisation.kind.has(OrganisationKind.code == filters.kind))
    if filters.territory:
        inside = _inside(filters.territory)
        statement = statement.where(sa.or_(Organisation.commune_id.in_(inside), Organisation.covers_id.in_(inside)))
    if filters.operator:
        statement = statement.where(Organisation.operator == filters.operator)
    return statement.where(_by_contact(filters)) if filters.contact else statement


def _inside(code: str) -> sa.Select[int]:
    """What the territory of that code holds: a département or an intercommunal body, never a commune's namesake."""
    return (
        sa.select(TerritoryPart.descendant_id)
        .join(Territory, Territory.id == TerritoryPart.ancestor_id)
        .where(Territory.code == code, Territory.kind.in_((TerritoryKind.DEPARTMENT, TerritoryKind.EPCI)))
    )


def _by_contact(filters: Filters) -> sa.ColumnElement[bool]:
    today = clock.today()
    if filters.contact == DORMANT:
        return _dormant(today)
    if filters.contact == DUE:
        due: sa.ColumnElement[bool] = _latest(Exchange.next_on) <= today
        return due
    if filters.contact == UNTOLD:
        return Organisation.id.in_(sa.select(Affiliation.organisation_id).where(untold(), queries.in_force(today)))
    if filters.contact == ACTIVE:
        return Organisation.id.in_(spoken_to(filters.since or date.min, filters.until or today))
    return sa.true()


def untold() -> sa.ColumnElement[bool]:
    """Named by somebody else, and not told yet."""
    return sa.and_(Affiliation.source != rules.PERSON, Affiliation.informed_on.is_(None))


def spoken_to(since: date, until: date) -> sa.Select[int]:
    """The organisations with an exchange on one of these days."""
    return sa.select(Exchange.organisation_id).where(
        Exchange.removed_at.is_(None), Exchange.day >= since, Exchange.day <= until
    )


def _dormant(today: date) -> sa.ColumnElement[bool]:
    """The same as ``rules.is_dormant``: each kind has its own patience."""
    by_months: dict[int, list[int]] = {}
    for kind in queries.kinds(archived=True):
        by_months.setdefault(kind.dormant_months, []).append(kind.id)
    last = _latest(Exchange.day)
    patient = [
        sa.and_(
            Organisation.kind_id.in_(numbers),
            sa.or_(
                last < rules.months_before(today, months),
                sa.and_(
                    last.is_(None),
                    Organisation.created_at < clock.start_of_day(rules.months_before(today, months)),
                ),
            ),
        )
        for months, numbers in by_months.items()
    ]
    return sa.or_(sa.false(), *patient)


def _lines(organisations: Sequence[Organisation]) -> list[Line]:
    numbers = [one.id for one in organisations]
    latest = latest_of(numbers)
    contacts = _contacts(numbers)
    today = clock.today()
    lines = []
    for one in organisations:
        last_on, next_on = latest.get(one.id, (None, None))
        known_since = clock.local_date(one.created_at)
        dormant = rules.is_dormant(last_on, known_since, one.kind.dormant_months, today)
        lines.append(Line(one, last_on, next_on, tuple(contacts.get(one.id, ())), dormant))
    return lines


def latest_of(numbers: Collection[int]) -> dict[int, tuple[date, date | None]]:
    """Day and next step of the latest exchange of each; those never spoken to are left out."""
    rows = db.session.execute(
        sa.select(Exchange.organisation_id, Exchange.day, Exchange.next_on)
        .where(Exchange.organisation_id.in_(numbers), Exchange.removed_at.is_(None))
        .order_by(Exchange.organisation_id, Exchange.day, Exchange.id)
    )
    return {organisation_id: (day, next_on) for organisation_id, day, next_on in rows}


def _contacts(numbers: Iterable[int]) -> dict[int, list[str]]:
    rows = db.session.execute(
        sa.select(Affiliation.organisation_id, Person.given_name, Person.family_name)
        .join(Affiliation.person)
        .where(Affiliation.organisation_id.in_(numbers), Affiliation.main_contact, queries.in_force(clock.today()))
        .where(Person.anonymised_at.is_(None))
        .order_by(Affiliation.id)
    )
    found: dict[int, list[str]] = {}
    for organisation_id, given_name, family_name in rows:
        found.setdefault(organisation_id, []).append(f"{given_name} {family_name}".strip())
    return found


# --- What there is to filter by -------------------------------------------------------------------


def kinds_in_use(viewer: Account) -> Sequence[OrganisationKind]:
    used = sa.select(Organisation.kind_id).where(queries.visible_to(viewer))
    statement = sa.select(OrganisationKind).where(OrganisationKind.id.in_(used))
    return db.session.scalars(statement.order_by(OrganisationKind.position, OrganisationKind.id)).all()


def territories_in_use(viewer: Account) -> Sequence[Territory]:
    """The départements where the organisations are; where there is one only, its intercommunal bodies."""
    for kind in (TerritoryKind.DEPARTMENT, TerritoryKind.EPCI):
        held = (
            sa.select(TerritoryPart.ancestor_id)
            .join(Organisation, Organisation.commune_id == TerritoryPart.descendant_id)
            .where(queries.visible_to(viewer))
        )
        statement = sa.select(Territory).where(Territory.kind == kind, Territory.id.in_(held))
        found = db.session.scalars(statement.order_by(Territory.name)).all()
        if len(found) > 1:
            return found
    return ()


def operators_in_use(viewer: Account) -> dict[str, Any]:
    used = set(db.session.scalars(sa.select(Organisation.operator).where(queries.visible_to(viewer)).distinct()))
    return {code: words for code, words in rules.OPERATORS.items() if code in used}


@dataclass(frozen=True, slots=True)
class Mobilised:
    """Organisations of a kind with an exchange in the period, out of those known."""

    kind: OrganisationKind
    active: int
    known: int


def mobilised(viewer: Account, since: date, until: date) -> list[Mobilised]:
    """CTG-16: by kind, how many organisations were active in the period, out of how many."""
    active = sa.func.sum(sa.case((Organisation.id.in_(spoken_to(since, until)), 1), else_=0))
    rows = db.session.execute(
        sa.select(OrganisationKind, active, sa.func.count())
        .join(Organisation, Organisation.kind_id == OrganisationKind.id)
        .where(queries.visible_to(viewer), Organisation.archived_at.is_(None))
        .group_by(OrganisationKind.id)
        .order_by(OrganisationKind.position, OrganisationKind.id)
    )
    return [Mobilised(kind, int(some), known) for kind, some, known in rows]


def untold_count(viewer: Account) -> int:
    """How many contacts named by somebody else have not been told yet."""
    statement = (
        sa.select(sa.func.count())
        .select_from(Affiliation)
        .join(Affiliation.organisation)
        .where(untold(), queries.in_force(clock.today()), queries.visible_to(viewer))
        .where(Organisation.archived_at.is_(None))
    )
    return db.session.scalar(statement) or 0
