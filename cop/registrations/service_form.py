"""What the registration form does: who comes, with whom, what they answered; and what they change afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import PUBLIC, Actor
from cop.core import clock
from cop.core.db import change, db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import queries_questions as questions
from cop.events.models import Event
from cop.invitations import queries_guests as guests
from cop.people import rules as addresses
from cop.people import service as persons
from cop.people.models import Person
from cop.registrations import (
    mails,
    queries,
    queries_audience,
    queries_form,
    queries_seats,
    rules,
    rules_seats,
    service,
    service_waitlist,
)
from cop.registrations.models import Registration
from cop.registrations.models_form import RegistrationAnswer
from cop.registrations.rules import Door, Shown

Identity = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What the form asks besides who one is. ``attends`` is empty where there is one way to take part."""

    answers: Mapping[int, Any] = field(default_factory=dict)
    arrangement: str = ""
    attends: str = ""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sends the form: in which language, having read which notice, by which personal link, signed in as whom."""

    language: str = "fr"
    notice_version: int | None = None
    guest: Person | None = None
    known_addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Entered:
    """One person of the form, by name, and what the next page may say of them."""

    name: str
    shown: Shown


@dataclass(frozen=True, slots=True)
class Party:
    """The records of those who come, whoever sends the form first; ``None``: no member, where only members come."""

    identities: Sequence[Identity]
    people: Sequence[Person | None]


def enter(
    event: Event, identity: Identity, said: Said, colleagues: Sequence[Identity], visitor: Visitor, now: datetime
) -> list[Entered]:
    """Register whoever sends the form, and the colleagues they name; each is told by a mail of their own."""
    return seat(event, party_of(event, identity, colleagues, visitor, now), said, visitor, now)


def party_of(
    event: Event, identity: Identity, colleagues: Sequence[Identity], visitor: Visitor, now: datetime
) -> Party:
    rules.check_door(queries.door(event, now), staff=False)
    identities = [identity, *({**one, "commune_id": identity.get("commune_id")} for one in colleagues)]
    return Party(identities, _all_who_come(event, identities, visitor, now))


def seat(event: Event, party: Party, said: Said, visitor: Visitor, now: datetime) -> list[Entered]:
    """Each on their own: a seat, or the next place in line."""
    found = queries.door(event, now)
    sender, *others = party.people
    first, *colleagues = party.identities
    results = [enter_one(event, sender, first, said, visitor, found, now)]
    if sender is None:  # a stranger brings nobody
        return [*results, *(Entered(_name(one), Shown.MEMBERS) for one in colleagues)]
    plain = Said(attends=said.attends)
    for person, theirs in zip(others, colleagues, strict=True):
        results.append(enter_one(event, person, theirs, plain, visitor, found, now, by=sender))
    return results


def _all_who_come(event: Event, identities: Sequence[Identity], visitor: Visitor, now: datetime) -> list[Person | None]:
    """The record of each. All before the first seat, and in the order of their addresses: of two colleagues who
    register each other at the same moment, none waits for a record the other is making."""
    order = sorted(range(len(identities)), key=lambda at: addresses.normalise_email(identities[at].get("email") or ""))
    found = {at: who_comes(event, identities[at], visitor, now, colleague=at > 0) for at in order}
    return [found[at] for at in range(len(identities))]


def who_comes(
    event: Event, identity: Identity, visitor: Visitor, now: datetime, *, colleague: bool = False
) -> Person | None:
    """The record of who comes. ``None``: not a member, where only members do; the mail says it, not the page."""
    typed = addresses.normalise_email(identity.get("email") or "")
    if visitor.guest is not None and not colleague and typed == visitor.guest.email:
        return visitor.guest
    if event.audience == queries_audience.INVITED:
        raise Refused(_NOT_YOURS if visitor.guest else _BY_INVITATION, "email")
    if event.audience == queries_audience.MEMBERS:
        return queries_audience.member_at(event, typed, identity.get("rpps") or "", clock.local_date(now))
    notice = None if colleague else visitor.notice_version  # a colleague reads it from the mail
    return persons.find_or_create(**identity, language=visitor.language, notice_version=notice, now=now)


_NOT_YOURS: Final = _l(
    "This invitation is personal: register with the address it was sent to. Another person is to come? Ask those who "
    "run the meeting."
)
_BY_INVITATION: Final = _l("One comes to this meeting by invitation: use the link of the mail that invited you.")


def enter_one(
    event: Event,
    person: Person | None,
    identity: Identity,
    said: Said,
    visitor: Visitor,
    found: Door,
    now: datetime,
    by: Person | None = None,
) -> Entered:
    name = _name(identity)
    email = addresses.normalise_email(identity.get("email") or "")
    if person is None:
        mails.members_only(event, email, identity["given_name"], visitor.language, now)
        return Entered(name, Shown.MEMBERS)
    outcome = service.register(event, person, now=now, attends=said.attends, by=by)
    row = outcome.registration
    if outcome.fresh:  # anybody can type anybody's address: what a registration says is changed by its own link
        _keep(row, said, now)
    secret = event.audience == queries_audience.MEMBERS and not visitor.guest and email not in visitor.known_addresses
    if secret:
        return Entered(name, Shown.MEMBERS)
    return Entered(name, rules.shown(row.status, fresh=outcome.fresh, queued_at=row.queued_at, found=found, now=now))


def _name(identity: Identity) -> str:
    return f"{identity['given_name']} {identity['family_name']}".strip()


def note(registration: Registration, said: Said, now: datetime) -> None:
    """What was answered for somebody the staff has just registered."""
    _keep(registration, said, now)


def change_form(registration: Registration, said: Said, *, now: datetime, actor: Actor = PUBLIC) -> bool:
    """Other answers, by the person's own link, or by the staff who has them on the telephone. True when any differ.

    No mail, unless they go from the room to the screen, or back: what else their calendar holds stays the same.
    """
    event = registration.event
    staff = actor.kind != PUBLIC.kind
    if not rules.may_change(registration.status, queries.door(event, now), staff=staff):
        raise Refused(_l("The time to change this registration has passed."))
    if said.attends and said.attends != registration.attends:
        _go_to(registration, said.attends, now, actor)
    before = queries_form.answers_of(registration)
    asked = {question.id for question in questions.asked(event)}
    changed = {number: value for number, value in before.items() if number in asked} != dict(said.answers)
    changed = changed or registration.arrangement != said.arrangement
    if changed:
        _keep(registration, said, now)
        activity.record(actor, "registration.changed", registration, event=event.id)
    return changed


def _go_to(registration: Registration, attends: str, now: datetime, actor: Actor) -> None:
    """From the room to the screen, or back: if there is a seat."""
    event, person = registration.event, registration.person
    seats = queries_seats.seats_of(event)
    guest = rules_seats.asks_for_guests(seats.groups) and guests.is_guest(event.id, person.id)
    line = seats.line(online=attends == rules_seats.ONLINE, profession=person.profession_code, guest=guest)
    group = line.ruling.id if line.ruling else None
    try:
        service_waitlist.move(registration, quota_id=group, attends=attends, now=now, actor=actor)
    except Refused as refused:
        raise Refused(refused.message, "attends") from None


def _keep(registration: Registration, said: Said, now: datetime) -> None:
    """Write the answers over those there were; those to questions no longer asked stay as they are."""
    asked = [question.id for question in questions.asked(registration.event)]
    if registration.event.arrangement:
        registration.arrangement = said.arrangement
    if not asked:
        return
    mine = RegistrationAnswer.registration_id == registration.id
    change(sa.delete(RegistrationAnswer).where(mine, RegistrationAnswer.question_id.in_(asked)))
    for question_id, value in said.answers.items():
        if question_id in asked:
            answer = RegistrationAnswer(question_id=question_id, value=value, answered_at=now)
            answer.registration_id, answer.person_id = registration.id, registration.person_id
            db.session.add(answer)
    db.session.flush()


def tell_again(registration: Registration, *, now: datetime, actor: Actor) -> bool:
    """The mail that says where they stand, with their link, at the request of the staff. Once an hour."""
    if not registration.person.email:
        raise Refused(_l("This person has no address here: tell them by telephone."))
    if registration.status == rules.Status.CANCELLED:
        raise Refused(_l("This registration is cancelled: there is nothing to send again."))
    if not mails.told_again(registration, now):
        return False
    activity.record(actor, "registration.told_again", registration, event=registration.event_id)
    return True


def forget_arrangement(registration_id: int, _now: datetime) -> None:
    """The meeting is over: what had to be prepared was."""
    change(sa.update(Registration).where(Registration.id == registration_id).values(arrangement=""))
