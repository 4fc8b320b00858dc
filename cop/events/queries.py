"""Reading events: one by one, for the public agenda and for those who run them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core.access import Permission, Where
from cop.core.db import db
from cop.core.errors import NotFound
from cop.events import rules
from cop.events.models import Event, EventKind, Theme
from cop.events.rules import Description, Span
from cop.territories.models import Territory, TerritoryPart

# All that a line of a list shows, in a fixed number of statements.
LISTED = (
    joinedload(Event.kind),
    joinedload(Event.commune),
    joinedload(Event.territory),
    selectinload(Event.half_days),
)
WHOLE = (*LISTED, joinedload(Event.organiser), selectinload(Event.themes))
# The page everybody opens: one statement. A few half-days times a few themes make a few rows.
SHOWN = (joinedload(Event.kind), joinedload(Event.commune), joinedload(Event.half_days), joinedload(Event.themes))

_BY_SLUG: Final = sa.select(Event).where(Event.slug == sa.bindparam("slug")).options(*SHOWN)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader of the agenda asked for; each is a code, or nothing."""

    territory: str = ""
    kind: str = ""
    mode: str = ""

    @property
    def any(self) -> bool:
        return bool(self.territory or self.kind or self.mode)


NO_FILTER: Final = Filters()


def get(event_id: int) -> Event:
    event: Event | None = db.session.scalar(sa.select(Event).where(Event.id == event_id).options(*WHOLE))
    if event is None:
        raise NotFound
    return event


def by_slug(slug: str) -> Event:
    event: Event | None = db.session.scalars(_BY_SLUG, {"slug": slug}).unique().one_or_none()
    if event is None:
        raise NotFound
    return event


def public_by_slug(slug: str) -> Event:
    """A draft does not exist for the public."""
    event = by_slug(slug)
    if event.status == rules.DRAFT:
        raise NotFound
    return event


def where_is(event_id: int, **_: Any) -> Where:
    """What the event belongs to: a right on its territory, on its project, or on this event alone, reaches it."""
    found = db.session.execute(sa.select(Event.territory_id, Event.project_id).where(Event.id == event_id)).first()
    if found is None:
        raise NotFound
    project = {f"project:{found.project_id}"} if found.project_id else set()
    return Where(frozenset({found.territory_id}), frozenset({f"event:{event_id}", *project}))


def reached_by(viewer: Account | None, permission: Permission) -> sa.ColumnElement[bool]:
    """The condition of a list: the events :func:`where_is` lets this viewer reach."""
    found = [access.visible_to(viewer, permission, Event.territory_id)]
    for kind, column in (("event", Event.id), ("project", Event.project_id)):
        alone = access.subjects_with(viewer, permission, kind)
        found += [column.in_(alone)] if alone else []
    return sa.or_(*found)


def slugs_like(base: str, *, but: int | None) -> set[str]:
    statement = sa.select(Event.slug).where(Event.slug.startswith(base, autoescape=True))
    if but is not None:
        statement = statement.where(Event.id != but)
    return set(db.session.scalars(statement))


def made_since(
    since: datetime, kind_id: int, organiser_id: int | None, title: str, starts_at: datetime
) -> Event | None:
    statement = sa.select(Event).where(
        Event.created_at > since,
        Event.kind_id == kind_id,
        Event.organiser_id.is_not_distinct_from(organiser_id),
        Event.title == title,
        Event.starts_at == starts_at,
        Event.status != rules.CANCELLED,
    )
    found: Event | None = db.session.scalar(statement.order_by(Event.id).limit(1))
    return found


def description_of(event: Event) -> Description:
    return Description(
        title=event.title,
        half_days=tuple(Span(half.starts_at, half.ends_at, half.id) for half in event.half_days),
        territory_id=event.territory_id,
        project_id=event.project_id,
        community_id=event.community_id,
        mode=event.mode,
        commune_id=event.commune_id,
        venue_name=event.venue_name,
        venue_address=event.venue_address,
        online_url=event.online_url,
        capacity=event.capacity,
        summary=event.summary,
        programme=event.programme,
        speakers=event.speakers,
        audience=event.audience,
        key_event=event.key_event,
        time_zone=event.time_zone,
        theme_ids=frozenset(theme.id for theme in event.themes),
    )


# --- The agenda -----------------------------------------------------------------------------------


def _listed_publicly() -> sa.ColumnElement[bool]:
    return sa.and_(Event.status != rules.DRAFT, Event.audience == "public")


def _filtered(statement: sa.Select[Any], filters: Filters) -> sa.Select[Any]:
    if filters.kind:
        statement = statement.join(Event.kind).where(EventKind.code == filters.kind)
    if filters.mode == "online":
        statement = statement.where(Event.mode.in_(("online", "hybrid")))
    elif filters.mode == "onsite":
        statement = statement.where(Event.mode.in_(("onsite", "hybrid")))
    if filters.territory:
        statement = statement.where(_inside(filters.territory))
    return statement


def _inside(code: str) -> sa.ColumnElement[bool]:
    """Held by that département, or meeting in it: a regional seminar in Laval is news in Mayenne."""
    parts = (
        sa.select(TerritoryPart.descendant_id)
        .join(Territory, Territory.id == TerritoryPart.ancestor_id)
        .where(Territory.kind == "department", Territory.code == code)
    )
    return sa.or_(Event.territory_id.in_(parts), Event.commune_id.in_(parts))


def upcoming(now: datetime, filters: Filters = NO_FILTER, limit: int | None = None) -> Sequence[Event]:
    """Public events that are not over, soonest first; the cancelled ones too, so that nobody comes for nothing."""
    statement = sa.select(Event).where(_listed_publicly(), Event.ends_at > now)
    statement = _filtered(statement, filters).order_by(Event.starts_at, Event.id).options(*LISTED)
    return db.session.scalars(statement.limit(limit)).unique().all()


def past(now: datetime, filters: Filters, page: int, per_page: int = 30) -> Any:
    """Public events that took place, latest first."""
    statement = sa.select(Event).where(_listed_publicly(), Event.status == rules.PUBLISHED, Event.ends_at <= now)
    statement = _filtered(statement, filters).order_by(Event.starts_at.desc(), Event.id).options(*LISTED)
    return db.paginate(statement, page=page, per_page=per_page, error_out=False)


@dataclass(frozen=True, slots=True)
class Meetings:
    """What a community meets for: next, soonest first; past, latest first."""

    coming: Sequence[Event]
    past: Sequence[Event]


def meetings(community_id: int, now: datetime, *, member: bool, most: int = 20) -> Meetings:
    """The meetings of a community; a member sees those held for members too."""
    shown = ("public", "members") if member else ("public",)
    held = sa.select(Event).where(
        Event.community_id == community_id, Event.status != rules.DRAFT, Event.audience.in_(shown)
    )
    coming = held.where(Event.ends_at > now).order_by(Event.starts_at, Event.id)
    past = held.where(Event.ends_at <= now, Event.status == rules.PUBLISHED).order_by(Event.starts_at.desc(), Event.id)
    found = [db.session.scalars(one.options(*LISTED).limit(most)).unique().all() for one in (coming, past)]
    return Meetings(*found)


def departments() -> Sequence[Territory]:
    """Those a reader may choose from: where something is or was held."""
    held = sa.select(TerritoryPart.ancestor_id).where(
        sa.or_(
            TerritoryPart.descendant_id.in_(sa.select(Event.territory_id).where(_listed_publicly())),
            TerritoryPart.descendant_id.in_(sa.select(Event.commune_id).where(_listed_publicly())),
        )
    )
    statement = sa.select(Territory).where(Territory.kind == "department", Territory.id.in_(held))
    return db.session.scalars(statement.order_by(Territory.name)).all()


def coming_by_department(now: datetime) -> list[tuple[Territory, int]]:
    """How many public events are to come in each département, those without any left out."""
    statement = (
        sa.select(Territory, sa.func.count(sa.distinct(Event.id)))
        .join(TerritoryPart, TerritoryPart.ancestor_id == Territory.id)
        .join(
            Event,
            sa.or_(Event.commune_id == TerritoryPart.descendant_id, Event.territory_id == TerritoryPart.descendant_id),
        )
        .where(Territory.kind == "department", _listed_publicly(), Event.status == rules.PUBLISHED)
        .where(Event.ends_at > now)
        .group_by(Territory.id)
        .order_by(Territory.name)
    )
    return [(territory, count) for territory, count in db.session.execute(statement)]


# --- Kinds and themes -----------------------------------------------------------------------------


def kinds() -> Sequence[EventKind]:
    statement = sa.select(EventKind).where(EventKind.archived.is_(False))
    return db.session.scalars(statement.order_by(EventKind.position, EventKind.id)).all()


def kind(code: str) -> EventKind:
    statement = sa.select(EventKind).where(EventKind.code == code, EventKind.archived.is_(False))
    found: EventKind | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def themes() -> Sequence[Theme]:
    return db.session.scalars(sa.select(Theme).order_by(Theme.position, Theme.id)).all()


def territory_name(territory_id: int) -> str:
    return db.session.scalar(sa.select(Territory.name).where(Territory.id == territory_id)) or ""
