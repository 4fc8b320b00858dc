"""Time given: of one person, and in all for a period."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core.access import Permission
from cop.core.db import db
from cop.core.errors import NotFound
from cop.core.i18n import _
from cop.core.timeline import Moment
from cop.people.models import Person, PracticeSite
from cop.volunteers import rules
from cop.volunteers.models import Hours, Proposal, Task, VolunteerProfile
from cop.volunteers.rules import Answer, State


@dataclass(frozen=True, slots=True)
class Line:
    """A volunteer's total for a period."""

    person_id: int
    name: str
    tasks: int
    minutes: int


def of_people(person_ids: Collection[int]) -> Sequence[Hours]:
    statement = sa.select(Hours).where(Hours.person_id.in_(person_ids)).options(joinedload(Hours.task))
    return db.session.scalars(statement.order_by(Hours.day.desc(), Hours.id.desc())).all()


def of_task(task_id: int) -> dict[int, Hours]:
    return {row.person_id: row for row in db.session.scalars(sa.select(Hours).where(Hours.task_id == task_id))}


def line(hours_id: int, person_ids: Collection[int]) -> Hours:
    """A line of one's own. Raises ``NotFound``."""
    found: Hours | None = db.session.scalar(
        sa.select(Hours).where(Hours.id == hours_id, Hours.person_id.in_(person_ids))
    )
    if found is None:
        raise NotFound
    return found


def to_confirm(person_ids: Collection[int], now: datetime) -> Sequence[Proposal]:
    """Tasks accepted, begun, and without their hours."""
    statement = (
        sa.select(Proposal)
        .join(Proposal.task)
        .where(Proposal.person_id.in_(person_ids), Proposal.state == Answer.ACCEPTED)
        .where(Task.starts_at <= now, Task.state != State.CANCELLED)
        .options(joinedload(Proposal.task))
    )
    return db.session.scalars(statement.order_by(Task.starts_at)).all()


def _within(viewer: Account | None, since: date, until: date) -> sa.ColumnElement[bool]:
    """The hours given for a task of the viewer's territory, or by a volunteer of it."""
    period = Hours.day.between(since, until)
    if access.can_everywhere(viewer, Permission.VOLUNTEER_MANAGE):
        return period
    task = access.visible_to(viewer, Permission.VOLUNTEER_MANAGE, Task.territory_id)
    helps = access.visible_to(viewer, Permission.VOLUNTEER_MANAGE, VolunteerProfile.territory_id)
    works = access.visible_to(viewer, Permission.VOLUNTEER_MANAGE, PracticeSite.commune_id)
    return sa.and_(
        period,
        sa.or_(
            Hours.task_id.in_(sa.select(Task.id).where(task)),
            Hours.person_id.in_(sa.select(VolunteerProfile.person_id).where(helps)),
            Hours.person_id.in_(sa.select(PracticeSite.person_id).where(works)),
        ),
    )


def totals(viewer: Account | None, since: date, until: date) -> list[Line]:
    """One line for each volunteer, who gave most first. Somebody forgotten counts, without a name."""
    statement = (
        sa.select(
            Person.id,
            Person.given_name,
            Person.family_name,
            sa.func.count(Hours.task_id),
            sa.func.sum(Hours.minutes).label("minutes"),
        )
        .join(Hours, Hours.person_id == Person.id)
        .where(_within(viewer, since, until))
        .group_by(Person.id)
        .order_by(sa.desc("minutes"), Person.family_name, Person.id)
    )
    return [
        Line(number, f"{given} {family}".strip(), tasks, int(minutes))
        for number, given, family, tasks, minutes in db.session.execute(statement)
    ]


def lines(viewer: Account | None, since: date, until: date) -> Sequence[Hours]:
    """Each line of the period, for the file."""
    statement = sa.select(Hours).join(Hours.person).where(_within(viewer, since, until))
    ordered = statement.order_by(Hours.day, Person.family_name, Hours.id)
    shown = (joinedload(Hours.person), joinedload(Hours.task).joinedload(Task.territory))
    return db.session.scalars(ordered.options(*shown)).all()


def moments(person_id: int) -> list[Moment]:
    """What the person's page tells of their volunteering."""
    return [*_beginnings(person_id), *_answers(person_id), *_hours(person_id)]


def _beginnings(person_id: int) -> list[Moment]:
    found = db.session.execute(
        sa.select(VolunteerProfile.since, VolunteerProfile.until).where(VolunteerProfile.person_id == person_id)
    ).one_or_none()
    if found is None:
        return []
    page: Any = {"endpoint": "volunteers.show", "values": (("person_id", person_id),)}
    begun = [Moment(found.since, "volunteers", _("Offers to help as a volunteer."), **page)]
    return [*begun, Moment(found.until, "volunteers", _("Stops volunteering."))] if found.until else begun


def _answers(person_id: int) -> list[Moment]:
    statement = sa.select(Proposal).where(Proposal.person_id == person_id, Proposal.answered_at.is_not(None))
    return [
        Moment(
            row.answered_at or row.proposed_at,
            "volunteers",
            _declines(row.task.title) if row.state == Answer.DECLINED else _accepts(row.task.title),
            "volunteers.show_task",
            (("task_id", row.task_id),),
        )
        for row in db.session.scalars(statement.options(joinedload(Proposal.task)))
    ]


def _accepts(title: str) -> str:
    return _("Accepts the task “%(title)s”.", title=title)


def _declines(title: str) -> str:
    return _("Declines the task “%(title)s”.", title=title)


def _hours(person_id: int) -> list[Moment]:
    return [
        Moment(
            row.day,
            "volunteers",
            _("Gives %(time)s: %(what)s.", time=rules.in_words(row.minutes), what=_what(row)),
        )
        for row in of_people([person_id])
    ]


def _what(row: Hours) -> str:
    return row.task.title if row.task else row.label or _("volunteering")
