"""Tasks: proposed to some, accepted by link, and the rights that go with the event they are for.

A place is taken by a conditional update of the task's counter, so that the last one is never given twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa

from cop.accounts import queries as accounts
from cop.accounts import service_management, service_origins
from cop.activity import service as activity
from cop.activity.service import WORKER, Actor
from cop.core import clock
from cop.core.db import change, db, insert_new
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.people.models import Person
from cop.volunteers import mails, queries, rules
from cop.volunteers.models import Proposal, Skill, Task
from cop.volunteers.rules import Answer, Stand, State

ROLE: Final = "volunteer"


@dataclass(frozen=True, slots=True)
class TaskSaid:
    title: str
    description: str
    territory_id: int
    starts_at: datetime
    minutes: int
    places: int
    skill_ids: frozenset[int] = frozenset()
    event_id: int | None = None


def create(said: TaskSaid, *, actor: Actor, now: datetime) -> Task:
    rules.check_task(starts_at=said.starts_at, minutes=said.minutes, places=said.places, now=now)
    made = Task(
        title=said.title,
        description=said.description,
        event_id=said.event_id,
        territory_id=said.territory_id,
        starts_at=said.starts_at,
        minutes=said.minutes,
        places=said.places,
        created_at=now,
        created_by_id=actor.account_id,
        skills=list(db.session.scalars(sa.select(Skill).where(Skill.id.in_(said.skill_ids)))),
    )
    db.session.add(made)
    db.session.flush()
    activity.record(actor, "task.created", made)
    return made


def propose(task: Task, person_ids: Collection[int], *, actor: Actor, now: datetime) -> list[Proposal]:
    """Write to those of the list who were chosen; somebody asked already is not asked twice."""
    if rules.state_of(task.state, taken=task.taken, places=task.places) != State.OPEN or task.starts_at <= now:
        raise Refused(_l("This task is no longer open: nobody can be asked any more."))
    known = {offer.person_id for offer in queries.candidates(task, mails.zone_of(task))}
    made = []
    for person_id in sorted(known & set(person_ids)):
        values = {"task_id": task.id, "person_id": person_id, "state": Answer.PROPOSED.value, "proposed_at": now}
        proposal = insert_new(Proposal, values, key=["task_id", "person_id"])
        if proposal:
            mails.proposed(proposal)
            made.append(proposal)
    if made:
        db.session.expire(task, ["proposals"])
        activity.record(actor, "task.proposed", task, people=len(made))
    return made


def stand(proposal: Proposal, now: datetime) -> Stand:
    task = proposal.task
    return rules.stand(
        answer=proposal.state,
        state=task.state,
        taken=task.taken,
        places=task.places,
        starts_at=task.starts_at,
        now=now,
    )


def accept(proposal: Proposal, *, actor: Actor, now: datetime) -> None:
    """Take a place; pressed twice, it is taken once. Raises ``Refused`` when there is none left."""
    task = _lock(proposal)
    found = stand(proposal, now)
    if found == Stand.ACCEPTED:
        return
    rules.check_answer(found)
    if not change(sa.update(Task).where(Task.id == task.id, Task.taken < Task.places).values(taken=Task.taken + 1)):
        rules.check_answer(Stand.FILLED)
    proposal.state, proposal.answered_at = Answer.ACCEPTED, now
    db.session.flush()
    db.session.expire(task, ["taken"])
    activity.record(actor, "task.accepted", task, person=proposal.person_id)
    _give_right(proposal)


def decline(proposal: Proposal, *, actor: Actor, now: datetime) -> None:
    """Say no, or give one's place back: the right that went with it is taken back."""
    task = _lock(proposal)
    found = stand(proposal, now)
    if found == Stand.DECLINED:
        return
    rules.check_answer(found if found != Stand.FILLED else Stand.ASKED)
    if found == Stand.ACCEPTED:
        change(sa.update(Task).where(Task.id == task.id).values(taken=Task.taken - 1))
        db.session.expire(task, ["taken"])
        _take_right(proposal)
    proposal.state, proposal.answered_at = Answer.DECLINED, now
    db.session.flush()
    activity.record(actor, "task.declined", task, person=proposal.person_id)


def cancel(task: Task, *, actor: Actor) -> int:
    """The task is not needed any more: who had accepted is told, and loses the right. Returns how many are told."""
    if task.state != State.OPEN:
        return 0
    task.state = State.CANCELLED
    db.session.flush()
    accepted = [row for row in queries.proposals_of(task.id) if row.state == Answer.ACCEPTED]
    for proposal in accepted:
        mails.cancelled(proposal)
    service_origins.take_back(origin_of(task), actor)
    activity.record(actor, "task.cancelled", task, people=len(accepted))
    return len(accepted)


def _lock(proposal: Proposal) -> Task:
    """The task's row, ours until the end of the transaction, and the answer as it is now."""
    db.session.refresh(proposal.task, ["state", "taken", "places", "starts_at"], with_for_update=True)
    db.session.refresh(proposal, ["state"])
    return proposal.task


# --- Rights ---------------------------------------------------------------------------------------


def origin_of(task: Task) -> str:
    return f"task:{task.id}"


def _give_right(proposal: Proposal) -> None:
    """Take attendance at that event, until the end of its day, and nothing else."""
    task, person = proposal.task, proposal.person
    if task.event is None or not person.email:
        return
    account = person.account or service_management.open_account(
        person.email, person.full_name, WORKER, language=person.language
    )
    if person.account_id is None and not _is_taken(account.id):
        person.account_id = account.id
    service_origins.give_from(
        origin_of(task),
        account,
        ROLE,
        WORKER,
        starts_on=clock.local_date(proposal.answered_at or clock.now(), task.event.zone),
        ends_on=clock.local_date(task.event.ends_at, task.event.zone),
        subject=f"event:{task.event.id}",
    )


def _is_taken(account_id: int) -> bool:
    """Two people share this mailbox, and the account is the other one's."""
    return db.session.scalar(sa.select(Person.id).where(Person.account_id == account_id)) is not None


def _take_right(proposal: Proposal) -> None:
    person = proposal.person
    account = person.account or (accounts.by_email(person.email) if person.email else None)
    if account is not None:
        service_origins.take_back(origin_of(proposal.task), WORKER, account_id=account.id)


# --- What the job finds ---------------------------------------------------------------------------


def follow_event(task_id: int, _now: datetime) -> None:
    """The event was moved or cancelled after somebody accepted: the task and its rights follow."""
    task = queries.task(task_id)
    if task.event is None or task.state != State.OPEN:
        return
    if task.event.status in event_rules.OFF:
        cancel(task, actor=WORKER)
        return
    for proposal in task.proposals:
        if proposal.state == Answer.ACCEPTED:
            _give_right(proposal)


def behind_their_event(now: datetime) -> list[int]:
    """Open tasks whose event was cancelled, or whose rights do not end with its day."""
    statement = (
        sa.select(Task)
        .join(Task.event)
        .where(Task.state == State.OPEN.value, sa.or_(Event.status.in_(event_rules.OFF), Event.ends_at > now))
    )
    tasks = db.session.scalars(statement).all()
    ends = accounts.ends_by_origin([origin_of(task) for task in tasks])
    return [task.id for task in tasks if _is_behind(task, ends.get(origin_of(task), set()))]


def _is_behind(task: Task, ends: set[date | None]) -> bool:
    if task.event is None or task.event.status in event_rules.OFF:
        return True
    return bool(ends - {clock.local_date(task.event.ends_at, task.event.zone)})
