"""The people of an organisation, as its record tells of them."""

from datetime import date

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.organisations import mails, queries, service
from cop.organisations.models import Affiliation, Organisation
from cop.people import service as people
from cop.people.models import Person
from cop.people.rules import search_name


def add(
    organisation: Organisation,
    given_name: str,
    family_name: str,
    actor: Actor,
    *,
    email: str,
    phone: str | None,
    function: str,
    starts_on: date | None,
    ends_on: date | None,
    main_contact: bool,
    source: str,
) -> Affiliation:
    """Note somebody who works there. Known by the address, they keep one record; their place of work is the
    organisation's commune when none is known."""
    person = None if email else _namesake_there(organisation, given_name, family_name)
    if person is None:
        person = people.find_or_create(
            given_name, family_name, email or None, commune_id=organisation.commune_id, actor=actor
        )
    person.phone = person.phone or phone
    return service.affiliate(
        person, organisation, function, starts_on, ends_on, actor, main_contact=main_contact, source=source
    )


def _namesake_there(organisation: Organisation, given_name: str, family_name: str) -> Person | None:
    """Whoever has this name there already: pressed twice without an address, it is one person."""
    found: Person | None = db.session.scalar(
        sa.select(Person)
        .join(Affiliation, Affiliation.person_id == Person.id)
        .where(Affiliation.organisation_id == organisation.id, queries.in_force(clock.today()))
        .where(Person.search_name == search_name(given_name, family_name))
        .limit(1)
    )
    return found


def correct(
    held: Affiliation, function: str, starts_on: date | None, ends_on: date | None, actor: Actor, *, main_contact: bool
) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused(_l("The last day comes before the first one."), "ends_on")
    if ends_on is None and held.ends_on is not None and service.is_there(held.person_id, held.organisation_id):
        raise Refused(_l("This person is noted there a second time, without an end: keep that line."), "ends_on")
    held.function, held.starts_on, held.ends_on, held.main_contact = function, starts_on, ends_on, main_contact
    if ends_on is not None and ends_on <= clock.today():
        held.listed_since = None
    activity.record(actor, "affiliation.changed", held.organisation, person=held.person_id)
    db.session.flush()


def inform(held: Affiliation, actor: Actor, *, by_mail: bool) -> None:
    """Tell the person, or note that they were told (RGPD, art. 14)."""
    if held.informed_on is not None:
        return
    if by_mail:
        if not held.person.email:
            raise Refused(_l("There is no address to write to."))
        mails.named_as_contact(held)
    service.note_informed(held, clock.today(), actor)
