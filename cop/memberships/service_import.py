"""Doing what an import planned: the person, the membership of the period, the payment."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db, insert_if_absent
from cop.imports.models import ImportedPerson
from cop.memberships import service, service_payments
from cop.memberships.models import MembershipKind
from cop.memberships.rules import Span
from cop.memberships.rules_helloasso import Bought
from cop.memberships.service import Asked
from cop.memberships.service_payments import Paid
from cop.people import service as people
from cop.people.models import Person


@dataclass(frozen=True, slots=True)
class Work:
    """A line, decided: who and what it is for."""

    said: Bought
    kind_id: int
    span: Span
    person_id: int | None
    organisation_id: int | None


def write(works: Sequence[Work], import_id: int, actor: Actor) -> None:
    for work in works:
        person = _person(work, import_id, actor)
        kind = db.session.get_one(MembershipKind, work.kind_id)
        said, moment = work.said, clock.start_of_day(work.said.paid_on)
        asked = Asked(person, kind, work.span, work.organisation_id, "import", said.amount_cents)
        membership = service.ask(asked, actor, moment)
        if said.amount_cents:
            paid = Paid(
                key=said.key,
                method=said.method,
                amount_cents=said.amount_cents,
                paid_on=said.paid_on,
                number=said.reference,
            )
            service_payments.record_imported(membership, paid, actor)


def _person(work: Work, import_id: int, actor: Actor) -> Person:
    if work.person_id is not None:
        return db.session.get_one(Person, work.person_id)
    said = work.said
    # Two lines of a file may be of the same new person: the second finds the one the first made.
    made = people.find_or_create(said.given_name, said.family_name, said.email or None, actor=actor)
    known = sa.select(ImportedPerson.id).filter_by(person_id=made.id, import_id=import_id)
    if db.session.scalar(known) is None:
        insert_if_absent(ImportedPerson, {"person_id": made.id, "import_id": import_id}, ["person_id", "import_id"])
    return made
