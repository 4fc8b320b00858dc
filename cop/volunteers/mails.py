"""Mails to volunteers: a task is proposed, a task is no longer needed."""

from typing import Any
from zoneinfo import ZoneInfo

from cop.core import clock, formats, links, tokens
from cop.core.i18n import speaking
from cop.mail import service as mail
from cop.mail.composition import Words
from cop.mail.models import Category
from cop.volunteers import rules
from cop.volunteers.models import Proposal, Task

PURPOSE = "task"


def zone_of(task: Task) -> ZoneInfo:
    return task.event.zone if task.event else clock.PARIS


def token_of(proposal: Proposal) -> str:
    return tokens.sign(PURPOSE, str(proposal.id))


def proposed(proposal: Proposal) -> None:
    """The task, and a link to answer. It is worthless once the task has begun."""
    values = _facts(proposal.task, proposal.person.given_name, proposal.person.language)
    _send(proposal, "proposed", Category.COMMUNITY, {**values, "page": _page(token_of(proposal))})


def cancelled(proposal: Proposal) -> None:
    """The task you had accepted is not needed any more."""
    _send(
        proposal,
        "cancelled",
        Category.SERVICE,
        _facts(proposal.task, proposal.person.given_name, proposal.person.language),
    )


def preview(task: Task, given_name: str, language: str) -> Words:
    """The proposal as its reader will see it, but for the link, which is each reader’s own."""
    values = {**_facts(task, given_name, language), "page": _page("lien-personnel")}
    return mail.preview("volunteers/mail/proposed", values, language, Category.COMMUNITY)


def _page(token: str) -> str:
    return links.absolute_url("volunteers.answer", task_token=token)


def _facts(task: Task, given_name: str, language: str) -> dict[str, Any]:
    zone = zone_of(task)
    with speaking(language):
        when = formats.period(task.starts_at, rules.end_of(task.starts_at, task.minutes), zone)
    return {
        "given_name": given_name,
        "title": task.title,
        "when": when,
        "time": rules.in_words(task.minutes),
        "description": task.description,
        "place": _place(task),
        "event": task.event.title if task.event else "",
    }


def _place(task: Task) -> str:
    """Where to go; a task of no meeting says its territory, and the rest in its own words."""
    event = task.event
    if event is None or event.mode == "online":
        return task.territory.name
    commune = event.commune.name if event.commune else ""
    known = [part for part in (event.venue_name, event.venue_address) if part]
    return ", ".join([*known, commune] if commune and commune not in " ".join(known) else known) or task.territory.name


def _send(proposal: Proposal, name: str, category: Category, values: dict[str, Any]) -> None:
    person, task = proposal.person, proposal.task
    mail.enqueue(
        key=f"proposal:{proposal.id}:{name}",
        kind=f"volunteers.{name}",
        category=category,
        recipient=person.email or "",
        recipient_name=person.full_name,
        template=f"volunteers/mail/{name}",
        values=values,
        locale=person.language,
        person_id=person.id,
        event_id=task.event_id,
        expires_at=task.starts_at,
    )
