"""Rights that come from something else than a hand: a mandate, a task. They begin and end with it."""

from datetime import date, timedelta

import sqlalchemy as sa

from cop.accounts import access
from cop.accounts.models import Account, Grant
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db


def give_from(
    origin: str,
    account: Account,
    role: str,
    actor: Actor,
    *,
    starts_on: date,
    ends_on: date | None,
    territory_id: int | None = None,
    subject: str = "",
) -> Grant:
    """The right that ``origin`` ("task:12") gives the account: made, or put right when its dates have moved.

    It is on a ``territory_id`` or on one thing, ``subject`` ("event:3").
    """
    found = sa.select(Grant).filter_by(
        account_id=account.id, origin=origin, role=role, territory_id=territory_id, subject=subject
    )
    grant: Grant | None = db.session.scalar(found)
    if grant is None:
        activity.record(actor, "account.role_given", account, role=role, territory_id=territory_id, thing=subject)
        grant = Grant(account_id=account.id, origin=origin, role=role, territory_id=territory_id, subject=subject)
        db.session.add(grant)
    grant.starts_on, grant.ends_on = starts_on, ends_on
    db.session.flush()
    db.session.expire(account, ["grants"])
    access.forget(account)
    return grant


def take_back(origin: str, actor: Actor, *, account_id: int | None = None) -> int:
    """End as of now what ``origin`` gave, to everybody or to one account. What had not begun leaves no line."""
    statement = sa.select(Grant).where(Grant.origin == origin)
    if account_id is not None:
        statement = statement.where(Grant.account_id == account_id)
    return sum(end(grant, actor) for grant in db.session.scalars(statement).all())


def end(grant: Grant, actor: Actor) -> bool:
    """End one such right as of now; whether there was anything left of it."""
    account, today = grant.account, clock.today()
    if grant.starts_on >= today:
        db.session.delete(grant)
    elif grant.ends_on is None or grant.ends_on >= today:
        grant.ends_on = today - timedelta(days=1)
    else:
        return False
    activity.record(
        actor, "account.role_withdrawn", account, role=grant.role, territory_id=grant.territory_id,
        thing=grant.subject,
    )  # fmt: skip
    db.session.flush()
    db.session.expire(account, ["grants"])
    access.forget(account)
    return True
