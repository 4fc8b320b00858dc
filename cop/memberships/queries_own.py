"""What a member may do about their own membership."""

from dataclasses import dataclass
from datetime import date, timedelta

from cop.memberships import queries, rules
from cop.memberships.models import Membership
from cop.people.models import Person


@dataclass(frozen=True, slots=True)
class Offer:
    """What a member may do about their own membership today. ``current``: what holds or is awaited;
    ``awaiting``: the request still to be paid; ``opens_on``: the day renewing opens, when it is not open."""

    person: Person
    current: Membership | None
    awaiting: Membership | None
    may_ask: bool
    opens_on: date | None


def offer(person: Person, today: date) -> Offer:
    """Renewing opens some days before the end; whoever has asked already only has to pay."""
    current = queries.covering(person.id, None, today)
    last = queries.last_settled(person.id, None)
    later = queries.after(last) if last else None
    awaiting = next((one for one in (later, current) if one and _is_owed(one)), None)
    if awaiting or (later and not _is_owed(later)):
        return Offer(person, current, awaiting, may_ask=False, opens_on=None)
    if current is None:
        return Offer(person, None, None, may_ask=True, opens_on=None)
    ends_on = rules.last_day(current.ends_on, current.ended_on)
    opens_on = ends_on - timedelta(days=queries.settings().renewal_opens_days)
    return Offer(person, current, None, may_ask=today >= opens_on, opens_on=opens_on if today < opens_on else None)


def _is_owed(membership: Membership) -> bool:
    return queries.settled_of(membership) < membership.amount_cents
