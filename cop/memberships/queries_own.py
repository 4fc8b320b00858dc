"""What a member may do about their own membership, and about that of an organisation they speak for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from cop.core.db import db
from cop.memberships import queries, rules
from cop.memberships.models import Membership
from cop.organisations.models import Organisation
from cop.people.models import Person


@dataclass(frozen=True, slots=True)
class Offer:
    """What a member may do about a membership today, theirs or their organisation's. ``current``: what holds or is
    awaited; ``awaiting``: the request still to be paid; ``opens_on``: the day renewing opens, when it is not open."""

    person: Person
    organisation: Organisation | None
    current: Membership | None
    awaiting: Membership | None
    may_ask: bool
    opens_on: date | None
    is_new: bool  # nothing was ever paid: one joins, and does not renew

    @property
    def organisation_id(self) -> int | None:
        return self.organisation.id if self.organisation else None

    @property
    def key(self) -> str:
        return f"o{self.organisation.id}" if self.organisation else f"p{self.person.id}"


def offers(persons: Sequence[Person], today: date) -> list[Offer]:
    """The organisations these records speak for, then the records themselves."""
    theirs = [(one, house) for one in persons for house in _spoken_for(one)]
    return [offer(one, today, house) for one, house in theirs] + [offer(one, today) for one in persons]


def _spoken_for(person: Person) -> list[Organisation]:
    """Those whose latest membership names this person: whoever follows them has it from then on."""
    houses = sa.select(Membership.organisation_id).where(
        Membership.person_id == person.id, Membership.organisation_id.is_not(None)
    )
    all_of_them = sa.select(Membership).where(Membership.organisation_id.in_(houses))
    found = db.session.scalars(all_of_them.order_by(Membership.ends_on, Membership.id)).all()
    latest = {one.organisation_id: one for one in found}
    return [one.organisation for one in latest.values() if one.person_id == person.id and one.organisation]


def offer(person: Person, today: date, organisation: Organisation | None = None) -> Offer:
    """Renewing opens some days before the end; whoever has asked already only has to pay."""
    house = organisation.id if organisation else None
    current = queries.covering(person.id, house, today)
    last = queries.last_settled(person.id, house)
    later = queries.after(last) if last else None
    awaiting = next((one for one in (later, current) if one and _is_owed(one)), None)
    may_ask, opens_on = False, None
    if current is None and not later:
        may_ask = True
    elif current is not None and awaiting is None and not later:
        ends_on = rules.last_day(current.ends_on, current.ended_on)
        opens = ends_on - timedelta(days=queries.settings().renewal_opens_days)
        may_ask, opens_on = today >= opens, opens if today < opens else None
    return Offer(person, organisation, current, awaiting, may_ask, opens_on, is_new=last is None)


def _is_owed(membership: Membership) -> bool:
    return queries.settled_of(membership) < membership.amount_cents
