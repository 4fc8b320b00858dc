"""The people list: who answers a question, one page of them, and the segments that keep such questions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_sqlalchemy.pagination import SelectPagination
from sqlalchemy.orm import joinedload, selectinload

from cop.accounts import access
from cop.accounts.models import Account
from cop.attendance.models import Attendance
from cop.attendance.rules import State
from cop.core import clock
from cop.core.access import Permission
from cop.core.db import db
from cop.core.errors import NotFound
from cop.events.models import HalfDay
from cop.network import queries_filters, queries_scope
from cop.network.models import Segment
from cop.network.rules_filter import Filter, of_query
from cop.people.models import Person, PracticeSite
from cop.territories.models import Territory

PER_PAGE: Final = 50
_SHOWN: Final = joinedload(Person.profession), selectinload(Person.sites).joinedload(PracticeSite.commune)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


def people(asked: Filter, viewer: Account, today: date | None = None) -> sa.Select[Any]:
    """The numbers of the people who answer, among those the reader may see."""
    day = today or clock.today()
    statement = sa.select(Person.id).where(queries_scope.visible_to(viewer))
    if own := shown_first(asked, viewer):
        statement = statement.where(queries_scope.practises_in([one.id for one in own], asked.on(day)))
    return statement.where(*queries_filters.conditions(asked, day))


def shown_first(asked: Filter, viewer: Account) -> list[Territory]:
    """Where the reader works, when the question names no place: the rest is on demand."""
    return [] if asked.territoire else queries_scope.own_territories(viewer)


class Page(SelectPagination):
    """A page whose people are counted without what puts them in order, which costs more than the counting."""

    def _query_count(self) -> int:
        counted = sa.select(sa.func.count()).select_from(self._query_args["counted"].subquery())
        return db.session.scalar(counted) or 0


def page(asked: Filter, viewer: Account, number: int) -> Page:
    """One page of the list, with what its usual columns say."""
    found = people(asked, viewer)
    statement = _ordered(found.with_only_columns(Person), asked.tri).options(*_SHOWN)
    return Page(
        page=number,
        per_page=PER_PAGE,
        max_per_page=PER_PAGE,
        error_out=False,
        select=statement,
        session=db.session(),
        counted=found,
    )


def everybody(asked: Filter, viewer: Account) -> Sequence[Person]:
    """All of them, for a file."""
    statement = _ordered(people(asked, viewer).with_only_columns(Person), asked.tri)
    return db.session.scalars(statement.options(*_SHOWN)).all()


def family_first() -> sa.ColumnElement[str]:
    """The order of a list of names, accents and capitals aside, made of what is kept for searching: « annelise le
    goff » without its first word. A given name of several words is left to the name as it is written."""
    family = sa.func.ltrim(Person.search_name, _LETTERS)
    return sa.case(
        (Person.given_name == "", " " + Person.search_name),
        (Person.given_name.contains(" "), " " + sa.func.lower(Person.family_name)),
        else_=family,
    )


def _ordered(statement: sa.Select[Any], sort: str) -> sa.Select[Any]:
    by_name = (family_first(), Person.search_name, Person.id)
    if sort == "depuis":
        return statement.order_by(Person.created_at.desc(), *by_name)
    if sort in {"vu", "pas-vu"}:
        last = last_seen().subquery()
        statement = statement.outerjoin(last, last.c.person_id == Person.id)
        order = last.c.seen_at.desc().nulls_last() if sort == "vu" else last.c.seen_at.asc().nulls_last()
        return statement.order_by(order, *by_name)
    return statement.order_by(*by_name)


def last_seen(person_ids: Sequence[int] | None = None) -> sa.Select[int, datetime, int]:
    """When each was last present, and at how many half-days."""
    statement = (
        sa.select(
            Attendance.person_id,
            sa.func.max(HalfDay.starts_at, type_=HalfDay.starts_at.type).label("seen_at"),
            sa.func.count(sa.distinct(HalfDay.event_id)).label("events"),
        )
        .join(HalfDay, HalfDay.id == Attendance.half_day_id)
        .where(Attendance.state == State.PRESENT)
        .group_by(Attendance.person_id)
    )
    return statement if person_ids is None else statement.where(Attendance.person_id.in_(person_ids))


# --- Segments ---------------------------------------------------------------------------------------


def segments(viewer: Account) -> Sequence[Segment]:
    """One's own, and those colleagues share."""
    mine = sa.or_(Segment.owner_id == viewer.id, Segment.shared)
    statement = sa.select(Segment).where(Segment.deleted_at.is_(None), mine).options(joinedload(Segment.owner))
    return db.session.scalars(statement.order_by(sa.func.lower(Segment.name), Segment.id)).all()


def segment(viewer: Account, segment_id: int) -> Segment:
    """Raises :class:`NotFound`, also for a colleague's own one. A deleted one may be put back by its owner."""
    found = db.session.get(Segment, segment_id)
    if found is None or not (found.owner_id == viewer.id or (found.shared and found.deleted_at is None)):
        raise NotFound
    return found


def may_change(viewer: Account, one: Segment) -> bool:
    """Its owner; a shared one without owner any more is everybody's who sees everybody."""
    return one.owner_id == viewer.id or (one.owner_id is None and access.can_everywhere(viewer, Permission.PERSON_READ))


def changeable(viewer: Account, segment_id: int) -> Segment:
    found = segment(viewer, segment_id)
    if not may_change(viewer, found):
        raise NotFound
    return found


def segment_people(one: Segment, viewer: Account) -> sa.Select[Any]:
    """The numbers of those who are in the segment today, among those ``viewer`` may see."""
    return people(of_query(one.query), viewer)
