"""Sessions: begun at signing in, ended at signing out; a copy of the cookie is worth nothing after."""

import secrets

import sqlalchemy as sa

from cop.accounts.models import Account, Session
from cop.accounts.rules_sessions import MEMBER_IDLE, STAMP_EVERY, device
from cop.core import clock, tokens
from cop.core.db import change, db


def begin(account: Account, by: str, user_agent: str, *, passed: bool = False) -> tuple[Session, str]:
    """A session, and the secret its cookie holds. ``passed``: what was shown counts as a second factor too."""
    token, now = secrets.token_urlsafe(32), clock.now()
    browser, system = device(user_agent)
    made = Session(
        account_id=account.id,
        token_hash=tokens.digest(token),
        by=by,
        browser=browser,
        system=system,
        created_at=now,
        seen_at=now,
        proved_at=now,
        second_factor_at=now if passed else None,
    )
    db.session.add(made)
    db.session.flush()
    return made, token


def renew(session_id: int, *, passed: bool) -> str:
    """Its owner has shown again who they are: the session goes on under another secret, returned here.

    A copy of the cookie made before knows the old one only.
    """
    token, now = secrets.token_urlsafe(32), clock.now()
    values = {"token_hash": tokens.digest(token), "proved_at": now, "seen_at": now}
    if passed:
        values["second_factor_at"] = now
    change(sa.update(Session).where(Session.id == session_id).values(values))
    return token


def stamp(session_id: int) -> None:
    """Note that the session is in use. In a transaction of its own: a page that only reads keeps nothing else."""
    now = clock.now()
    late = sa.update(Session).where(Session.id == session_id, Session.seen_at < now - STAMP_EVERY)
    with db.engine.begin() as connection:
        connection.execute(late.values(seen_at=now))


def end(account_id: int, session_id: int) -> bool:
    """Whether that session was this account's; it is no more."""
    return change(sa.delete(Session).where(Session.id == session_id, Session.account_id == account_id)) > 0


def end_all(account_id: int, *, but: int | None = None) -> int:
    """End the sessions of an account on every device (``but`` one); how many."""
    statement = sa.delete(Session).where(Session.account_id == account_id)
    return change(statement if but is None else statement.where(Session.id != but))


def ask_again(account_id: int) -> None:
    """The account has no second factor any more: having passed one counts no longer."""
    db.session.execute(sa.update(Session).where(Session.account_id == account_id).values(second_factor_at=None))


def forget_idle() -> int:
    """Delete the sessions nobody uses any more."""
    return change(sa.delete(Session).where(Session.seen_at < clock.now() - MEMBER_IDLE))
