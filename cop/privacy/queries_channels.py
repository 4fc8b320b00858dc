"""By which ways people do not want to be reached, and the requests still to be answered."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import joinedload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core.access import Permission
from cop.core.db import db
from cop.core.errors import NotFound
from cop.mail import queries_opposition as oppositions
from cop.people.models import Person, PracticeSite
from cop.privacy.models import PrivacyRequest, Refusal

PER_PAGE = 50


def refused(person: Person) -> set[str]:
    """The channels this person refuses (``rules.Channel``)."""
    others = db.session.scalars(sa.select(Refusal.channel).filter_by(person_id=person.id))
    return oppositions.refused_by(person.id, person.email) | set(others)


def requests_of(person_id: int) -> Sequence[PrivacyRequest]:
    statement = sa.select(PrivacyRequest).filter_by(person_id=person_id)
    return db.session.scalars(statement.order_by(PrivacyRequest.received_on.desc(), PrivacyRequest.id.desc())).all()


def request_of(person_id: int, request_id: int) -> PrivacyRequest:
    """Raises :class:`NotFound`."""
    statement = sa.select(PrivacyRequest).filter_by(person_id=person_id, id=request_id)
    found: PrivacyRequest | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def open_requests(viewer: Account, page: int) -> Pagination:
    """Those to be answered, the oldest first, about people the viewer answers for."""
    statement = sa.select(PrivacyRequest).where(PrivacyRequest.answered_on.is_(None))
    if not access.can_everywhere(viewer, Permission.PERSON_ERASE):
        seen = access.visible_to(viewer, Permission.PERSON_ERASE, PracticeSite.commune_id)
        statement = statement.where(PrivacyRequest.person_id.in_(sa.select(PracticeSite.person_id).where(seen)))
    statement = statement.order_by(PrivacyRequest.received_on, PrivacyRequest.id)
    options = statement.options(joinedload(PrivacyRequest.person))
    return db.paginate(options, page=page, per_page=PER_PAGE, max_per_page=PER_PAGE, error_out=False)
