"""Several dates of a regular meeting in one go: each is registered for on its own, with its seat or its place in line,
its mail and its entry in calendars. Colleagues come to the date they were named for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cop.core import clock
from cop.core.errors import Refused
from cop.events.models import Event
from cop.people.models import Person
from cop.registrations import queries, queries_audience, queries_dates, rules, service_form, service_together
from cop.registrations.rules import Shown
from cop.registrations.service_form import Entered, Identity, Said, Visitor


def enter(
    event: Event,
    dates: Sequence[Event],
    identity: Identity,
    said: Said,
    colleagues: Sequence[Identity],
    visitor: Visitor,
    now: datetime,
) -> tuple[list[Entered], list[Entered]]:
    """Register for one date as its form does, then the sender for the others; what may be said of each, in order."""
    if not dates:
        return service_form.enter(event, identity, said, colleagues, visitor, now), []
    party = service_form.party_of(event, identity, colleagues, visitor, now)
    # Ours in the order of their numbers: two people who start from different dates never wait in a circle.
    service_together.lock([event.id, *(one.id for one in dates)])
    entered = service_form.seat(event, party, said, visitor, now)
    sender = party.people[0]
    alone = replace(visitor, guest=None)  # the invitation was to the first date
    return entered, [_also(one, event, sender, identity, said, alone, now) for one in dates]


def _also(
    one: Event, event: Event, sender: Person | None, identity: Identity, said: Said, visitor: Visitor, now: datetime
) -> Entered:
    if sender is None:  # a stranger at a meeting for members is told once
        return Entered("", Shown.MEMBERS)
    person: Person | None = sender
    if one.audience == queries_audience.MEMBERS:
        person = queries_audience.member_at(
            one, identity.get("email") or "", identity.get("rpps") or "", clock.local_date(now)
        )
    theirs = Said(
        answers=queries_dates.answers_for(one, event, said.answers),
        arrangement=said.arrangement if one.arrangement else "",
        attends=said.attends if one.mode == "hybrid" else "",
    )
    found = queries.door(one, now)
    try:
        rules.check_door(found, staff=False)
        return service_form.enter_one(one, person, identity, theirs, visitor, found, now)
    except Refused as refused:
        raise Refused(refused.message, "dates") from None
