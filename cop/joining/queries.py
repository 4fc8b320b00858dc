"""Reading applications and charters."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core.access import Permission, Where
from cop.core.db import db
from cop.core.errors import NotFound
from cop.host import queries_retention as retention
from cop.joining import rules
from cop.joining.models import Application, Charter, Door
from cop.joining.rules import State
from cop.territories.models import Territory

_LATELY: Final = timedelta(days=30)
_MOST: Final = 200


def charter(kind: str) -> Charter | None:
    """The text in force; ``None`` before one was written."""
    statement = sa.select(Charter).where(Charter.kind == kind).order_by(Charter.version.desc())
    found: Charter | None = db.session.scalar(statement.limit(1))
    return found


def needs_approval(kind: str) -> bool:
    return bool(db.session.scalar(sa.select(Door.approval).where(Door.kind == kind)))


def get(application_id: int) -> Application:
    found = db.session.get(Application, application_id)
    if found is None:
        raise NotFound
    return found


def exists(application_id: int) -> bool:
    return db.session.scalar(sa.select(Application.id).where(Application.id == application_id)) is not None


def waiting_under(key: str) -> Application | None:
    """The one that waits, ours until the end of the transaction."""
    statement = sa.select(Application).where(Application.waiting_key == key).with_for_update()
    found: Application | None = db.session.scalar(statement.execution_options(populate_existing=True))
    return found


def _communes(application: Application) -> frozenset[int]:
    """Of what was typed or, once that is gone, of the person it became."""
    typed = rules.typed_from(application.typed).sites
    sites = application.person.sites if application.person and not typed else typed
    return frozenset(site.commune_id for site in sites)


def where_is(application_id: int, **_: Any) -> Where:
    """The communes of practice; without any, it is for who decides everywhere. Unconfirmed, it is for nobody."""
    application = get(application_id)
    if application.state == State.UNCONFIRMED:
        raise NotFound
    return Where(_communes(application))


def everywhere(**_: Any) -> Where:
    """What is the same for the whole organisation: for who has the right everywhere."""
    return Where()


def to_approve(viewer: Account | None) -> list[Application]:
    """Oldest first: somebody waits."""
    return _seen(viewer, Application.state == State.TO_APPROVE.value, Application.confirmed_at)


def lately(viewer: Account | None, now: datetime) -> list[Application]:
    """Those that came in, or were refused, in the last month."""
    answered = Application.state.in_((State.ACCEPTED.value, State.REFUSED.value))
    return _seen(viewer, sa.and_(answered, Application.decided_at > now - _LATELY), Application.decided_at.desc())


def _seen(viewer: Account | None, where: sa.ColumnElement[bool], order: Any) -> list[Application]:
    statement = sa.select(Application).where(where).order_by(order, Application.id).limit(_MOST)
    found = db.session.scalars(statement.options(joinedload(Application.person))).all()
    reach = access.territories_with(viewer, Permission.APPLICATION_DECIDE)
    return [one for one in found if reach is None or _communes(one) & reach]


def unconfirmed_count() -> int:
    counted = sa.select(sa.func.count()).where(Application.state == State.UNCONFIRMED.value)
    return db.session.scalar(counted) or 0


def communes(ids: Sequence[int]) -> dict[int, str]:
    rows = db.session.execute(sa.select(Territory.id, Territory.name).where(Territory.id.in_(ids)))
    return {row.id: row.name for row in rows}


def confirm_until(application: Application) -> datetime:
    """Until when its link confirms: as long as an unconfirmed form is kept."""
    return application.created_at + timedelta(days=retention.kept("application").length)


def to_forget(now: datetime) -> Sequence[int]:
    """Never confirmed within its time, or refused long ago."""
    never = sa.and_(
        Application.state == State.UNCONFIRMED.value, Application.created_at < retention.too_old("application", now)
    )
    refused = sa.and_(Application.state == State.REFUSED.value, Application.decided_at < now - rules.REFUSED_KEPT)
    return db.session.scalars(sa.select(Application.id).where(sa.or_(never, refused)).order_by(Application.id)).all()
