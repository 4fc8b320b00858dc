"""Reading polls: their lists, how each date stands, and whom the worker has to write to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core import tokens
from cop.core.access import Permission, Where
from cop.core.db import db
from cop.core.errors import NotFound
from cop.events.models import Event
from cop.events.rules import PUBLISHED
from cop.host import queries_retention as retention
from cop.polls import rules
from cop.polls.models import Poll, PollAnswer, PollOption, PollVoter
from cop.polls.rules import Choice, Stage, Status, Tally

PER_PAGE = 30
PURPOSE = "poll"


def get(poll_id: int) -> Poll:
    poll = db.session.get(Poll, poll_id)
    if poll is None:
        raise NotFound
    return poll


def where_is(poll_id: int, **_: Any) -> Where:
    """Whose it is to run: whoever may make events on its territory."""
    territory_id = db.session.scalar(sa.select(Poll.territory_id).where(Poll.id == poll_id))
    if territory_id is None:
        raise NotFound
    return Where(frozenset({territory_id}))


def by_secret(secret: str) -> Poll:
    """The poll behind a shared link; a draft does not exist yet."""
    poll: Poll | None = db.session.scalar(sa.select(Poll).where(Poll.secret == secret, Poll.status != Status.DRAFT))
    if poll is None:
        raise NotFound
    return poll


def by_token(token: str) -> PollVoter:
    """Raises :class:`tokens.BadToken` for a wrong link, :class:`NotFound` when the poll is no more."""
    voter = db.session.get(PollVoter, int(tokens.read(PURPOSE, token)))
    if voter is None or voter.poll.status == Status.DRAFT:
        raise NotFound
    return voter


def stage_of(poll: Poll, now: datetime) -> Stage:
    return rules.stage(status=poll.status, closes_at=poll.closes_at, decided=poll.event_id is not None, now=now)


@dataclass(frozen=True, slots=True)
class Line:
    """A poll in the list, with how many were asked and how many answered."""

    poll: Poll
    asked: int
    answered: int


def page(viewer: Account | None, number: int) -> Any:
    """The polls the viewer may run, those that want something first."""
    mine = access.visible_to(viewer, Permission.EVENT_CREATE, Poll.territory_id)
    rank = sa.case({Status.OPEN: 0, Status.DRAFT: 1}, value=Poll.status, else_=2)
    statement = sa.select(Poll).where(mine).order_by(rank, Poll.created_at.desc(), Poll.id.desc())
    statement = statement.options(joinedload(Poll.kind), joinedload(Poll.territory), joinedload(Poll.event))
    return db.paginate(statement, page=number, per_page=PER_PAGE, error_out=False)


def lines(polls: Sequence[Poll]) -> list[Line]:
    voted = sa.select(PollVoter.poll_id, sa.func.count(PollVoter.asked_at), sa.func.count(PollVoter.answered_at)).where(
        PollVoter.poll_id.in_([poll.id for poll in polls])
    )
    counts = {
        number: (asked, answered) for number, asked, answered in db.session.execute(voted.group_by(PollVoter.poll_id))
    }
    return [Line(poll, *counts.get(poll.id, (0, 0))) for poll in polls]


def tallies(poll: Poll) -> dict[int, Tally]:
    """How each date stands, in the order of the dates."""
    counted = (
        sa.select(PollAnswer.option_id, PollAnswer.choice, sa.func.count())
        .join(PollOption, PollOption.id == PollAnswer.option_id)
        .where(PollOption.poll_id == poll.id)
        .group_by(PollAnswer.option_id, PollAnswer.choice)
    )
    found: dict[int, dict[str, int]] = {option.id: {} for option in poll.options}
    for option_id, choice, count in db.session.execute(counted):
        found[option_id][choice] = count
    return {option.id: Tally(option.id, option.starts_at, **found[option.id]) for option in poll.options}


def first_names(poll: Poll) -> dict[int, list[str]]:
    """Who can come on each date, by first name; for a poll that shows them."""
    statement = (
        sa.select(PollAnswer.option_id, PollVoter.given_name)
        .join(PollVoter, PollVoter.id == PollAnswer.voter_id)
        .where(PollVoter.poll_id == poll.id, PollAnswer.choice == Choice.YES)
        .order_by(PollVoter.given_name, PollVoter.id)
    )
    found: dict[int, list[str]] = {}
    for option_id, name in db.session.execute(statement):
        found.setdefault(option_id, []).append(name)
    return found


def voters(poll_id: int) -> Sequence[PollVoter]:
    """Everybody who was asked or answered, those who answered first."""
    statement = sa.select(PollVoter).where(PollVoter.poll_id == poll_id).options(selectinload(PollVoter.answers))
    order = (PollVoter.answered_at.is_(None), PollVoter.family_name, PollVoter.given_name, PollVoter.id)
    return db.session.scalars(statement.order_by(*order)).all()


def choices_of(voter: PollVoter) -> dict[int, str]:
    return {answer.option_id: answer.choice for answer in voter.answers}


def voter_at(poll_id: int, email: str) -> PollVoter | None:
    found: PollVoter | None = db.session.scalar(sa.select(PollVoter).filter_by(poll_id=poll_id, email=email))
    return found


def voter_of(poll_id: int, person_id: int) -> PollVoter | None:
    found: PollVoter | None = db.session.scalar(sa.select(PollVoter).filter_by(poll_id=poll_id, person_id=person_id))
    return found


# --- What the worker has to write --------------------------------------------------------------------


def to_ask(now: datetime) -> Sequence[int]:
    """Those put on a list before somebody pressed to ask, and not written to yet."""
    statement = (
        sa.select(PollVoter.id)
        .join(Poll)
        .where(Poll.status == Status.OPEN, Poll.closes_at > now, PollVoter.added_at <= Poll.asked_at)
        .where(PollVoter.asked_at.is_(None), PollVoter.answered_at.is_(None))
    )
    return db.session.scalars(statement.order_by(PollVoter.id)).all()


def to_remind(now: datetime) -> Sequence[int]:
    """Those asked before the last press of the reminder, without an answer."""
    reminded = sa.or_(PollVoter.reminded_at.is_(None), PollVoter.reminded_at < Poll.reminded_at)
    statement = (
        sa.select(PollVoter.id)
        .join(Poll)
        .where(Poll.status == Status.OPEN, Poll.closes_at > now, PollVoter.asked_at < Poll.reminded_at)
        .where(PollVoter.answered_at.is_(None), reminded)
    )
    return db.session.scalars(statement.order_by(PollVoter.id)).all()


def to_tell(now: datetime) -> Sequence[int]:
    """Those who do not know yet which date was kept, once its event is published."""
    statement = (
        sa.select(PollVoter.id)
        .join(Poll)
        .join(Event, Event.id == Poll.event_id)
        .where(Event.status == PUBLISHED, Event.starts_at > now, PollVoter.told_at.is_(None))
        .where(sa.or_(PollVoter.asked_at.is_not(None), PollVoter.answered_at.is_not(None)))
    )
    return db.session.scalars(statement.order_by(PollVoter.id)).all()


def too_old(now: datetime) -> Sequence[int]:
    ended = sa.func.coalesce(Poll.closed_at, Poll.closes_at, type_=Poll.closes_at.type)
    return db.session.scalars(sa.select(Poll.id).where(ended < retention.too_old("poll", now)).order_by(Poll.id)).all()


@dataclass(frozen=True, slots=True)
class Counts:
    """``waiting``: on the list and not asked; ``leaving``: the worker writes to them; ``silent``: asked, no answer."""

    listed: int
    waiting: int
    answered: int
    silent: int
    leaving: int


def counts(poll_id: int) -> Counts:
    asked, answered = PollVoter.asked_at.is_not(None), PollVoter.answered_at.is_not(None)
    leaving = sa.and_(~asked, ~answered, sa.func.coalesce(PollVoter.added_at <= Poll.asked_at, sa.false()))
    row = db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(sa.case((sa.and_(~asked, ~answered, ~leaving), 1), else_=0)), 0),
            sa.func.coalesce(sa.func.sum(sa.case((answered, 1), else_=0)), 0),
            sa.func.coalesce(sa.func.sum(sa.case((sa.and_(asked, ~answered), 1), else_=0)), 0),
            sa.func.coalesce(sa.func.sum(sa.case((leaving, 1), else_=0)), 0),
        )
        .join(Poll, Poll.id == PollVoter.poll_id)
        .where(PollVoter.poll_id == poll_id)
    ).one()
    return Counts(*row)
