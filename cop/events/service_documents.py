"""Joining files and links to an event, and taking them away."""

from datetime import datetime

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import queries_documents, rules, rules_documents, rules_pictures
from cop.events.models import Event
from cop.events.models_documents import EventDocument, EventLink
from cop.events.rules_documents import SeenBy


def join_file(
    event: Event, given_name: str, content: bytes, title: str, seen_by: SeenBy, *, actor: Actor, now: datetime
) -> EventDocument:
    """Keep the file. Its kind is read in its content, and so is the ending of the name it is given back under. A
    picture loses the place where it was taken, and whatever else it says of itself."""
    rules_documents.check_room(queries_documents.count(event.id), "file")
    kind = rules_documents.kind_of(content)
    content = rules_pictures.bare(content, kind.media_type)
    made = EventDocument(
        event_id=event.id,
        title=title or rules_documents.title_of(given_name) or "document",
        file_name=rules_documents.file_name(given_name, kind),
        media_type=kind.media_type,
        size=len(content),
        content=content,
        seen_by=seen_by.value,
        added_at=now,
        added_by_id=actor.account_id,
    )
    db.session.add(made)
    _note(event, "event.document_added", actor, now)
    return made


def join_link(event: Event, title: str, url: str, seen_by: SeenBy, *, actor: Actor, now: datetime) -> EventLink:
    rules_documents.check_room(queries_documents.count(event.id), "url")
    rules.check_one_line(title, "link_title")
    rules.check_one_line(url, "url")
    if not rules.is_link(url):
        raise Refused(_l("A complete address, which begins with https://"), "url")
    made = EventLink(event_id=event.id, title=title or url, url=url, seen_by=seen_by.value, added_at=now)
    db.session.add(made)
    _note(event, "event.link_added", actor, now)
    return made


def take_away(event: Event, joined: EventDocument | EventLink, *, actor: Actor, now: datetime) -> None:
    db.session.delete(joined)
    _note(event, "event.document_removed", actor, now)


def _note(event: Event, action: str, actor: Actor, now: datetime) -> None:
    """The page kept ready shows the list: it is made anew."""
    event.changed_at = now
    activity.record(actor, action, event)
    db.session.flush()
