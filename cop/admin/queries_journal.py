"""Who did what: the activity log in words, for those who may know."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination

from cop.accounts import access
from cop.accounts import queries as accounts
from cop.accounts.models import Account
from cop.activity import sentences
from cop.activity.models import ActivityEntry
from cop.attendance.models import Attendance
from cop.communities.models import Community
from cop.core import clock
from cop.core.access import Permission
from cop.core.db import db
from cop.core.i18n import _, language
from cop.events.models import Event, EventKind, HalfDay
from cop.events.models_series import EventSeries
from cop.invitations.models import Invitation
from cop.organisations.models import Organisation
from cop.registrations.models import Registration
from cop.territories.models import Territory

PER_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One act in words: what it is about, and what comes before and after; ``event_id`` where there is a page."""

    day: date
    at: datetime
    before: str
    what: str
    after: str
    event_id: int | None


def page_of_acts(viewer: Account, page: int, account_id: int | None = None, family: str | None = None) -> Pagination:
    """The acts this person may know of, the newest first; of one account, of one family."""
    found = sa.select(ActivityEntry).where(_known_to(viewer))
    if account_id is not None:
        found = found.where(ActivityEntry.actor_kind == "account", ActivityEntry.actor_id == account_id)
    if family is not None:
        found = found.where(ActivityEntry.action.in_(sentences.FAMILIES[family][1]))
    ordered = found.order_by(ActivityEntry.at.desc(), ActivityEntry.id.desc())
    return db.paginate(ordered, page=page, per_page=PER_PAGE, error_out=False)


def families(viewer: Account) -> dict[str, Any]:
    """The families of acts to choose from: who signed in is for those who manage accounts."""
    manages = access.has_anywhere(viewer, Permission.ACCOUNT_MANAGE)
    return {name: words for name, (words, _codes) in sentences.FAMILIES.items() if manages or name != "connexions"}


def _known_to(viewer: Account) -> sa.ColumnElement[bool]:
    """Acts about the viewer's territories and their events; the others are for whoever has the right everywhere.

    What is done to accounts is for those who manage them.
    """
    if access.can_everywhere(viewer, Permission.ACTIVITY_READ):
        manages = access.has_anywhere(viewer, Permission.ACCOUNT_MANAGE)
        return sa.true() if manages else ActivityEntry.subject_type != "account"
    events = sa.select(Event.id).where(access.visible_to(viewer, Permission.ACTIVITY_READ, Event.territory_id))
    territory = access.visible_to(viewer, Permission.ACTIVITY_READ, ActivityEntry.subject_id)
    return sa.or_(
        sa.and_(ActivityEntry.subject_type == "territory", territory),
        *(
            sa.and_(ActivityEntry.subject_type == kind, ActivityEntry.subject_id.in_(of_events(events)))
            for kind, of_events in _OF_EVENTS.items()
        ),
    )


def _half_days(events: Any) -> Any:
    return sa.select(HalfDay.id).where(HalfDay.event_id.in_(events))


# For each kind of thing an act may be about, its numbers among the given events.
_OF_EVENTS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "event": lambda events: events,
    "event_series": lambda events: sa.select(Event.series_id).where(Event.id.in_(events)),
    "half_day": _half_days,
    "registration": lambda events: sa.select(Registration.id).where(Registration.event_id.in_(events)),
    "invitation": lambda events: sa.select(Invitation.id).where(Invitation.event_id.in_(events)),
    "attendance": lambda events: sa.select(Attendance.id).where(Attendance.half_day_id.in_(_half_days(events))),
}
# The event each of them belongs to.
_EVENT_OF: Final[Mapping[str, Any]] = {
    "half_day": sa.select(HalfDay.id, HalfDay.event_id),
    "registration": sa.select(Registration.id, Registration.event_id),
    "invitation": sa.select(Invitation.id, Invitation.event_id),
    "attendance": sa.select(Attendance.id, HalfDay.event_id).join(HalfDay, HalfDay.id == Attendance.half_day_id),
}


def lines(entries: Iterable[ActivityEntry]) -> list[Line]:
    """The acts in words: names of accounts and titles of events, a handful of queries for the whole page."""
    entries = list(entries)
    named = {entry.actor_id for entry in entries if entry.actor_kind == "account" and entry.actor_id}
    named |= _subjects(entries, "account")
    names = accounts.names(named)
    known_by_kind = {"account": names, **_names_by_kind(entries)}
    event_of = _events_of(entries)
    titles = _titles(set(event_of.values()))
    told = []
    for entry in entries:
        event_id = event_of.get((entry.subject_type, entry.subject_id))
        who = sentences.actor(entry.actor_kind, names.get(entry.actor_id or 0))
        what = titles.get(event_id or 0) or _subject(entry, known_by_kind)
        before, what, after = sentences.sentence(entry.action, who, what).partition(what)
        known = event_id if event_id in titles else None
        told.append(Line(clock.local_date(entry.at), entry.at, before, what, after, known))
    return told


def _events_of(entries: list[ActivityEntry]) -> dict[tuple[str, int], int]:
    found = {("event", entry.subject_id): entry.subject_id for entry in entries if entry.subject_type == "event"}
    for kind, statement in _EVENT_OF.items():
        numbers = _subjects(entries, kind)
        if numbers:
            column = statement.selected_columns[0]
            rows = db.session.execute(statement.where(column.in_(numbers)))
            found.update({(kind, number): event_id for number, event_id in rows})
    return found


def _subjects(entries: list[ActivityEntry], kind: str) -> set[int]:
    return {entry.subject_id for entry in entries if entry.subject_type == kind}


def _titles(event_ids: set[int]) -> dict[int, str]:
    return {
        number: _("“%(title)s”", title=title) for number, title in _names_of(Event.id, Event.title, event_ids).items()
    }


def _names_of(number: Any, name: Any, wanted: set[int]) -> dict[int, str]:
    return (
        {row[0]: row[1] for row in db.session.execute(sa.select(number, name).where(number.in_(wanted)))}
        if wanted
        else {}
    )


def _names_by_kind(entries: list[ActivityEntry]) -> dict[str, dict[int, str]]:
    named = {
        "territory": (Territory.id, Territory.name),
        "organisation": (Organisation.id, Organisation.name),
        "community": (Community.id, Community.name),
        "event_series": (EventSeries.id, EventSeries.title),
        "event_kind": (EventKind.id, EventKind.name_en if language() == "en" else EventKind.name_fr),
    }
    return {kind: _names_of(*columns, _subjects(entries, kind)) for kind, columns in named.items()}


def _subject(entry: ActivityEntry, known_by_kind: Mapping[str, dict[int, str]]) -> str:
    """What an act was about, when it is no event: the name of the account, the partner, the place, or a number."""
    known = known_by_kind.get(entry.subject_type, {}).get(entry.subject_id)
    return known or _("no. %(number)s", number=entry.subject_id)
