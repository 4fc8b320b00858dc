"""Who did what to an event, and when: the acts of the log that are about it and its half-days, in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination

from cop.accounts import queries as accounts
from cop.activity import sentences
from cop.activity.models import ActivityEntry
from cop.core import clock
from cop.core.db import db
from cop.core.i18n import _, _l
from cop.events.models import Event, HalfDay

PER_PAGE: Final = 10
_FIELDS: Final[dict[str, Any]] = {
    "title": _l("title"),
    "half_days": _l("dates and hours"),
    "mode": _l("on site or online"),
    "venue_name": _l("venue"),
    "venue_address": _l("address"),
    "venue_access": _l("access"),
    "commune_id": _l("commune"),
    "online_url": _l("link to join online"),
    "capacity": _l("seats"),
    "online_capacity": _l("seats online"),
    "summary": _l("presentation"),
    "objectives": _l("objectives"),
    "programme": _l("programme"),
    "speakers": _l("speakers"),
    "audience": _l("who sees it"),
    "theme_ids": _l("themes"),
}


@dataclass(frozen=True, slots=True)
class Line:
    day: date
    at: datetime
    words: str
    detail: str


def page_of_acts(event: Event, page: int) -> Pagination:
    half_days = sa.select(HalfDay.id).where(HalfDay.event_id == event.id)
    about = sa.or_(
        sa.and_(ActivityEntry.subject_type == Event.__tablename__, ActivityEntry.subject_id == event.id),
        sa.and_(ActivityEntry.subject_type == HalfDay.__tablename__, ActivityEntry.subject_id.in_(half_days)),
    )
    # Marks of presence are on the list itself; here, what became of the list.
    lists = ("attendance.undone", "attendance.removed")
    found = sa.select(ActivityEntry).where(about, ActivityEntry.action.not_in(lists))
    ordered = found.order_by(ActivityEntry.at.desc(), ActivityEntry.id.desc())
    return db.paginate(ordered, page=page, per_page=PER_PAGE, error_out=False)


def lines(event: Event, entries: Iterable[ActivityEntry]) -> list[Line]:
    entries = list(entries)
    names = accounts.names({entry.actor_id for entry in entries if entry.actor_kind == "account" and entry.actor_id})
    what = _("“%(title)s”", title=event.title)
    return [
        Line(
            clock.local_date(entry.at, event.zone),
            entry.at,
            sentences.sentence(entry.action, sentences.actor(entry.actor_kind, names.get(entry.actor_id or 0)), what),
            _changed(entry),
        )
        for entry in entries
    ]


def _changed(entry: ActivityEntry) -> str:
    """Which fields; those the reader would not know by name are « the rest »."""
    if entry.action != "event.changed":
        return ""
    fields = entry.data.get("fields", [])
    known = [str(_FIELDS[name]) for name in fields if name in _FIELDS]
    return ", ".join([*known, *([_("other settings")] if len(known) < len(fields) else [])])
