"""What the times of keeping would let go today: the same answer for the report, for the job and for its second look."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from cop.accounts.models import Account, Grant
from cop.attendance.models import Attendance
from cop.core import clock, personal
from cop.core.db import UTCDateTime, db
from cop.events import queries_life as life
from cop.events.models import Event, HalfDay
from cop.host import queries_retention as retention
from cop.host.rules_retention import Way
from cop.people.models import Person
from cop.privacy import queries_holds
from cop.privacy.models import PrivacyRequest, RetentionRun
from cop.registrations.models import Registration
from cop.statistics.rules_crowd import person_key

PARTICIPANT, FORMER_MEMBER = "participant", "former_member"


class Due(NamedTuple):
    """One thing to let go: the number of its row. ``since``: from when its time ran."""

    code: str
    number: int
    since: date


def due(code: str, now: datetime, only: int | None = None) -> list[Due]:
    """What the rule would let go, the oldest first; ``only``: whether this one is among them."""
    return sorted(_FINDERS[code](code, now, only), key=lambda one: (one.since, one.number))


def all_due(now: datetime) -> list[tuple[str, int]]:
    """What the rules that are switched on let go."""
    on = [kept.rule.code for kept in retention.all_kept() if kept.rule.way is Way.SWITCHED and kept.on]
    return [(one.code, one.number) for code in on for one in due(code, now)]


# --- People ---------------------------------------------------------------------------------------


def last_contacts(person_ids: Collection[int] | None = None) -> dict[int, date]:
    """The last sign of life of each record: what each table that points to people declares as one."""
    found: dict[int, date] = {}
    identity = sa.select(Person.id, Person.created_at, Account.last_sign_in_at).outerjoin(Person.account)
    _keep_latest(found, db.session.execute(_only(identity, Person.id, person_ids)))
    for column, link in personal.links(db.metadata).items():
        dates = _signs(column, link)
        if dates:
            latest = sa.select(column, *(sa.func.max(one, type_=one.type) for one in dates)).group_by(column)
            _keep_latest(found, db.session.execute(_only(latest.where(column.is_not(None)), column, person_ids)))
    return found


def _signs(column: sa.Column[Any], link: personal.Link | None) -> list[sa.Column[Any]]:
    table = column.table
    if table.name == "person" or link is None:
        return []
    if link.contact is not None:
        return [table.c[name] for name in link.contact]
    return [one for one in table.columns if isinstance(one.type, UTCDateTime | sa.Date)]


def _only(statement: Any, column: Any, numbers: Collection[int] | None) -> Any:
    return statement if numbers is None else statement.where(column.in_(numbers))


def _keep_latest(found: dict[int, date], rows: Any) -> None:
    for number, *moments in rows:
        days = [clock.local_date(one) if isinstance(one, datetime) else one for one in moments if one is not None]
        found[number] = max([*days, *([found[number]] if number in found else [])], default=date.min)


def records_of(person_id: int) -> list[Person]:
    """The record, and those the figures take for the same person: they go together, or the figures would move."""
    one = db.session.get(Person, person_id)
    if one is None or one.anonymised_at is not None:
        return []
    key = _key(one)
    if key is None or not one.email or one.rpps or one.account_id:
        return [one]
    same = sa.select(Person).where(Person.email == one.email, Person.anonymised_at.is_(None)).order_by(Person.id)
    return [person for person in db.session.scalars(same) if _key(person) == key]


def _key(person: Any) -> str | None:
    return person_key(number=person.rpps, account_id=person.account_id, address=person.email, erased=False)


def _people(code: str, now: datetime, only: int | None) -> list[Due]:
    """One line for each person, whose records are all old enough; named by the first of them."""
    kept, today = retention.kept(code), clock.local_date(now)
    staying, members = queries_holds.in_force(today), queries_holds.once_members()
    asked = None if only is None else [person.id for person in records_of(only)]
    contacts = last_contacts(asked)
    columns = (Person.id, Person.rpps, Person.account_id, Person.email)
    together: Mapping[Any, list[int]] = defaultdict(list)
    statement = sa.select(*columns).where(Person.anonymised_at.is_(None))
    for person in db.session.execute(_only(statement, Person.id, asked)):
        together[_key(person) or person.id].append(person.id)
    found = []
    for numbers in together.values():
        since = max(contacts[number] for number in numbers)
        is_member = not members.isdisjoint(numbers)
        if since < kept.oldest(today) and is_member is (code == FORMER_MEMBER) and staying.isdisjoint(numbers):
            found.append(Due(code, min(numbers), since))
    return found


# --- Other things ---------------------------------------------------------------------------------


def _registrations(code: str, now: datetime, only: int | None) -> list[Due]:
    """Of meetings that were long enough ago, whose person was present at none of the half-days."""
    came = (
        sa.select(Attendance.id)
        .join(HalfDay, HalfDay.id == Attendance.half_day_id)
        .where(HalfDay.event_id == Registration.event_id, Attendance.person_id == Registration.person_id)
        .where(Attendance.state == "present")
        .exists()
    )
    statement = sa.select(Registration.id, Event.ends_at).join(Registration.event)
    over = life.over_before(retention.too_old(code, now))
    rows = _those(statement.where(over, ~came), Registration.id, only)
    return [Due(code, number, clock.local_date(ended)) for number, ended in rows]


def _accounts(code: str, now: datetime, only: int | None) -> list[Due]:
    statement = sa.select(Account.id, Account.created_at).where(
        Account.last_sign_in_at.is_(None),
        Account.created_at < retention.too_old(code, now),
        ~sa.select(Grant.id).where(Grant.account_id == Account.id).exists(),
    )
    rows = _those(statement, Account.id, only)
    return [Due(code, number, clock.local_date(opened)) for number, opened in rows]


def _requests(code: str, now: datetime, only: int | None) -> list[Due]:
    oldest = retention.kept(code).oldest(clock.local_date(now))
    statement = sa.select(PrivacyRequest.id, PrivacyRequest.answered_on).where(PrivacyRequest.answered_on < oldest)
    return [Due(code, number, answered) for number, answered in _those(statement, PrivacyRequest.id, only) if answered]


def _those(statement: Any, number: Any, only: int | None) -> Any:
    return db.session.execute(_only(statement, number, None if only is None else [only]))


_FINDERS: Final[Mapping[str, Callable[[str, datetime, int | None], list[Due]]]] = {
    PARTICIPANT: _people,
    FORMER_MEMBER: _people,
    "registration": _registrations,
    "unused_account": _accounts,
    "request": _requests,
}


# --- What is shown --------------------------------------------------------------------------------


def names(found: Sequence[Due]) -> dict[int, str]:
    """What each line is called on the report."""
    numbers = [one.number for one in found]
    if not numbers:
        return {}
    rows = db.session.execute(_named(found[0].code, numbers))
    return {number: " ".join(filter(None, words)) for number, *words in rows}


def _named(code: str, numbers: Sequence[int]) -> Any:
    person = (Person.given_name, Person.family_name)
    if code == "registration":
        registered = sa.select(Registration.id, *person, Event.title).join(Registration.person)
        return registered.join(Registration.event).where(Registration.id.in_(numbers))
    if code == "unused_account":
        return sa.select(Account.id, Account.name).where(Account.id.in_(numbers))
    if code == "request":
        return sa.select(PrivacyRequest.id, *person).join(PrivacyRequest.person).where(PrivacyRequest.id.in_(numbers))
    return sa.select(Person.id, *person).where(Person.id.in_(numbers))


def runs(limit: int = 30) -> Sequence[RetentionRun]:
    """What was let go, the latest day first."""
    statement = sa.select(RetentionRun).order_by(RetentionRun.day.desc(), RetentionRun.code).limit(limit)
    return db.session.scalars(statement).all()
