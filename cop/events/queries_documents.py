"""Reading what is joined to an event, as far as the reader may see it."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from cop.core.db import db
from cop.core.errors import NotFound
from cop.events.models_documents import EventDocument, EventLink
from cop.events.rules_documents import SeenBy, shown_to


@dataclass(frozen=True, slots=True)
class Joined:
    documents: Sequence[EventDocument]
    links: Sequence[EventLink]

    def __bool__(self) -> bool:
        return bool(self.documents or self.links)


def joined(event_id: int, seen_by: Sequence[SeenBy] = tuple(SeenBy)) -> Joined:
    """What those may see whom ``seen_by`` names; the files themselves are not read."""
    documents = sa.select(EventDocument).where(EventDocument.event_id == event_id, EventDocument.seen_by.in_(seen_by))
    links = sa.select(EventLink).where(EventLink.event_id == event_id, EventLink.seen_by.in_(seen_by))
    return Joined(
        db.session.scalars(documents.order_by(EventDocument.title, EventDocument.id)).all(),
        db.session.scalars(links.order_by(EventLink.title, EventLink.id)).all(),
    )


def document(event_id: int, document_id: int, *, registered: bool = False, staff: bool = False) -> EventDocument:
    """With its content. What the reader may not see does not exist for them."""
    statement = sa.select(EventDocument).where(EventDocument.id == document_id, EventDocument.event_id == event_id)
    found: EventDocument | None = db.session.scalar(statement.options(undefer(EventDocument.content)))
    if found is None or not shown_to(found.seen_by, registered=registered, staff=staff):
        raise NotFound
    return found


def link(event_id: int, link_id: int) -> EventLink:
    found: EventLink | None = db.session.scalar(
        sa.select(EventLink).where(EventLink.id == link_id, EventLink.event_id == event_id)
    )
    if found is None:
        raise NotFound
    return found


def count(event_id: int) -> int:
    found = (
        sa.select(sa.func.count()).select_from(table).where(table.event_id == event_id).scalar_subquery()
        for table in (EventDocument, EventLink)
    )
    return db.session.scalar(sa.select(sum(found, sa.literal(0)))) or 0
