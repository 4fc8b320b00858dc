"""Writing a poll, asking people, taking their answers."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import db, insert_if_absent
from cop.core.errors import Refused
from cop.core.i18n import _l, language
from cop.people import rules as people_rules
from cop.people.models import Person
from cop.polls import mails, queries, rules
from cop.polls.models import Poll, PollAnswer, PollOption, PollVoter
from cop.polls.rules import Said, Stage, Status

_WRITTEN: Final = (
    "title", "kind_id", "territory_id", "closes_at", "message", "mode", "venue_name", "commune_id", "names_shown",
    "time_zone",
)  # fmt: skip


def create(said: Said, *, actor: Actor, now: datetime) -> Poll:
    rules.check(said, now)
    poll = Poll(secret=secrets.token_urlsafe(16), status=Status.DRAFT, owner_id=actor.account_id, created_at=now)
    _write(poll, said)
    db.session.add(poll)
    db.session.flush()
    activity.record(actor, "poll.created", poll)
    return poll


def edit(poll: Poll, said: Said, *, now: datetime) -> None:
    """Only before anybody was asked: an answer is to the dates that were read."""
    if poll.status != Status.DRAFT:
        raise Refused(_l("People may have answered already: the dates can no longer be changed."))
    rules.check(said, now)
    db.session.execute(sa.delete(PollOption).where(PollOption.poll_id == poll.id))
    db.session.expire(poll, ["options"])
    _write(poll, said)
    db.session.flush()


def _write(poll: Poll, said: Said) -> None:
    for name in _WRITTEN:
        setattr(poll, name, getattr(said, name))
    poll.options = [PollOption(starts_at=span.starts_at, ends_at=span.ends_at) for span in said.spans]


def delete(poll: Poll) -> None:
    """A draft nobody was asked about."""
    if poll.status != Status.DRAFT:
        raise Refused(_l("People were asked: close the poll instead."))
    db.session.delete(poll)
    db.session.flush()


# --- Who is asked ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Added:
    """``unreachable``: known, but without an address; ``unknown``: addresses of nobody we know."""

    added: int
    already: int
    unreachable: int
    unknown: tuple[str, ...] = ()


def add_people(poll: Poll, person_ids: sa.Select[Any] | Sequence[int], now: datetime) -> Added:
    """Put people on the list, without writing to them."""
    statement = sa.select(Person).where(Person.id.in_(person_ids), Person.anonymised_at.is_(None))
    found = db.session.scalars(statement.order_by(Person.id)).all()
    reachable = [person for person in found if person.email]
    listed = set(db.session.scalars(sa.select(PollVoter.person_id).where(PollVoter.poll_id == poll.id)))
    added = sum(_add(poll, person, now) for person in reachable if person.id not in listed)
    return Added(added, len(reachable) - added, len(found) - len(reachable))


def _add(poll: Poll, person: Person, now: datetime) -> bool:
    values = {
        "poll_id": poll.id,
        "person_id": person.id,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": people_rules.normalise_email(person.email or ""),
        "language": person.language,
        "added_at": now,
    }
    return insert_if_absent(PollVoter, values, key=["poll_id", "email"])


def remove(poll: Poll, voter_id: int) -> None:
    """Take somebody off the list who was not asked."""
    db.session.execute(
        sa.delete(PollVoter).where(
            PollVoter.id == voter_id,
            PollVoter.poll_id == poll.id,
            PollVoter.asked_at.is_(None),
            PollVoter.answered_at.is_(None),
        )
    )


def open_(poll: Poll, *, actor: Actor, now: datetime) -> None:
    """Take answers from now on; whoever is on the list and was not asked is written to by the worker."""
    if queries.stage_of(poll, now) not in {Stage.DRAFT, Stage.OPEN}:
        raise Refused(_l("This poll is closed: prolong it first."))
    if poll.closes_at <= now:
        raise Refused(_l("This deadline is past: nobody could answer."), "closes_on")
    if poll.status == Status.DRAFT:
        poll.status, poll.opened_at = Status.OPEN, now
        activity.record(actor, "poll.opened", poll)
    poll.asked_at = now
    db.session.flush()


def remind(poll: Poll, *, actor: Actor, now: datetime) -> None:
    if not rules.may_remind(at=queries.stage_of(poll, now), reminded_at=poll.reminded_at, now=now):
        raise Refused(_l("People were reminded today already: give them time to answer."))
    poll.reminded_at = now
    activity.record(actor, "poll.reminded", poll)
    db.session.flush()


def close(poll: Poll, *, actor: Actor, now: datetime) -> None:
    if poll.status == Status.OPEN:
        poll.status, poll.closed_at = Status.CLOSED, now
        activity.record(actor, "poll.closed", poll)
        db.session.flush()


def prolong(poll: Poll, closes_at: datetime, *, actor: Actor, now: datetime) -> None:
    """Give people more time; a poll that was closed is open again."""
    if queries.stage_of(poll, now) in {Stage.DRAFT, Stage.DECIDED}:
        raise Refused(_l("A date was kept: this poll stays closed."))
    if closes_at <= now:
        raise Refused(_l("This deadline is past: nobody could answer."), "closes_on")
    if closes_at > max(option.starts_at for option in poll.options):
        raise Refused(_l("People answer before the last date proposed: choose an earlier deadline."), "closes_on")
    poll.status, poll.closes_at, poll.closed_at = Status.OPEN, closes_at, None
    activity.record(actor, "poll.prolonged", poll)
    db.session.flush()


# --- Answers -----------------------------------------------------------------------------------------


def answer(voter: PollVoter, choices: Mapping[int, str], now: datetime) -> None:
    """What one person says of the dates; said again, it replaces what was said."""
    poll = voter.poll
    rules.check_open(queries.stage_of(poll, now))
    known = {option.id for option in poll.options if option.starts_at > now}
    given = {option_id: choice for option_id, choice in choices.items() if option_id in known and choice}
    rules.check_answers(given.values())
    _keep(voter, given)
    voter.answered_at = now
    db.session.flush()


def _keep(voter: PollVoter, given: Mapping[int, str]) -> None:
    there = {one.option_id: one for one in voter.answers}
    for option_id, choice in given.items():
        if option_id in there:
            there[option_id].choice = choice
        elif not insert_if_absent(
            PollAnswer, {"voter_id": voter.id, "option_id": option_id, "choice": choice}, key=["voter_id", "option_id"]
        ):  # the same press, a moment ago
            db.session.execute(
                sa.update(PollAnswer).filter_by(voter_id=voter.id, option_id=option_id).values(choice=choice)
            )
    db.session.flush()
    db.session.expire(voter, ["answers"])


def answer_by_link(
    poll: Poll, given_name: str, family_name: str, email: str, choices: Mapping[int, str], now: datetime
) -> PollVoter:
    """An answer by the shared link. The first one of an address is taken; later ones only by the link in the mail,
    because anybody can type anybody's address."""
    rules.check_open(queries.stage_of(poll, now))
    rules.check_answers([choice for choice in choices.values() if choice])
    address = people_rules.normalise_email(email)
    values = {
        "poll_id": poll.id,
        "person_id": _person_at(poll, address),
        "given_name": given_name,
        "family_name": family_name,
        "email": address,
        "language": language(),
        "added_at": now,
    }
    insert_if_absent(PollVoter, values, key=["poll_id", "email"])
    voter = queries.voter_at(poll.id, address)
    if voter is None:
        raise Refused(_l("Your answer could not be kept: please try once more."))
    fresh = voter.answered_at is None
    if fresh:
        answer(voter, choices, now)
    mails.answered(voter, now, fresh=fresh)
    return voter


def _person_at(poll: Poll, address: str) -> int | None:
    """Somebody known by that address, who is not on the list under another one."""
    listed = sa.exists().where(PollVoter.poll_id == poll.id, PollVoter.person_id == Person.id)
    statement = sa.select(Person.id).where(Person.email == address, Person.anonymised_at.is_(None), ~listed)
    return db.session.scalar(statement.order_by(Person.id).limit(1))


def forget(poll_id: int, _now: datetime) -> None:
    """The poll has served: it goes, with who was asked and what they said."""
    poll = db.session.get(Poll, poll_id)
    if poll is not None:
        db.session.delete(poll)


def known_among(addresses: Iterable[str], visible: sa.ColumnElement[bool]) -> tuple[list[int], tuple[str, ...]]:
    """The people these addresses belong to, among those the author may see, and the addresses of nobody."""
    wanted = {people_rules.normalise_email(address) for address in addresses}
    rows = db.session.execute(sa.select(Person.id, Person.email).where(Person.email.in_(wanted), visible))
    found = {email: number for number, email in rows}
    return sorted(found.values()), tuple(sorted(wanted - set(found)))
