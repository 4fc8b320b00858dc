"""Who did what to an event, and when: the acts of the log that are about it, its half-days, and the registrations those
who run it made, changed or moved for others; in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination

from cop.accounts import queries as accounts
from cop.activity import sentences
from cop.activity.models import ActivityEntry
from cop.core import clock
from cop.core.db import db
from cop.core.i18n import _, _l, _n
from cop.events.models import Event, HalfDay

PER_PAGE: Final = 10
# Registrations stand in a slice above; the log names them by their table.
_REGISTRATION: Final = sa.table("registration", sa.column("id"), sa.column("event_id"))
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
    registrations = sa.select(_REGISTRATION.c.id).where(_REGISTRATION.c.event_id == event.id)
    about = sa.or_(
        sa.and_(ActivityEntry.subject_type == Event.__tablename__, ActivityEntry.subject_id == event.id),
        sa.and_(ActivityEntry.subject_type == HalfDay.__tablename__, ActivityEntry.subject_id.in_(half_days)),
        # What people do themselves is on the lists; here, what was done for them.
        sa.and_(
            ActivityEntry.subject_type == _REGISTRATION.name,
            ActivityEntry.subject_id.in_(registrations),
            ActivityEntry.actor_kind == "account",
        ),
    )
    # Marks of presence are on the list itself; here, what became of the list.
    lists = ("attendance.undone", "attendance.removed")
    found = sa.select(ActivityEntry).where(about, ActivityEntry.action.not_in(lists))
    ordered = found.order_by(ActivityEntry.at.desc(), ActivityEntry.id.desc())
    return db.paginate(ordered, page=page, per_page=PER_PAGE, error_out=False)


def lines(event: Event, entries: Iterable[ActivityEntry]) -> list[Line]:
    """Newest first. The same act on several registrations in a row is one line: ten people registered by telephone in
    a morning would hide the rest."""
    entries = list(entries)
    names = accounts.names({entry.actor_id for entry in entries if entry.actor_kind == "account" and entry.actor_id})
    what = _("“%(title)s”", title=event.title)
    found = []
    for _same, group in groupby(entries, lambda entry: _alike(event, entry)):
        newest, *others = group
        who = sentences.actor(newest.actor_kind, names.get(newest.actor_id or 0))
        times = _n("%(num)d time", "%(num)d times", len(others) + 1) if others else ""
        words = sentences.sentence(newest.action, who, what)
        found.append(Line(_day(event, newest), newest.at, words, times or _changed(newest)))
    return found


def _alike(event: Event, entry: ActivityEntry) -> tuple[object, ...]:
    if entry.subject_type != _REGISTRATION.name:
        return (entry.id,)
    return entry.action, entry.actor_id, _day(event, entry)


def _day(event: Event, entry: ActivityEntry) -> date:
    return clock.local_date(entry.at, event.zone)


def _changed(entry: ActivityEntry) -> str:
    """Which fields; those the reader would not know by name are « the rest »."""
    if entry.action != "event.changed":
        return ""
    fields = entry.data.get("fields", [])
    known = [str(_FIELDS[name]) for name in fields if name in _FIELDS]
    return ", ".join([*known, *([_("other settings")] if len(known) < len(fields) else [])])
