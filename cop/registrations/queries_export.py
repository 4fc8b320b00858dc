"""Who comes, as a table to take away: what helps to prepare the meeting, and nothing that is nobody's business.

What somebody needs to take part is not in it: a file travels, and outlives the meeting.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from cop.core.db import db
from cop.core.i18n import _, label
from cop.events import queries_questions as questions
from cop.events.models import Event
from cop.events.models_quotas import Quota
from cop.registrations import queries, queries_form
from cop.registrations.models import Registration

Cell = Any


def table(event: Event) -> list[list[Cell]]:
    """A heading, then a line for each registration: those with a seat, then those who wait, then those who gave up."""
    asked, answers, groups = questions.of(event), queries_form.by_registration(event), _groups(event)
    lists, hybrid = queries.of_event(event.id), event.mode == "hybrid"
    heads = [_("Last name"), _("First name"), _("Profession"), _("Commune of practice"), _("E-mail"), _("State")]
    heads += [_("Registered on"), *([_("Takes part")] if hybrid else []), *([_("Group")] if groups else [])]
    found: list[list[Cell]] = [[*heads, *(question.label for question in asked)]]
    for row in (*lists.confirmed, *lists.offered, *lists.waiting, *lists.cancelled):
        line = [*_who(row), _state(row), row.created_at]
        if hybrid:
            line.append(_("online") if row.attends == "online" else _("on site"))
        if groups:
            line.append(groups.get(row.quota_id or 0, ""))
        given = answers.get(row.id, {})
        found.append([*line, *(_cell(given.get(question.id)) for question in asked)])
    return found


def _who(row: Registration) -> list[Cell]:
    person = row.person
    profession = label(person.profession, "label") if person.profession else ""
    return [
        person.family_name,
        person.given_name,
        profession,
        ", ".join(site.commune.name for site in person.sites),
        person.email or "",
    ]


def _state(row: Registration) -> str:
    words: Mapping[str, Any] = {
        "confirmed": _("has a seat"),
        "offered": _("a seat is offered"),
        "waitlisted": _("on the waiting list"),
        "cancelled": _("cancelled"),
    }
    return str(words[row.status])


def _groups(event: Event) -> dict[int, str]:
    statement = sa.select(Quota).where(Quota.event_id == event.id).order_by(Quota.id)
    return {quota.id: quota.name for quota in db.session.scalars(statement)} if event.quota_count else {}


def _cell(value: Any) -> Cell:
    """Numbers stay numbers, so that a spreadsheet adds them up."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return queries_form.words_of(value)
