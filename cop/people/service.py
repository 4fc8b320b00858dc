"""Keeping one record per person, whoever types their name and however often."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value

from cop.activity import service as activity
from cop.activity.service import PUBLIC, Actor
from cop.core import clock
from cop.core.db import db, insert_if_absent, insert_new
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.people import queries, rules
from cop.people.models import Acceptance, Person, PracticeSite
from cop.territories import rules as territories


@dataclass(frozen=True, slots=True)
class Identity:
    """What a form or a list says of somebody. Empty means "not said"."""

    given_name: str
    family_name: str
    email: str = ""
    profession_code: str | None = None
    commune_id: int | None = None
    rpps: str = ""
    language: str = "fr"
    notice_version: int | None = None


_PLACE: Final = sa.insert(PracticeSite.__table__)


def find_or_create(
    given_name: str,
    family_name: str,
    email: str | None = None,
    profession_code: str | None = None,
    commune_id: int | None = None,
    rpps: str | None = None,
    language: str = "fr",
    notice_version: int | None = None,
    *,
    actor: Actor = PUBLIC,
    now: datetime | None = None,
    proven: bool = False,
) -> Person:
    """The record of whoever is described, made if there is none.

    People are recognised by their RPPS number when both sides have one, else by their address. What is
    on record is completed, never overwritten: anybody can type anybody's address into a public form.
    An anonymous form that gives a known number with an address that is not on its record makes a record of its
    own, for the staff to compare: the number is public, and the mail must not go to a stranger, nor to an old address.
    ``proven``: the address was confirmed by its reader. Under a clearly different name that is somebody else, who
    shares the mailbox or took it over, and who gets a record of their own (decision 10).
    """
    said = _identity(given_name, family_name, email, profession_code, commune_id, rpps, language, notice_version)
    moment = now or clock.now()
    person = _recognise(said, actor, proven) or _insert_by_address(said, moment)
    if person is None:  # made at the same moment by another press; or somebody else's mailbox too
        person = _recognise(said, actor, proven) or _insert(said, moment)
    _complete(person, said, actor)
    db.session.flush()
    return person


def _identity(
    given_name: str,
    family_name: str,
    email: str | None,
    profession_code: str | None,
    commune_id: int | None,
    rpps: str | None,
    language: str,
    notice_version: int | None,
) -> Identity:
    given, family = rules.one_line(given_name)[:100], rules.one_line(family_name)[:100]
    address = rules.normalise_email(email or "")
    number = territories.rpps_number(rpps or "")
    if not family and not given:
        raise Refused(_l("A name is needed."), "family_name")
    if address and not rules.is_email(address):
        raise Refused(_l("This is not a complete mail address: name@domain."), "email")
    error = territories.rpps_error(number) if number else None
    if error:
        raise Refused(error, "rpps")
    return Identity(given, family, address, profession_code, commune_id, number, language, notice_version)


def _recognise(said: Identity, actor: Actor, proven: bool) -> Person | None:
    by_number = queries.by_rpps(said.rpps) if said.rpps else None
    if by_number and _is_theirs(by_number, said, actor):
        return by_number
    for person in queries.by_email(said.email) if said.email else ():
        # One mailbox, two numbers: two people of the same practice.
        if said.rpps and person.rpps and said.rpps != person.rpps:
            continue
        names = (person.given_name, person.family_name), (said.given_name, said.family_name)
        if proven and rules.clearly_different(*names):
            continue
        return person
    return None


def _is_theirs(person: Person, said: Identity, actor: Actor) -> bool:
    if actor.kind != PUBLIC.kind:
        return True
    # A record without address is nobody's to claim either: numbers are public, and an address opens the record.
    return not said.email or person.email == said.email


def _values(said: Identity, now: datetime) -> dict[str, Any]:
    return {
        "given_name": said.given_name,
        "family_name": said.family_name,
        "search_name": rules.search_name(said.given_name, said.family_name),
        "email": said.email or None,
        "profession_code": said.profession_code,
        "language": said.language,
        "notice_version": said.notice_version,
        "created_at": now,
    }


def _insert_by_address(said: Identity, now: datetime) -> Person | None:
    """A new record, recognised by its address from now on; ``None`` when somebody is already, or there is none."""
    values = {**_values(said, now), "email_key": said.email}
    person = insert_new(Person, values, key=["email_key"]) if said.email else None
    if person is not None:
        # Nobody can have given it a place yet: no need to look.
        set_committed_value(person, "sites", [])
    return person


def _insert(said: Identity, now: datetime) -> Person:
    person = Person(**_values(said, now))
    db.session.add(person)
    db.session.flush()
    return person


def _complete(person: Person, said: Identity, actor: Actor) -> None:
    if said.email and not person.email:
        person.email = said.email
    if said.profession_code and not person.profession_code:
        person.profession_code = said.profession_code
    if said.notice_version and not (person.notice_version and person.notice_version >= said.notice_version):
        person.notice_version = said.notice_version
    db.session.flush()
    if said.commune_id and not person.sites:
        db.session.execute(_PLACE, {"person_id": person.id, "commune_id": said.commune_id})
        db.session.expire(person, ["sites"])
    if said.rpps and person.rpps != said.rpps:
        _give_number(person, said.rpps, actor)


def _give_number(person: Person, number: str, actor: Actor) -> None:
    """Keep the number unless it is somebody else's: then the staff is told, and nobody else."""
    other = queries.by_rpps(number)
    if person.rpps is None and other is None:
        try:
            with db.session.begin_nested():
                person.rpps = number
        except IntegrityError:  # taken at the same moment
            db.session.refresh(person)
        else:
            return
    person.rpps_claimed = number
    activity.record(actor, "person.rpps_conflict", person, other=other.id if other else None)


def accept(person: Person, document: str, version: int, now: datetime | None = None) -> None:
    """Note that the person accepted a text in this version; a second time changes nothing."""
    values = {"person_id": person.id, "document": document, "version": version, "accepted_at": now or clock.now()}
    insert_if_absent(Acceptance, values, key=["person_id", "document", "version"])
