"""Reading who runs an event and with whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.accounts.models import Account, Grant
from cop.core import clock
from cop.core.db import db
from cop.core.errors import NotFound
from cop.core.i18n import _
from cop.core.timeline import Moment
from cop.events import rules
from cop.events.models import Event
from cop.events.models_team import EventMember, EventPartner
from cop.events.rules_team import ANNOUNCED, PARTS, Part, Role

_ROLES: Final = sa.case({role.value: rank for rank, role in enumerate(Role)}, value=EventMember.role)
_PARTS: Final = sa.case({part.value: rank for rank, part in enumerate(Part)}, value=EventPartner.role)


@dataclass(frozen=True, slots=True)
class Team:
    """``announced``: what they do, and who; ``together``: a part, and the organisations that have it."""

    co_organisers: Sequence[EventMember]
    named: Sequence[EventMember]
    partners: Sequence[EventPartner]

    @property
    def announced(self) -> list[tuple[Any, EventMember]]:
        return [(ANNOUNCED[Role(row.role)], row) for row in self.named]

    @property
    def together(self) -> list[tuple[Any, list[EventPartner]]]:
        found = [(words, [row for row in self.partners if row.role == part]) for part, words in PARTS.items()]
        return [(words, rows) for words, rows in found if rows]


def team(event_id: int) -> Team:
    members = db.session.scalars(
        sa.select(EventMember)
        .where(EventMember.event_id == event_id)
        .order_by(_ROLES, EventMember.id)
        .options(joinedload(EventMember.account))
    ).all()
    partners = db.session.scalars(
        sa.select(EventPartner)
        .where(EventPartner.event_id == event_id)
        .order_by(_PARTS, EventPartner.id)
        .options(joinedload(EventPartner.organisation))
    ).all()
    return Team(
        [row for row in members if row.role == Role.CO_ORGANISER],
        [row for row in members if row.role != Role.CO_ORGANISER],
        partners,
    )


def member(event_id: int, member_id: int) -> EventMember:
    found: EventMember | None = db.session.scalar(
        sa.select(EventMember).where(EventMember.id == member_id, EventMember.event_id == event_id)
    )
    if found is None:
        raise NotFound
    return found


def partner(event_id: int, partner_id: int) -> EventPartner:
    found: EventPartner | None = db.session.scalar(
        sa.select(EventPartner).where(EventPartner.id == partner_id, EventPartner.event_id == event_id)
    )
    if found is None:
        raise NotFound
    return found


def count_members(event_id: int) -> int:
    statement = sa.select(sa.func.count()).select_from(EventMember).where(EventMember.event_id == event_id)
    return db.session.scalar(statement) or 0


def who_may_help(event: Event) -> Sequence[Account]:
    """Accounts of the organisation's own, by name: those that have a role today, but for who runs the event already."""
    today = clock.today()
    staff = sa.select(Grant.account_id).where(
        Grant.starts_on <= today, sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today), Grant.subject == ""
    )
    there = sa.select(EventMember.account_id).where(
        EventMember.event_id == event.id, EventMember.account_id.is_not(None)
    )
    statement = sa.select(Account).where(
        Account.active, Account.id.in_(staff), Account.id.not_in(there), Account.id.is_distinct_from(event.organiser_id)
    )
    return db.session.scalars(statement.order_by(sa.func.lower(Account.name), Account.id)).all()


def moments(person_id: int) -> list[Moment]:
    """Where somebody led, trained or spoke, for their page."""
    statement = (
        sa.select(EventMember.role, Event.title, Event.starts_at, Event.slug)
        .join(Event, Event.id == EventMember.event_id)
        .where(EventMember.person_id == person_id, Event.status == rules.PUBLISHED)
    )
    return [
        Moment(
            row.starts_at,
            "event",
            _("%(role)s at “%(title)s”.", role=ANNOUNCED[Role(row.role)], title=row.title),
            "registrations.event_page",
            (("slug", row.slug),),
        )
        for row in db.session.execute(statement)
    ]
