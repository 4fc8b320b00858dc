"""Who is asked to an event, and the personal link they come by."""

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.core import links, tokens
from cop.core.db import db
from cop.core.errors import NotFound
from cop.core.i18n import _
from cop.core.timeline import Moment
from cop.invitations.models_guests import Guest
from cop.people.models import Person

PURPOSE: Final = "guest"


def is_guest(event_id: int, person_id: int) -> bool:
    """Whether the person was asked, whatever they answered: who declined may change their mind."""
    return find(event_id, person_id) is not None


def find(event_id: int, person_id: int) -> Guest | None:
    statement = sa.select(Guest).where(Guest.event_id == event_id, Guest.person_id == person_id)
    found: Guest | None = db.session.scalar(statement.options(joinedload(Guest.event), joinedload(Guest.person)))
    return found


def token_of(event_id: int, person_id: int) -> str:
    """It stays: the event may be put off. Whoever is taken off the list has a link that opens nothing."""
    return tokens.sign(PURPOSE, f"{event_id}:{person_id}")


def guest_link(event_id: int, person_id: int) -> str:
    """The address in the mail, ``/invite/<token>``: it leads to the event's page with the form ready."""
    return links.absolute_url("invitations.invited", guest_token=token_of(event_id, person_id))


def by_token(token: str) -> Guest:
    """The guest a personal link speaks for. A merged record answers by the one it is in.

    Raises :class:`NotFound` for a wrong link, or for somebody who is no guest any more.
    """
    try:
        event_id, person_id = (int(part) for part in tokens.read(PURPOSE, token).split(":"))
    except (tokens.BadToken, ValueError):
        raise NotFound from None
    while (guest := find(event_id, person_id)) is None:
        merged_into = db.session.scalar(sa.select(Person.merged_into_id).where(Person.id == person_id))
        if merged_into is None:
            raise NotFound
        person_id = merged_into
    return guest


def moments(person_id: int) -> list[Moment]:
    """What the person was asked to come to, and what became of it, told on their page."""
    statement = sa.select(Guest).where(Guest.person_id == person_id).options(joinedload(Guest.event))
    return [moment for row in db.session.scalars(statement) for moment in _of(row)]


def _of(row: Guest) -> Iterator[Moment]:
    title = row.event.title
    if row.asked_at:
        yield Moment(row.asked_at, "guest", _("Was asked to come to “%(title)s”.", title=title))
    if row.opened_at:
        yield Moment(row.opened_at, "guest", _("The page of “%(title)s” was opened by their link.", title=title))
    if row.declined_at:
        yield Moment(row.declined_at, "guest", _("Said that they cannot come to “%(title)s”.", title=title))
