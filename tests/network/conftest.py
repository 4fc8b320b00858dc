"""Builders for what people are to the network: members, volunteers, members of the board."""

import html
import re
from datetime import date
from itertools import count
from typing import Any

import sqlalchemy as sa

from cop.core import clock
from cop.core.db import db
from cop.mandates.models import Mandate, MandateKind
from cop.memberships.models import Membership, MembershipKind
from cop.people.models import Person
from cop.volunteers.models import VolunteerProfile
from tests.people_of_the_tests import territory

_numbers = count(1)


def member(who: Person, first: date, last: date) -> Membership:
    """Of a kind that costs nothing, hence paid."""
    kind = db.session.scalar(sa.select(MembershipKind)) or MembershipKind(code="free", name_fr="Libre", amount_cents=0)
    made = Membership(
        key=f"test:{next(_numbers)}",
        kind=kind,
        person_id=who.id,
        amount_cents=0,
        starts_on=first,
        ends_on=last,
        requested_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    return made


def mandate(who: Person, body: str, first: date, last: date | None = None) -> Mandate:
    known = sa.select(MandateKind).filter_by(code=body)
    kind = db.session.scalar(known) or MandateKind(code=body, name_fr=f"Siège {body}", name_en=body, body=body)
    made = Mandate(person_id=who.id, kind=kind, starts_on=first, ends_on=last, created_at=clock.now())
    db.session.add(made)
    db.session.flush()
    return made


def volunteer(who: Person, since: date, until: date | None = None) -> VolunteerProfile:
    made = VolunteerProfile(person_id=who.id, territory_id=territory("region", "52").id, since=since, until=until)
    db.session.add(made)
    db.session.flush()
    return made


def rows(page: str) -> list[str]:
    """Who is in the list, in its order."""
    found = re.findall(r'<th role="rowheader" scope="row"><a [^>]+><b>(.*?)</b> (.*?)</a>', page)
    return [html.unescape(f"{family} {given}".strip()) for family, given in found]


def listed(client: Any, **asked: Any) -> list[str]:
    answer = client.get("/personnes", query_string=asked)
    assert answer.status_code == 200
    return rows(answer.text)
