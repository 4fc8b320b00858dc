"""Reading sessions: whose a cookie is, and the devices somebody is signed in on."""

from typing import Any

import sqlalchemy as sa

from cop.accounts import access, queries_factors
from cop.accounts.models import Account, Session
from cop.accounts.rules_sessions import MEMBER_IDLE, STAFF_IDLE
from cop.core import clock, tokens
from cop.core.db import db


def by_token(token: str) -> Any:
    """The account of a session and what is known of the session, in the one query every page of a reader makes."""
    statement = (
        sa.select(
            Account,
            Session.id.label("session_id"),
            Session.by,
            Session.created_at,
            Session.seen_at,
            Session.proved_at,
            Session.second_factor_at,
            queries_factors.exist_for(Account.id).label("has_factor"),
        )
        .join(Session, Session.account_id == Account.id)
        .where(Session.token_hash == tokens.digest(token), Account.active.is_(True))
    )
    return db.session.execute(statement).one_or_none()


def in_use(account: Account) -> list[Session]:
    """The sessions of an account that still open something, the one used last first."""
    since = clock.now() - (STAFF_IDLE if access.is_staff(account) else MEMBER_IDLE)
    found = sa.select(Session).where(Session.account_id == account.id, Session.seen_at >= since)
    return list(db.session.scalars(found.order_by(Session.seen_at.desc(), Session.id.desc())))
