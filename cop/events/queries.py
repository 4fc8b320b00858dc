"""Reading events: one by one, and what those who run them choose from."""

from collections.abc import Sequence
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
from cop.territories.models import Territory

# All that a line of a list shows, in a fixed number of statements.
LISTED = (
    joinedload(Event.kind),
    joinedload(Event.commune),
    joinedload(Event.territory),
    joinedload(Event.series),
    selectinload(Event.half_days),
)
WHOLE = (*LISTED, joinedload(Event.organiser), selectinload(Event.themes))
# The page everybody opens: one statement. A few half-days times a few themes make a few rows.
SHOWN = (joinedload(Event.kind), joinedload(Event.commune), joinedload(Event.half_days), joinedload(Event.themes))

_BY_SLUG: Final = sa.select(Event).where(Event.slug == sa.bindparam("slug")).options(*SHOWN)


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
    """What is not published does not exist for the public."""
    event = by_slug(slug)
    if not rules.is_announced(event.status, event.published_at):
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
        Event.status.in_((*rules.UNPUBLISHED, rules.PUBLISHED)),
    )
    found: Event | None = db.session.scalar(statement.order_by(Event.id).limit(1))
    return found


def description_of(event: Event) -> Description:
    return Description(
        title=event.title,
        half_days=tuple(Span(half.starts_at, half.ends_at, half.id) for half in event.held_half_days),
        territory_id=event.territory_id,
        project_id=event.project_id,
        community_id=event.community_id,
        carpool=event.carpool,
        mode=event.mode,
        commune_id=event.commune_id,
        venue_name=event.venue_name,
        venue_address=event.venue_address,
        venue_access=event.venue_access,
        online_url=event.online_url,
        outside_url=event.outside_url,
        capacity=event.capacity,
        online_capacity=event.online_capacity,
        summary=event.summary,
        programme=event.programme,
        objectives=event.objectives,
        speakers=event.speakers,
        audience=event.audience,
        key_event=event.key_event,
        time_zone=event.time_zone,
        theme_ids=frozenset(theme.id for theme in event.themes),
    )


# --- Kinds and themes -----------------------------------------------------------------------------


def kinds() -> Sequence[EventKind]:
    statement = sa.select(EventKind).where(EventKind.archived.is_(False))
    return db.session.scalars(statement.order_by(EventKind.position, EventKind.id)).all()


def kind(code: str, *, archived: bool = False) -> EventKind:
    """``archived``: one that is no longer proposed is found too."""
    statement = sa.select(EventKind).where(EventKind.code == code)
    if not archived:
        statement = statement.where(EventKind.archived.is_(False))
    found: EventKind | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def themes() -> Sequence[Theme]:
    return db.session.scalars(sa.select(Theme).order_by(Theme.position, Theme.id)).all()


def territory_name(territory_id: int) -> str:
    return db.session.scalar(sa.select(Territory.name).where(Territory.id == territory_id)) or ""
