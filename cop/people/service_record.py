"""Writing a person's record by hand, as the staff does: what is typed holds, whatever was there."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.people import queries, rules
from cop.people.models import Person, PracticeSite
from cop.territories import rules as territories


@dataclass(frozen=True, slots=True)
class Site:
    commune_id: int
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Record:
    given_name: str
    family_name: str
    email: str = ""
    phone: str | None = None
    profession_code: str | None = None
    rpps: str = ""
    language: str = "fr"
    sites: tuple[Site, ...] = ()


def create(said: Record, actor: Actor) -> Person:
    """A new record, whoever resembles it: the caller has looked."""
    person = Person(created_at=clock.now(), search_name="", given_name="", family_name="")
    _write(person, said, actor)
    activity.record(actor, "person.created", person)
    return person


def change(person: Person, said: Record, actor: Actor) -> None:
    _write(person, said, actor)
    activity.record(actor, "person.changed", person)


def _write(person: Person, said: Record, actor: Actor) -> None:
    given, family = rules.one_line(said.given_name), rules.one_line(said.family_name)
    if not (given or family):
        raise Refused(_l("A name is needed."), "family_name")
    person.given_name, person.family_name = given, family
    person.search_name = rules.search_name(given, family)
    person.phone, person.profession_code, person.language = said.phone, said.profession_code, said.language
    _address(person, rules.normalise_email(said.email) or None)
    db.session.add(person)
    db.session.flush()
    _sites(person, said.sites)
    _number(person, territories.rpps_number(said.rpps) or None, actor)
    db.session.flush()


def _address(person: Person, email: str | None) -> None:
    """Recognised by its address, unless somebody else is by this one already."""
    if email == person.email and (person.email_key or not email):
        return
    person.email = email
    others = sa.select(Person.id).where(Person.email_key == email, Person.id.is_distinct_from(person.id))
    with db.session.no_autoflush:
        person.email_key = None if email is None or db.session.scalar(others) else email


def _sites(person: Person, said: tuple[Site, ...]) -> None:
    """One line per commune and first day; those that stay keep their number."""
    wanted = {(site.commune_id, site.starts_on): site for site in said}
    for kept in list(person.sites):
        site = wanted.pop((kept.commune_id, kept.starts_on), None)
        if site is None:
            person.sites.remove(kept)
        else:
            kept.ends_on = site.ends_on
    for site in wanted.values():
        person.sites.append(PracticeSite(commune_id=site.commune_id, starts_on=site.starts_on, ends_on=site.ends_on))


def _number(person: Person, number: str | None, actor: Actor) -> None:
    """Somebody else's number is kept apart, for the two records to be compared; it blocks nothing."""
    if number == person.rpps:
        return
    other = queries.by_rpps(number) if number else None
    if other is not None and other.id != person.id:
        person.rpps_claimed = number
        activity.record(actor, "person.rpps_conflict", person, other=other.id)
        return
    try:
        with db.session.begin_nested():
            person.rpps = number
    except IntegrityError:  # given to somebody else at the same moment
        db.session.refresh(person)
        person.rpps_claimed = number
        return
    if number and person.rpps_claimed == number:
        person.rpps_claimed = None
