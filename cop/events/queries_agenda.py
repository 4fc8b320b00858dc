"""The public agenda: what is to come, what was, a month, and what its readers may choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cop.core import clock
from cop.core.db import db
from cop.core.i18n import label
from cop.events import queries, rules, rules_agenda
from cop.events.models import Event, EventKind, HalfDay, Theme, event_theme
from cop.events.models_series import EventSeries
from cop.events.queries import LISTED
from cop.events.rules_agenda import NO_FILTER, Filters
from cop.people.rules import search_name
from cop.territories.models import Territory, TerritoryKind, TerritoryPart

PER_PAGE: Final = 40


def listed_publicly() -> sa.ColumnElement[bool]:
    return sa.and_(announced(), Event.audience == "public")


def announced() -> sa.ColumnElement[bool]:
    """The same as ``rules.is_announced``."""
    given_up = sa.and_(Event.status == rules.CANCELLED, Event.published_at.is_(None))
    return sa.and_(Event.status.in_(rules.VISIBLE), ~given_up)


def matching(statement: sa.Select[Any], filters: Filters, now: datetime) -> sa.Select[Any]:
    """The statement about events, narrowed to what the reader asked for."""
    if filters.kind:
        statement = statement.where(Event.kind_id.in_(sa.select(EventKind.id).where(EventKind.code == filters.kind)))
    if filters.theme:
        wanted = sa.select(Theme.id).where(Theme.code == filters.theme)
        statement = statement.where(_about(wanted))
    if filters.mode:
        modes = {"online": ("online", "hybrid"), "onsite": ("onsite", "hybrid")}.get(filters.mode, ())
        statement = statement.where(Event.mode.in_(modes))
    if filters.territory:
        statement = statement.where(_inside(filters.territory))
    if filters.words:
        statement = statement.where(_saying(filters.words))
    return _at(statement, filters.hours, now) if filters.hours else statement


def _inside(code: str) -> sa.ColumnElement[bool]:
    """Held by that département, or meeting in it: a regional seminar in Laval is news in Mayenne."""
    parts = (
        sa.select(TerritoryPart.descendant_id)
        .join(Territory, Territory.id == TerritoryPart.ancestor_id)
        .where(Territory.kind == TerritoryKind.DEPARTMENT, Territory.code == code)
    )
    return sa.or_(Event.territory_id.in_(parts), Event.commune_id.in_(parts))


def _about(themes: Any) -> sa.ColumnElement[bool]:
    return Event.id.in_(sa.select(event_theme.c.event_id).where(event_theme.c.theme_id.in_(themes)))


def _saying(words: str) -> sa.ColumnElement[bool]:
    """Every word, wherever: title, presentation, speakers, commune, kind or theme; accents aside."""
    wanted = search_name(words).split()[: rules_agenda.MOST_WORDS]
    if not wanted:
        return sa.false()
    named = {EventKind: queries.kinds(), Theme: queries.themes()}
    found = []
    for word in wanted:
        towns = sa.select(Territory.id).where(
            Territory.kind == TerritoryKind.COMMUNE, Territory.search_name.contains(word, autoescape=True)
        )
        kinds, themes = ([row.id for row in rows if word in search_name(label(row))] for rows in named.values())
        ways = [Event.search_text.contains(word, autoescape=True), Event.commune_id.in_(towns)]
        ways += [Event.kind_id.in_(kinds)] if kinds else []
        ways += [_about(themes)] if themes else []
        found.append(sa.or_(*ways))
    return sa.and_(*found)


def _at(statement: sa.Select[Any], hours: str, now: datetime) -> sa.Select[Any]:
    if hours in rules_agenda.PERIODS:
        until = now + timedelta(days=rules_agenda.PERIODS[hours])
        return statement.where(Event.starts_at < until, Event.ends_at > now)
    if hours != rules_agenda.OUTSIDE_HOURS:
        return statement.where(sa.false())
    # What is an evening is read on the clock of the place, which no two databases tell alike.
    halves = statement.with_only_columns(HalfDay.event_id, HalfDay.starts_at, HalfDay.ends_at, Event.time_zone)
    halves = halves.join(HalfDay, HalfDay.event_id == Event.id).where(HalfDay.cancelled_at.is_(None))
    return statement.where(Event.id.in_({row.event_id for row in db.session.execute(halves) if _off_hours(row)}))


def _off_hours(half_day: Any) -> bool:
    zone = ZoneInfo(half_day.time_zone)
    return rules_agenda.outside_hours(clock.local(half_day.starts_at, zone), clock.local(half_day.ends_at, zone))


# --- The pages ------------------------------------------------------------------------------------


def _to_come(now: datetime, filters: Filters) -> sa.Select[Any]:
    statement = matching(sa.select(Event).where(listed_publicly(), Event.ends_at > now), filters, now)
    return statement.order_by(Event.starts_at, Event.id).options(*LISTED)


def upcoming(now: datetime, filters: Filters = NO_FILTER, limit: int | None = None) -> Sequence[Event]:
    """Public events that are not over, soonest first; the cancelled ones too, so that nobody comes for nothing."""
    return db.session.scalars(_to_come(now, filters).limit(limit)).unique().all()


def page_to_come(now: datetime, filters: Filters, page: int) -> Any:
    """The same, page by page."""
    return db.paginate(_to_come(now, filters), page=page, per_page=PER_PAGE, error_out=False)


def past(now: datetime, filters: Filters, page: int) -> Any:
    """Public events that took place, latest first."""
    took_place = sa.select(Event).where(listed_publicly(), Event.status == rules.PUBLISHED, Event.ends_at <= now)
    statement = matching(took_place, filters, now).order_by(Event.starts_at.desc(), Event.id).options(*LISTED)
    return db.paginate(statement, page=page, per_page=PER_PAGE, error_out=False)


def between(first: date, last: date, filters: Filters, now: datetime) -> Sequence[Event]:
    """Public events of these days. A day more on each side: the days of the overseas begin and end at other hours."""
    start, end = (clock.start_of_day(day) for day in (first - timedelta(days=1), last + timedelta(days=2)))
    within = sa.select(Event).where(listed_publicly(), Event.starts_at < end, Event.ends_at > start)
    held = within.where(sa.or_(Event.status == rules.PUBLISHED, Event.ends_at > now))
    statement = matching(held, filters, now).order_by(Event.starts_at, Event.id).options(*LISTED)
    return db.session.scalars(statement).unique().all()


def public_addresses(limit: int = 45_000) -> Sequence[Any]:
    """Slug and last change of what everybody may read, the latest first. Search engines take 50,000 in one file."""
    statement = sa.select(Event.slug, Event.changed_at).where(listed_publicly())
    return db.session.execute(statement.order_by(Event.starts_at.desc(), Event.id).limit(limit)).all()


def cycle_addresses() -> Sequence[tuple[str, datetime]]:
    """The same of the cycles everybody may register for, none of whose seminars is for few: those are told to none."""
    other, still_on = aliased(Event), aliased(Event)
    on = sa.exists().where(still_on.series_id == EventSeries.id, still_on.status != rules.CANCELLED)
    # Of a cycle that was called off whole, the cancelled ones are all there is.
    counted = sa.or_(other.status != rules.CANCELLED, ~on)
    for_few = sa.exists().where(other.series_id == EventSeries.id, other.audience != "public", counted)
    statement = (
        sa.select(EventSeries.slug, EventSeries.changed_at, sa.func.max(Event.changed_at))
        .join(Event, Event.series_id == EventSeries.id)
        .where(EventSeries.cycle, listed_publicly(), ~for_few)
        .group_by(EventSeries.id)
        .order_by(EventSeries.id)
    )
    return [(slug, max(own, theirs)) for slug, own, theirs in db.session.execute(statement) if slug]


@dataclass(frozen=True, slots=True)
class Meetings:
    """What a community meets for: next, soonest first; past, latest first."""

    coming: Sequence[Event]
    past: Sequence[Event]


def meetings(community_id: int, now: datetime, *, member: bool, most: int = 20) -> Meetings:
    """The meetings of a community; a member sees those held for members too."""
    shown = ("public", "members") if member else ("public",)
    held = sa.select(Event).where(Event.community_id == community_id, announced(), Event.audience.in_(shown))
    coming = held.where(Event.ends_at > now).order_by(Event.starts_at, Event.id)
    past = held.where(Event.ends_at <= now, Event.status == rules.PUBLISHED).order_by(Event.starts_at.desc(), Event.id)
    found = [db.session.scalars(one.options(*LISTED).limit(most)).unique().all() for one in (coming, past)]
    return Meetings(*found)


def departments() -> Sequence[Territory]:
    """Those a reader may choose from: where something is or was held."""
    held = sa.select(TerritoryPart.ancestor_id).where(
        sa.or_(
            TerritoryPart.descendant_id.in_(sa.select(Event.territory_id).where(listed_publicly())),
            TerritoryPart.descendant_id.in_(sa.select(Event.commune_id).where(listed_publicly())),
        )
    )
    statement = sa.select(Territory).where(Territory.kind == "department", Territory.id.in_(held))
    return db.session.scalars(statement.order_by(Territory.name)).all()


def themes_in_use() -> Sequence[Theme]:
    """Those of something announced or held."""
    used = sa.select(event_theme.c.theme_id).join(Event).where(listed_publicly())
    return db.session.scalars(sa.select(Theme).where(Theme.id.in_(used)).order_by(Theme.position, Theme.id)).all()


def coming_by_department(now: datetime) -> list[tuple[Territory, int]]:
    """How many public events are to come in each département, those without any left out."""
    statement = (
        sa.select(Territory, sa.func.count(sa.distinct(Event.id)))
        .join(TerritoryPart, TerritoryPart.ancestor_id == Territory.id)
        .join(
            Event,
            sa.or_(Event.commune_id == TerritoryPart.descendant_id, Event.territory_id == TerritoryPart.descendant_id),
        )
        .where(Territory.kind == "department", listed_publicly(), Event.status == rules.PUBLISHED)
        .where(Event.ends_at > now)
        .group_by(Territory.id)
        .order_by(Territory.name)
    )
    return [(territory, count) for territory, count in db.session.execute(statement)]
