"""Reading series: their meetings, and what a date would meet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core import clock, formats
from cop.core.access import Permission, Where
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.i18n import _
from cop.events import queries as events
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.events.models_series import EventSeries
from cop.events.rules import Span
from cop.series import rules, rules_holidays
from cop.series.rules import Shape
from cop.territories.rules import department_of_commune


def get(series_id: int) -> EventSeries:
    """A regular meeting or a cycle. Raises :class:`NotFound`."""
    found = db.session.get(EventSeries, series_id)
    if found is None:
        raise NotFound
    return found


def regular(series_id: int) -> EventSeries:
    found = get(series_id)
    if found.cycle:
        raise NotFound
    return found


def where_is(series_id: int, **_: Any) -> Where:
    """Its territory, and the project all its meetings are held for: whoever leads it may change them."""
    held = sa.select(Event.project_id).where(Event.series_id == series_id).distinct()
    projects = list(db.session.scalars(held))
    shared = {f"project:{number}" for number in projects if number and len(projects) == 1}
    return Where(frozenset({get(series_id).territory_id}), frozenset(shared))


def opened_by(viewer: Account | None, may: Permission) -> sa.ColumnElement[bool]:
    """The condition of a list: the series :func:`where_is` lets this viewer reach."""
    held = access.visible_to(viewer, may, EventSeries.territory_id)
    alone = access.subjects_with(viewer, may, "project")
    if not alone:
        return held
    one = sa.and_(sa.func.count() == sa.func.count(Event.project_id), sa.func.max(Event.project_id).in_(alone))
    shared = sa.select(Event.series_id).where(Event.series_id.is_not(None)).group_by(Event.series_id)
    shared = shared.having(sa.and_(one, sa.func.min(Event.project_id) == sa.func.max(Event.project_id)))
    return sa.or_(held, EventSeries.id.in_(shared))


def of_event(event_id: int) -> tuple[Event, EventSeries]:
    """A date of a regular meeting, with its series. Raises :class:`NotFound` for an event of none."""
    event = events.get(event_id)
    if event.series is None or event.series.cycle:
        raise NotFound
    return event, event.series


def members(series_id: int, *, viewer: Account | None = None, may: Permission | None = None) -> Sequence[Event]:
    """All its meetings in their order; ``may``: only those the viewer has this right on."""
    statement = sa.select(Event).where(Event.series_id == series_id).options(*events.LISTED)
    if may:
        statement = statement.where(events.reached_by(viewer, may))
    return db.session.scalars(statement.order_by(Event.starts_at, Event.id)).unique().all()


def reached(viewer: Account | None, may: Permission, *series_ids: int) -> set[int]:
    """The meetings of these series the viewer has this right on: one statement for a whole page. A right on the series
    is none on a meeting that was given to another territory."""
    statement = sa.select(Event.id).where(Event.series_id.in_(series_ids), events.reached_by(viewer, may))
    return set(db.session.scalars(statement))


def how_many(series_id: int) -> int:
    """Its meetings, whoever runs them now."""
    return db.session.scalar(sa.select(sa.func.count()).where(Event.series_id == series_id)) or 0


def coming_after(event: Event, most: int = 6) -> Sequence[Event]:
    """The next dates that the public of this one may see: independent of the hour it is, so that a kept page stays
    true. Whether one may still register for them is read with it: a minute late at most."""
    statement = (
        sa.select(Event)
        .where(Event.series_id == event.series_id, Event.id != event.id, Event.starts_at > event.starts_at)
        .where(Event.status == event_rules.PUBLISHED, Event.audience == event.audience)
    )
    ordered = statement.order_by(Event.starts_at, Event.id).limit(most).options(joinedload(Event.kind))
    return db.session.scalars(ordered).all()


def model_of(series: EventSeries, viewer: Account | None) -> tuple[Event | None, date | None]:
    """The meeting the next ones are made like, the last that nobody changed by hand; and the last day of the rule,
    be its meeting taken out since. A meeting that was given to another territory is no model for who holds the rest."""
    found = members(series.id)
    theirs = {event.id for event in members(series.id, viewer=viewer, may=Permission.EVENT_CREATE)}
    standing = [event for event in found if event.status != event_rules.CANCELLED and event.id in theirs]
    plain = [event for event in standing if not event.detached]
    days = [event.planned_on for event in found if event.planned_on]
    days += [date.fromisoformat(day) for day, _position in (series.rule or {}).get("out", {}).values() if day]
    return next(iter(reversed(plain or standing)), None), max(days, default=None)


def taken_out(series: EventSeries, viewer: Account | None) -> Sequence[Event]:
    """The exceptions that may be put back, those the viewer may not read left out."""
    numbers = [int(number) for number in (series.rule or {}).get("out", {})]
    statement = sa.select(Event).where(Event.id.in_(numbers), Event.series_id.is_(None))
    statement = statement.where(events.reached_by(viewer, Permission.EVENT_READ))
    return db.session.scalars(statement.order_by(Event.starts_at, Event.id).options(*events.LISTED)).unique().all()


# --- Dates that might be -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A date a rule gives. ``problem``: why no meeting can be made there; ``warnings`` refuse nothing."""

    day: date
    spans: tuple[Span, ...]
    problem: str
    warnings: list[str]
    holiday: bool = False  # public


def candidates(event: Event, days: Iterable[date], now: datetime) -> list[Candidate]:
    """Meetings like ``event`` on other days, each with what one should know of it."""
    days = list(days)
    busy = _busy(event, days)
    department, form = department_of(event), rules.shape(events.description_of(event).half_days, event.zone)
    found = []
    for day in days:
        spans, problem = _placed(form, day, event, now)
        warnings = [*rules_holidays.warnings(day, department), *busy.get(day, ())]
        holiday = rules_holidays.public_holiday(day, department) is not None
        found.append(Candidate(day, spans, problem, [words[:1].upper() + words[1:] for words in warnings], holiday))
    return found


def _placed(form: Shape, day: date, event: Event, now: datetime) -> tuple[tuple[Span, ...], str]:
    try:
        spans = rules.placed(form, day, event.zone)
    except Refused as refused:
        return (), str(refused.message)
    return spans, _("This date is past.") if spans[0].starts_at <= now else ""


def _busy(event: Event, days: list[date]) -> dict[date, list[str]]:
    """What else is held for the same territory on these days."""
    if not days:
        return {}
    first = clock.nearest_local(min(days), time.min, event.zone)
    last = clock.nearest_local(max(days) + timedelta(days=1), time.min, event.zone)
    rows = db.session.execute(
        sa.select(Event.title, Event.starts_at)
        .where(Event.territory_id == event.territory_id, Event.status == event_rules.PUBLISHED)
        .where(Event.starts_at >= first, Event.starts_at < last)
        .order_by(Event.starts_at, Event.id)
    )
    found: dict[date, list[str]] = {}
    for title, starts_at in rows:
        words = _("The same day: %(title)s", title=title)
        found.setdefault(clock.local_date(starts_at, event.zone), []).append(words)
    return found


def department_of(event: Event) -> str:
    """Where people meet, for its holidays: the venue's, else the one it is held for."""
    if event.commune:
        return department_of_commune(event.commune.code)
    return event.territory.code if event.territory.kind == "department" else ""


def warnings_of(event: Event) -> list[str]:
    """What to know of the days of one event, each day once."""
    department = department_of(event)
    days = sorted({clock.local_date(half_day.starts_at, event.zone) for half_day in event.held_half_days})
    return [
        _("%(day)s: %(warning)s", day=formats.date_day(day), warning=words)
        for day in days
        for words in rules_holidays.sure_warnings(day, department)
    ]
