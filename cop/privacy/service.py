"""Reaching one's own data, taking it away, refusing to be reached; and the requests that came otherwise."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cop.accounts import queries as accounts
from cop.accounts import service as signing_in
from cop.accounts import service_management
from cop.activity import service as activity
from cop.activity.service import PUBLIC, Actor
from cop.core import clock
from cop.core.db import db, insert_if_absent
from cop.host.queries import current_host
from cop.mail import queries_opposition as oppositions
from cop.mail import service_opposition as opposing
from cop.people import queries as people
from cop.people.models import Person
from cop.people.rules import normalise_email
from cop.privacy import queries_channels, rules
from cop.privacy.models import PrivacyRequest, Refusal
from cop.privacy.queries import Section
from cop.privacy.rules import Channel


def send_link(email: str, back: str) -> None:
    """Mail a link that leads to what is held under this address, if something is.

    Whoever reads that mailbox owns the records: an account that only a mailed link opens is made for them.
    """
    address = normalise_email(email)
    known = people.by_email(address)
    if known and accounts.by_email(address) is None:
        first = known[0]
        account = service_management.open_account(address, first.full_name, PUBLIC, language=first.language, tell=False)
        if first.account_id is None:
            first.account_id = account.id
        db.session.flush()
    signing_in.request_link(address, back)


def take(sections: Sequence[Section], persons: Sequence[Person], actor: Actor, kind: str) -> bytes:
    """Everything that is held, as one file for a program ("json") or an archive of tables ("csv")."""
    for person in persons:
        activity.record(actor, "person.data_taken", person, kind=kind)
    told = [(section.title, section.table, section.rows) for section in sections]
    if kind == "csv":
        return rules.as_csv_files(told)
    host = current_host()
    return rules.as_json({"organisation": host.name if host else "", "made_at": clock.now()}, told)


def choose_channels(person: Person, refused: Collection[str], actor: Actor, now: datetime) -> None:
    """Refuse these ways of being reached, and allow the others."""
    before = queries_channels.refused(person)
    address = oppositions.address_hash(person.email or f"person:{person.id}")
    for category in oppositions.OPPOSABLE:
        if category in refused:
            opposing.oppose(category, address, person.id, now)
        elif category in before:
            opposing.want_again(category, address, person.id)
    for channel in (Channel.PHONE, Channel.POST):
        key = {"person_id": person.id, "channel": channel.value}
        if channel in refused:
            insert_if_absent(Refusal, {**key, "created_at": now}, key=list(key))
        else:
            db.session.execute(sa.delete(Refusal).filter_by(**key))
    if before != set(refused):
        activity.record(actor, "person.channels_chosen", person)


def note_request(person: Person, *, actor: Actor, now: datetime, **said: Any) -> PrivacyRequest:
    """A request that came by letter, by telephone, in person: the month to answer runs from its day."""
    made = PrivacyRequest(person_id=person.id, recorded_by_id=actor.account_id, created_at=now, **said)
    db.session.add(made)
    db.session.flush()
    activity.record(actor, "person.request_noted", person, kind=made.kind)
    return made


def note_own_request(persons: Sequence[Person], kind: str, now: datetime) -> None:
    """What somebody did here by themselves is answered at once; the line stays as the proof."""
    today = clock.local_date(now)
    for person in persons:
        values = {"kind": kind, "received_by": "site", "received_on": today, "answered_on": today}
        db.session.add(PrivacyRequest(person_id=person.id, created_at=now, **values))
    db.session.flush()


def answer(request: PrivacyRequest, *, actor: Actor, now: datetime) -> None:
    if request.answered_on is None:
        request.answered_on = clock.local_date(now)
        db.session.flush()
        activity.record(actor, "person.request_answered", request.person, kind=request.kind)
