"""Erasing somebody: what counts stays, without anything that says who it was. There is no way back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import changes, clock, personal
from cop.core.db import change, db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.core.personal import OnErasure
from cop.joining.models import Application
from cop.mail import service_forgetting as mails_forgotten
from cop.people import rules as names
from cop.people.models import Person, PracticeSite
from cop.privacy import mails, queries, queries_holds, queries_places
from cop.registrations import queries as registrations
from cop.registrations import service as registering
from cop.registrations.rules import Status
from cop.statistics.rules_crowd import person_key
from cop.volunteers import queries as volunteers
from cop.volunteers import service_tasks
from cop.volunteers.rules import Stand

_NAMELESS: Final = {
    "given_name": "",
    "family_name": "",
    "search_name": "",
    "email": None,
    "email_key": None,
    "phone": None,
    "rpps": None,
    "rpps_claimed": None,
    "account_id": None,
    "notice_version": None,
}


def obstacle(persons: Sequence[Person], now: datetime) -> Any:
    """Why these records cannot be erased today: the organisation has to know who it is. ``None``: nothing is."""
    numbers, today = [person.id for person in persons], clock.local_date(now)
    if queries_holds.holds_mandate(numbers, today):
        return _l("A mandate is in force: it has to end first, since who holds it must be known.")
    if queries_holds.holds_role(queries.accounts_of(persons), today):
        return _l("The account has a role here: it has to be taken back first.")
    return None


def erase(persons: Sequence[Person], *, actor: Actor, now: datetime, tell: bool = True) -> None:
    """Make anonymous participants of all the records of one person. ``tell``: a last mail says that it is done."""
    persons = _ours(persons)
    found = obstacle(persons, now)
    if found:
        raise Refused(found)
    account_ids = queries.accounts_of(persons)
    addresses = {person.email for person in persons if person.email}
    for person in persons:
        _cancel_what_is_coming(person, now, actor)
    if tell:
        mails.erased(persons[0])
    _count_as_before(persons)
    for person in persons:
        _forget_applications(person)
        _forget_rows("person", person.id)
        _widen_places(person)
        _blank(person, now)
    _close_accounts(account_ids)
    mails_forgotten.forget([person.id for person in persons], addresses, now)
    for person in persons:
        _forget_what_was(person.id)
        activity.record(actor, "person.erased", person)


def _ours(persons: Sequence[Person]) -> list[Person]:
    """The rows, ours until the end of the transaction: two presses, one erasure."""
    statement = sa.select(Person).where(Person.id.in_([person.id for person in persons])).order_by(Person.id)
    found = db.session.scalars(statement.with_for_update().execution_options(populate_existing=True)).all()
    there = [person for person in found if person.anonymised_at is None]
    if not there:
        raise Refused(_l("There is nothing left to erase: it was done already."))
    return there


def _cancel_what_is_coming(person: Person, now: datetime, actor: Actor) -> None:
    """The seat goes to the next in line, and the meeting leaves the calendar: both need the address one last time.
    So do the places of a volunteer, and the rights that go with them."""
    for registration in registrations.of_people([person.id]):
        event = registration.event
        if registration.status != Status.CANCELLED and event.status == "published" and event.starts_at > now:
            registering.cancel(registration, now=now, actor=actor, by_person=True)
    for proposal in volunteers.proposals_to([person.id]):
        if service_tasks.stand(proposal, now) is Stand.ACCEPTED:
            service_tasks.decline(proposal, actor=actor, now=now)


def _count_as_before(persons: Sequence[Person]) -> None:
    """Several records of one person are one person in the figures; who had no identifier was never counted."""
    same: dict[str, int] = {}
    for person in persons:
        key = person_key(number=person.rpps, account_id=person.account_id, address=person.email, erased=False)
        person.counted_as = same.setdefault(key, person.id) if key else None


def _forget_applications(person: Person) -> None:
    """Those under their address and name that no record came of: never confirmed, waiting, or refused."""
    for asked in db.session.scalars(sa.select(Application).filter_by(person_id=None, email=person.email)).all():
        if names.search_name(asked.given_name, asked.family_name) == person.search_name:
            db.session.delete(asked)
    db.session.flush()


def _forget_rows(target: str, number: int) -> None:
    """What each table declared."""
    for column, link in personal.links(db.metadata, target).items():
        table, theirs = column.table, column == number
        if link is None or table.name == "person":
            continue
        if link.on_erasure is OnErasure.DELETE:
            change(sa.delete(table).where(theirs))
        elif link.on_erasure is OnErasure.UNLINK:
            change(sa.update(table).where(theirs).values({column.name: None}))
        elif link.blank and table.name != "mail_message":  # mails that wait leave first: ``service_forgetting``
            change(sa.update(table).where(theirs).values({name: _empty(table.c[name]) for name in link.blank}))


def _empty(column: sa.Column[Any]) -> Any:
    if column.nullable:
        return None
    return {} if isinstance(column.type, sa.JSON) else ""


def _widen_places(person: Person) -> None:
    known: set[tuple[Any, ...]] = set()
    for site in db.session.scalars(sa.select(PracticeSite).filter_by(person_id=person.id).order_by(PracticeSite.id)):
        site.commune_id = queries_places.generalised(site.commune_id)
        place = (site.commune_id, site.starts_on, site.ends_on)
        if place in known:
            db.session.delete(site)
        known.add(place)
    db.session.flush()
    db.session.expire(person, ["sites"])


def _blank(person: Person, now: datetime) -> None:
    for name, value in _NAMELESS.items():
        setattr(person, name, value)
    person.anonymised_at = now
    db.session.flush()


def _forget_what_was(person_id: int) -> None:
    """The journal of changes holds the record as it was, and those that were merged into it."""
    changes.forget("person", person_id)
    for merged in db.session.scalars(sa.select(Person.id).where(Person.merged_into_id == person_id)).all():
        _forget_what_was(merged)


def _close_accounts(account_ids: Sequence[int]) -> None:
    """An account goes with its last record; a colleague who shares the mailbox keeps theirs."""
    for account in db.session.scalars(sa.select(Account).where(Account.id.in_(account_ids))).all():
        others = sa.or_(Person.account_id == account.id, Person.email == account.email)
        if db.session.scalar(sa.select(Person.id).where(others).limit(1)) is None:
            close_account(account)


def close_account(account: Account) -> None:
    """Delete the account and what hangs on it."""
    number = account.id
    _forget_rows("account", number)
    db.session.execute(sa.update(Person).where(Person.account_id == number).values(account_id=None))
    changes.forget("account", number)
    db.session.execute(sa.delete(Account).where(Account.id == number))
    db.session.expire_all()
