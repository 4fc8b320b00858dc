"""What the lines of a list are compared with: read once for a file, or once for a hundred lines."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.network.rules_import import Said, alike
from cop.organisations.models import Affiliation, Organisation
from cop.people import queries as people
from cop.people.models import Person
from cop.territories.models import CommuneCode, CommunePostalCode, Territory, TerritoryKind
from cop.territories.rules import search_name


@dataclass(frozen=True, slots=True)
class Communes:
    """Every commune we hold, by its name, its postal codes and the INSEE codes it answers to."""

    names: dict[int, str]
    by_name: dict[str, list[int]]
    by_postal_code: dict[str, list[int]]
    by_code: dict[str, int]

    def find(self, name: str, postal_code: str, code: str) -> list[int]:
        """Those meant: one when it is clear, several when it is not, none when it is unknown."""
        if code:
            return [self.by_code[code]] if code in self.by_code else []
        named = self.by_name.get(search_name(name), []) if name else []
        coded = self.by_postal_code.get(postal_code, []) if postal_code else []
        if name and postal_code:  # a town has several codes, and people know one of them wrong
            return [one for one in named if one in coded] or named
        return named or coded


def communes() -> Communes:
    held = Communes({}, defaultdict(list), defaultdict(list), {})
    wanted = sa.select(Territory.id, Territory.name, Territory.search_name)
    for number, name, searched in db.session.execute(wanted.where(Territory.kind == TerritoryKind.COMMUNE)):
        held.names[number] = name
        held.by_name[searched].append(number)
    for number, code in db.session.execute(sa.select(CommunePostalCode.commune_id, CommunePostalCode.postal_code)):
        held.by_postal_code[code].append(number)
    for code, number in db.session.execute(sa.select(CommuneCode.code, CommuneCode.commune_id)):
        held.by_code[code] = number
    return held


def professions() -> list[tuple[str, str, str]]:
    return [(row.code, row.label_fr, row.label_en) for row in people.professions()]


@dataclass(frozen=True, slots=True)
class Known:
    """The people some lines may be about, and where they work."""

    by_rpps: dict[str, Person] = field(default_factory=dict)
    by_email: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    at: set[tuple[int, str]] = field(default_factory=set)  # person, name of an organisation as it is searched
    organisations: dict[str, list[Organisation]] = field(default_factory=lambda: defaultdict(list))


def known(
    numbers: Collection[str], emails: Collection[str], names: Collection[str], organisations: Collection[str]
) -> Known:
    held = Known()
    found = _people(numbers, emails, names)
    for person in found:
        if person.rpps:
            held.by_rpps[person.rpps] = person
        if person.email:
            held.by_email[person.email].append(person)
        held.by_name[person.search_name].append(person)
    if organisations:
        held.at.update(_places([person.id for person in found]))
        wanted = sa.select(Organisation).where(Organisation.archived_at.is_(None))
        for organisation in db.session.scalars(wanted.where(Organisation.search_name.in_(organisations))):
            held.organisations[organisation.search_name].append(organisation)
    return held


def _people(numbers: Collection[str], emails: Collection[str], names: Collection[str]) -> Sequence[Person]:
    theirs = sa.or_(Person.rpps.in_(numbers), Person.email.in_(emails), Person.search_name.in_(names))
    statement = sa.select(Person).where(Person.anonymised_at.is_(None), theirs).order_by(Person.id)
    return db.session.scalars(statement.options(selectinload(Person.sites))).all()


def _places(people_ids: Collection[int]) -> list[tuple[int, str]]:
    statement = (
        sa.select(Affiliation.person_id, Organisation.search_name)
        .join(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(Affiliation.person_id.in_(people_ids), Affiliation.ends_on.is_(None))
    )
    return [(person_id, name) for person_id, name in db.session.execute(statement)]


def recognise(said: Said, held: Known) -> tuple[Person | None, Any]:
    """Who a line is about, and what has to be told of it; raises ``Refused`` when two people could be meant."""
    numbered = held.by_rpps.get(said.rpps)
    if numbered is not None and not alike(numbered.search_name, said.search_name):
        raise Refused(_l("This RPPS number is that of %(name)s: please read it again.", name=numbered.full_name))
    # One mailbox, two numbers: two people of the same practice.
    written = [
        one for one in held.by_email.get(said.email, ()) if not (said.rpps and one.rpps and one.rpps != said.rpps)
    ]
    if numbered is not None:
        if written and numbered not in written:
            raise Refused(
                _l("The RPPS number is that of %(name)s, the address is that of %(other)s.",
                   name=numbered.full_name, other=written[0].full_name)
            )  # fmt: skip
        return numbered, ""
    for person in written:
        if not alike(person.search_name, said.search_name):
            raise Refused(
                _l("This address is that of %(name)s: give this person their own, or leave it empty.",
                   name=person.full_name)
            )  # fmt: skip
        return person, ""
    return _namesake(said, held)


def _namesake(said: Said, held: Known) -> tuple[Person | None, Any]:
    """Somebody of the same name in the same commune."""
    here = [
        one
        for one in held.by_name.get(said.search_name, ())
        if said.commune_id in {site.commune_id for site in one.sites}
    ]
    here = [one for one in here if not (said.rpps and one.rpps)] if said.commune_id else []
    if said.email and any(one.email and one.email != said.email for one in here):
        others = [one for one in here if not one.email]
        if not others:
            return None, _l("Somebody of this name is known in this commune under another address.")
        here = others
    if len(here) > 1:
        raise Refused(_l("Several people of this name are known in this commune: give an address or an RPPS number."))
    return (
        (here[0], _l("Seems to be %(name)s, known in the same commune.", name=here[0].full_name))
        if here
        else (None, "")
    )
