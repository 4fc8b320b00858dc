"""Hours: confirmed after a task by the volunteer or the team, or noted on a line of their own."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock, exports
from cop.core.db import db, insert_new
from cop.core.errors import NotFound, Refused
from cop.core.i18n import _, _l
from cop.people.models import Person
from cop.volunteers import queries, queries_hours, rules
from cop.volunteers.models import Hours, Proposal, Task
from cop.volunteers.rules import Answer, State


def confirm(task: Task, person_id: int, minutes: int | None, *, source: str, actor: Actor, now: datetime) -> Hours:
    """How long somebody who accepted really gave; zero for who did not come. Said again, it is corrected."""
    statement = sa.select(Proposal).where(Proposal.task_id == task.id, Proposal.person_id == person_id)
    proposal = db.session.scalar(statement)
    if proposal is None or proposal.state not in {Answer.ACCEPTED, Answer.DONE}:
        raise NotFound
    given = rules.check_hours(minutes, happened_at=task.starts_at, now=now)
    values = {
        "task_id": task.id,
        "person_id": person_id,
        "label": "",
        "day": clock.local_date(task.starts_at),
        "minutes": given,
        "noted_at": now,
        "source": source,
    }
    line = insert_new(Hours, values, key=["task_id", "person_id"])
    if line is None:
        line = queries_hours.of_task(task.id)[person_id]
        line.minutes, line.noted_at, line.source = given, now, source
    proposal.state = Answer.DONE
    db.session.flush()
    _close(task)
    activity.record(actor, "hours.noted", task, person=person_id, minutes=given)
    return line


def _close(task: Task) -> None:
    """A task is done when the hours of all who accepted are known."""
    if task.state == State.OPEN and all(row.state != Answer.ACCEPTED for row in queries.proposals_of(task.id)):
        task.state = State.DONE
        db.session.flush()


def note(person: Person, day: date, minutes: int | None, label: str, *, source: str, actor: Actor) -> Hours:
    """Time given outside of any task."""
    if not label:
        raise Refused(_l("Say in a few words what the time was for."), "label")
    given = rules.check_hours(minutes or None, happened_at=clock.start_of_day(day), now=clock.now())
    line = Hours(person_id=person.id, day=day, minutes=given, label=label, noted_at=clock.now(), source=source)
    db.session.add(line)
    db.session.flush()
    activity.record(actor, "hours.noted", person, minutes=given)
    return line


def take_off(line: Hours, actor: Actor) -> None:
    """A line noted by mistake. The hours of a task are corrected instead: nothing given is zero."""
    if line.task_id is not None:
        raise NotFound
    activity.record(actor, "hours.removed", line.person, minutes=line.minutes)
    db.session.delete(line)
    db.session.flush()


def export(viewer: Any, since: date, until: date, actor: Actor, root: Any) -> bytes:
    """The lines of the period as a file; noted in the activity log, because names leave."""
    rows: list[list[Any]] = [
        [_("Day"), _("First name"), _("Last name"), _("Task"), _("Territory"), _("Minutes"), _("Noted by")]
    ]
    found = queries_hours.lines(viewer, since, until)
    rows += [
        [
            line.day,
            line.person.given_name,
            line.person.family_name,
            line.task.title if line.task else line.label,
            line.task.territory.name if line.task else "",
            line.minutes,
            _("the volunteer") if line.source == "self" else _("the team"),
        ]
        for line in found
    ]
    activity.record(actor, "hours.exported", root, lines=len(found))
    return exports.csv_file(rows)
