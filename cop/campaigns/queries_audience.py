"""Whom a campaign would write to, and whom not and why: in a constant number of statements, however many they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.campaigns import queries_answers, rules
from cop.campaigns.models import Campaign, Recipient
from cop.campaigns.rules import Aside, Known
from cop.core import tokens
from cop.core.db import db
from cop.events.models import Event
from cop.invitations.models_guests import Guest
from cop.mail import queries_reach as reach
from cop.mail.models import Category
from cop.network import queries as network
from cop.network import queries_scope
from cop.network.rules_filter import of_query
from cop.people import rules as names
from cop.people.models import Person
from cop.registrations.models import Registration

_AT_LEAST: Final = 3  # letters of a name, to look it up


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody among those chosen. ``aside``: why they are not written to."""

    id: int
    given_name: str
    family_name: str
    email: str
    language: str
    asked_at: datetime | None
    aside: Aside | None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody who was chosen, by name."""

    everybody: Sequence[Reader]

    @property
    def to_write(self) -> list[Reader]:
        return [one for one in self.everybody if one.aside is None]

    @property
    def aside(self) -> Mapping[Aside, list[Reader]]:
        """Who is left aside, by reason, in the order reasons are told."""
        by_reason = {reason: [one for one in self.everybody if one.aside is reason] for reason in rules.ASIDE}
        return {reason: readers for reason, readers in by_reason.items() if readers}

    @property
    def stamp(self) -> str:
        """What was shown, to tell whether the same people would be written to a moment later."""
        return tokens.digest(",".join(str(number) for number in sorted(one.id for one in self.to_write)))[:16]


def of_campaign(campaign: Campaign, viewer: Account, now: datetime) -> Audience:
    """As it would leave now: a question is asked anew, by whoever sends."""
    return audience(campaign.event, chosen(campaign, viewer), chase=campaign.chase, now=now)


def chosen(campaign: Campaign, viewer: Account) -> sa.Select[Any]:
    """The numbers of those who were chosen, before anything is held against writing to them."""
    if campaign.chase:
        return queries_answers.told(campaign.event_id)
    if campaign.query is not None:
        return network.people(of_query(campaign.query), viewer)
    picked = sa.select(Recipient.person_id).where(Recipient.campaign_id == campaign.id)
    return sa.select(Person.id).where(Person.id.in_(picked), queries_scope.visible_to(viewer))


def audience(event: Event, people: sa.Select[Any], *, chase: bool, now: datetime) -> Audience:
    rows = db.session.execute(_facts(event.id, people)).all()
    known_by_mail = reach.unreachable(((row.id, row.email) for row in rows if row.email), Category.COMMUNITY)
    return Audience([_reader(row, known_by_mail.get(row.id), chase=chase, now=now) for row in rows])


def _facts(event_id: int, people: sa.Select[Any]) -> Any:
    here = sa.and_(Registration.person_id == Person.id, Registration.event_id == event_id)
    guest = sa.and_(Guest.person_id == Person.id, Guest.event_id == event_id)
    columns = (Person.id, Person.given_name, Person.family_name, Person.email, Person.language)
    asked = (Guest.asked_at, Guest.declined_at, sa.func.coalesce(Guest.chases, 0).label("chases"))
    return (
        sa.select(*columns, Registration.status, *asked)
        .outerjoin(Registration, here)
        .outerjoin(Guest, guest)
        .where(Person.id.in_(people), Person.anonymised_at.is_(None))
        .order_by(network.family_first(), Person.search_name, Person.id)
    )


def _reader(row: Any, by_mail: str | None, *, chase: bool, now: datetime) -> Reader:
    known = Known(row.status, row.asked_at, row.declined_at, row.chases)
    why = rules.aside(known, chase=chase, now=now)
    if why is None:
        why = Aside(by_mail) if by_mail else None if row.email else Aside.NO_ADDRESS
    return Reader(row.id, row.given_name, row.family_name, row.email or "", row.language, row.asked_at, why)


# --- People picked by name, or from a list somebody has ----------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """``people``: their numbers. ``unknown``: lines nobody answers to, here; ``several``: lines more than one does."""

    people: Sequence[int]
    unknown: Sequence[str]
    several: Sequence[str]


def look_up(text: str, viewer: Account) -> Found:
    """Known people only, by address or by name, among those the viewer may see: a pasted list brings nobody in.

    Two statements, whatever its length. Somebody of another territory is as unknown as a stranger.
    """
    lines = list(dict.fromkeys(_lines(text)))
    keys = {line: _key(line) for line in lines}
    by_key = _people_by_key({key for key in keys.values() if key}, viewer)
    matches = {line: by_key.get(keys[line], set()) for line in lines}
    return Found(
        people=sorted({next(iter(found)) for line, found in matches.items() if len(found) == 1}),
        unknown=[line for line, found in matches.items() if not found],
        several=[line for line, found in matches.items() if len(found) > 1],
    )


def _lines(text: str) -> list[str]:
    """One person a line, as « Anne Le Goff » or « Anne <anne@…> »; a line of addresses is cut at its commas."""
    parts = [part for line in text.splitlines() for part in _parts(line)]
    return [" ".join(part.split()) for part in parts if part.strip()]


def _parts(line: str) -> list[str]:
    return line.replace(";", ",").split(",") if "@" in line else [line]


def _key(line: str) -> str:
    if "@" in line:
        return names.normalise_email(line.rpartition("<")[2].strip("<> \t\"'"))
    words = names.search_name(line).split()
    return " ".join(sorted(words)) if sum(map(len, words)) >= _AT_LEAST else ""


def _people_by_key(keys: set[str], viewer: Account) -> dict[str, set[int]]:
    """By address, and by all the words of the name in any order."""
    found: dict[str, set[int]] = {}
    seen = sa.and_(Person.anonymised_at.is_(None), queries_scope.visible_to(viewer))
    addresses = [key for key in keys if "@" in key]
    by_address = sa.select(Person.email, Person.id).where(seen, Person.email.in_(addresses))
    for email, number in db.session.execute(by_address):
        found.setdefault(str(email), set()).add(number)
    if len(addresses) < len(keys):
        for name, number in db.session.execute(sa.select(Person.search_name, Person.id).where(seen)):
            key = " ".join(sorted(name.split()))
            if key in keys:
                found.setdefault(key, set()).add(number)
    return found
