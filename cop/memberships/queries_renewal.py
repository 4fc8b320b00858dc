"""Who has to renew, who is due which mail, and what became of it: read from memberships, steps and the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import joinedload

from cop.accounts.models import Account, Grant
from cop.accounts.roles import ROLES
from cop.core import clock
from cop.core.access import Permission
from cop.core.db import db
from cop.core.errors import NotFound
from cop.host import queries as host
from cop.mail.models import Category, MailMessage, Opposition, Status
from cop.memberships import queries, rules
from cop.memberships.models import Membership, RenewalStep
from cop.memberships.queries_lists import seen_by, taken_up
from cop.memberships.rules import Audience
from cop.people.models import Person

PER_PAGE: Final = 50


class Due(NamedTuple):
    """One mail: to a member about a membership, or to an account of the coordination about a year."""

    step_id: int
    membership_id: int | None = None
    account_id: int | None = None


class Outcome(StrEnum):
    """What became of a mail that is due to somebody."""

    SENT = "sent"
    WAITING = "waiting"
    NO_ADDRESS = "no_address"
    OPPOSED = "opposed"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    TAKEN_BACK = "taken_back"
    NOT_QUEUED = "not_queued"


_OUTCOMES: Final = {
    Status.QUEUED: Outcome.WAITING,
    Status.SENDING: Outcome.WAITING,
    Status.SENT: Outcome.SENT,
    Status.FAILED: Outcome.FAILED,
    Status.SUPPRESSED: Outcome.SUPPRESSED,
    Status.CANCELLED: Outcome.TAKEN_BACK,
    Status.EXPIRED: Outcome.TAKEN_BACK,
}


@dataclass(frozen=True, slots=True)
class Target:
    """A member who has to renew, and what became of the mail of a step. ``asked``: did renew, and has not paid."""

    membership: Membership
    outcome: Outcome
    mail_id: int | None
    error: str
    asked: bool


def steps(audience: str, *, active: bool = True) -> Sequence[RenewalStep]:
    """In the order of the calendar: the earliest first."""
    wanted = sa.select(RenewalStep).where(RenewalStep.audience == audience)
    if active:
        wanted = wanted.where(RenewalStep.active)
    return db.session.scalars(wanted.order_by(RenewalStep.days_before.desc(), RenewalStep.id)).all()


def step(step_id: int) -> RenewalStep:
    found = db.session.get(RenewalStep, step_id)
    if found is None:
        raise NotFound
    return found


def to_renew(today: date) -> sa.ColumnElement[bool]:
    """Memberships that were paid up, end soon or ended lately, and that nobody followed by a paid one.

    Whoever left on purpose is not asked again; nor is whoever has just joined, as long as what they paid for lasts.
    """
    first = db.session.scalar(sa.select(sa.func.max(RenewalStep.days_before)).where(RenewalStep.active)) or 0
    horizon = today + timedelta(days=max(first, queries.settings().renewal_opens_days))
    settled_in = clock.start_of_day(today - rules.JUST_JOINED)
    return sa.and_(
        sa.or_(Membership.ends_on < today, Membership.requested_at < settled_in),
        Membership.ends_on >= today - rules.GIVEN_UP_AFTER,
        Membership.ends_on <= horizon,
        Membership.ended_on.is_(None),
        queries.settled() >= Membership.amount_cents,
        sa.not_(taken_up(paid=True)),
        Membership.person_id.in_(sa.select(Person.id).where(Person.anonymised_at.is_(None))),
    )


def due_window(one: RenewalStep, today: date) -> sa.ColumnElement[bool]:
    """The memberships for which this step is the one that is due."""
    others = [other.days_before for other in steps(one.audience)]
    found = rules.window(one.days_before, others, today)
    return sa.and_(Membership.ends_on > found.after, Membership.ends_on <= found.until)


class Part(StrEnum):
    """Which of those who have to renew: all of them; those this mail may still be sent to; those it has not
    reached; those it cannot reach."""

    ALL = "all"
    WAITING = "waiting"
    MISSED = "missed"
    UNREACHED = "unreached"


_OPPOSED: Final = (
    sa.exists()
    .where(Opposition.person_id == Membership.person_id, Opposition.category == Category.REMINDER)
    .correlate(Membership)
)
_WAITING: Final = sa.and_(MailMessage.id.is_(None), Person.email.is_not(None), sa.not_(_OPPOSED))
_MISSED: Final = sa.or_(MailMessage.id.is_(None), MailMessage.status != Status.SENT)
_PARTS: Final[dict[Part, sa.ColumnElement[bool]]] = {
    Part.ALL: sa.true(),
    Part.WAITING: _WAITING,
    Part.MISSED: _MISSED,
    Part.UNREACHED: sa.and_(_MISSED, sa.not_(_WAITING)),
}


def _concerned(statement: Any, one: RenewalStep, today: date, viewer: Account, *, due_only: bool) -> Any:
    """Those who have to renew, beside the mail of this step; ``due_only``: those whose day has come."""
    key = sa.literal(f"renewal:{one.id}:") + sa.cast(Membership.id, sa.String)
    found = (
        statement.select_from(Membership)
        .outerjoin(MailMessage, MailMessage.key == key)
        .join(Person, Person.id == Membership.person_id)
        .where(to_renew(today), seen_by(viewer))
    )
    return found.where(due_window(one, today)) if due_only else found


def targets(
    one: RenewalStep,
    today: date,
    viewer: Account,
    *,
    due_only: bool = False,
    part: Part = Part.ALL,
    limit: int | None = None,
) -> list[Target]:
    """Whom this step is for, with what became of its mail."""
    columns = (
        Membership,
        MailMessage.id.label("mail_id"),
        MailMessage.status,
        MailMessage.error,
        _OPPOSED.label("opposed"),
        taken_up().label("asked"),
    )
    statement = _concerned(sa.select(*columns), one, today, viewer, due_only=due_only).where(_PARTS[part])
    statement = statement.options(
        joinedload(Membership.person), joinedload(Membership.organisation), joinedload(Membership.kind)
    )
    ordered = statement.order_by(Person.family_name, Person.given_name, Membership.id).limit(limit)
    return [_target(row) for row in db.session.execute(ordered)]


def count(one: RenewalStep, today: date, viewer: Account, *, due_only: bool = False, part: Part = Part.ALL) -> int:
    """How many they are, without reading them."""
    counted = _concerned(sa.select(sa.func.count(Membership.id)), one, today, viewer, due_only=due_only)
    return int(db.session.scalar(counted.where(_PARTS[part])) or 0)


def _target(row: Any) -> Target:
    return Target(row.Membership, _outcome(row), row.mail_id, row.error or "", row.asked)


def _outcome(row: Any) -> Outcome:
    if row.mail_id is not None:
        if row.status == Status.SUPPRESSED and row.opposed:
            return Outcome.OPPOSED
        return _OUTCOMES.get(row.status, Outcome.TAKEN_BACK)
    if not row.Membership.person.email:
        return Outcome.NO_ADDRESS
    return Outcome.OPPOSED if row.opposed else Outcome.NOT_QUEUED


def due(now: datetime) -> list[Due]:
    """Every mail whose day has come and that is not in the outbox; none to members while the campaign is off."""
    today = clock.local_date(now)
    if clock.local(now).hour < rules.FROM_HOUR:
        return []
    on = queries.settings().campaign_on
    members = (
        [Due(one.id, number) for one in steps(Audience.MEMBER) for number in _still_to_mail(one, today)] if on else []
    )
    return members + _deadlines(today)


def _still_to_mail(one: RenewalStep, today: date, membership_id: int | None = None) -> Sequence[int]:
    """Whoever joined lately has just read when the period ends: nothing is sent to them yet."""
    key = sa.literal(f"renewal:{one.id}:") + sa.cast(Membership.id, sa.String)
    recent = today + timedelta(days=one.days_before) - rules.WITHIN
    statement = (
        sa.select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            to_renew(today),
            due_window(one, today),
            Membership.ends_on >= recent,
            Membership.requested_at < clock.start_of_day(today - rules.WITHIN),
            Person.email.is_not(None),
            ~sa.exists().where(MailMessage.key == key),
        )
    )
    if membership_id is not None:
        statement = statement.where(Membership.id == membership_id)
    return db.session.scalars(statement.order_by(Membership.id)).all()


def still_due(one: RenewalStep, membership_id: int, today: date) -> bool:
    return membership_id in _still_to_mail(one, today, membership_id)


def coordination() -> Sequence[Account]:
    """Those who manage memberships everywhere today: whom the yearly deadline is told."""
    today, organisation = clock.today(), host.current_host()
    roles = [name for name, role in ROLES.items() if Permission.MEMBERSHIP_MANAGE in role.permissions]
    root = organisation.root_territory_id if organisation else None
    everywhere = sa.or_(Grant.territory_id.is_(None), Grant.territory_id == root)
    held = (
        sa.select(Grant.account_id)
        .where(Grant.role.in_(roles), Grant.subject == "", everywhere, Grant.starts_on <= today)
        .where(sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today))
    )
    wanted = sa.select(Account).where(Account.id.in_(held), Account.active)
    return db.session.scalars(wanted.order_by(Account.id)).all()


def _deadlines(today: date) -> list[Due]:
    all_steps = steps(Audience.COORDINATION)
    days = [one.days_before for one in all_steps]
    now_due = [one for one in all_steps if rules.deadline_due(one.days_before, days, today)]
    accounts = coordination() if now_due and count_to_renew(today) else ()
    keys = {
        rules.deadline_key(one.id, today.year, who.id): Due(one.id, None, who.id) for one in now_due for who in accounts
    }
    known = set(db.session.scalars(sa.select(MailMessage.key).where(MailMessage.key.in_(keys))))
    return [found for key, found in keys.items() if key not in known]


def count_to_renew(today: date) -> int:
    statement = sa.select(sa.func.count()).select_from(Membership).where(to_renew(today))
    return db.session.scalar(statement) or 0


def mails(one: RenewalStep, viewer: Account, number: int) -> Pagination:
    """The proof: every mail of this step, the latest first, with its state."""
    prefix = f"renewal:{one.id}:"
    keys = sa.select(sa.literal(prefix) + sa.cast(Membership.id, sa.String)).where(seen_by(viewer))
    statement = sa.select(MailMessage).where(MailMessage.kind == rules.RENEWAL_KIND, MailMessage.key.in_(keys))
    newest = statement.order_by(MailMessage.id.desc())
    return db.paginate(newest, page=number, per_page=PER_PAGE, max_per_page=PER_PAGE, error_out=False)
