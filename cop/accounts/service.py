"""Signing in: by password, or by a one-time mailed link. ``service_management`` opens accounts and gives roles."""

import secrets

import sqlalchemy as sa

from cop.accounts import mails, passwords, queries, rules, service_sessions
from cop.accounts.models import Account, SignInLink
from cop.activity import service as activity
from cop.activity.models import ActivityEntry
from cop.activity.service import Actor
from cop.core import clock, tokens
from cop.core.db import change, db
from cop.core.errors import Refused
from cop.core.i18n import DEFAULT_LANGUAGE, _l
from cop.core.unit_of_work import release
from cop.host import queries_retention as retention


def sign_in_with_password(email: str, password: str) -> Account | None:
    """The account, when address and password are right; ``None`` without saying which of them is wrong.

    The password is verified between two transactions, and as long for an address nobody has: an
    answer that came sooner would tell who has an account.
    """
    known = queries.credentials(email)
    release()
    right = passwords.matches(known.password_hash if known else None, password)
    if known is None or known.password_hash is None or not right:
        return None
    stronger = passwords.hashed(password) if passwords.is_outdated(known.password_hash) else None
    account = db.session.get(Account, known.account_id)
    if account is None or not account.active or account.password_hash != known.password_hash:
        return None  # changed while the password was being verified
    account.password_hash = stronger or account.password_hash
    note_sign_in(account, by="password")
    return account


def request_link(email: str, back: str | None = None) -> None:
    """Mail a one-time link to the account of this address; it leads to the page ``back`` of this site.

    Without account the same work is done, then undone.
    """
    account = queries.by_email(email)
    token = secrets.token_urlsafe(32)
    expires_at = clock.now() + rules.LINK_LIFETIME
    if account is not None and account.active:
        link = SignInLink(account_id=account.id, token_hash=tokens.digest(token), expires_at=expires_at)
        db.session.add(link)
        db.session.flush()
        key = f"account:{account.id}:link:{link.id}"
        mails.sign_in_link(key, account.email, account.name, account.language, token, expires_at, back)
        return
    nobody = db.session.begin_nested()
    mails.sign_in_link("account:0:link:0", "nobody@localhost.example", "", DEFAULT_LANGUAGE, token, expires_at, back)
    nobody.rollback()


def new_link(account: Account) -> str:
    """A one-time link handed over otherwise than by mail (the command line); returns its token."""
    token = secrets.token_urlsafe(32)
    expires_at = clock.now() + rules.LINK_LIFETIME
    db.session.add(SignInLink(account_id=account.id, token_hash=tokens.digest(token), expires_at=expires_at))
    db.session.flush()
    return token


def spend_link(token: str) -> Account | None:
    """Sign in by the link; ``None`` when it was used, is too old or was never made. Two presses: one is served."""
    now = clock.now()
    statement = (
        sa.update(SignInLink)
        .where(SignInLink.token_hash == tokens.digest(token))
        .where(SignInLink.used_at.is_(None), SignInLink.expires_at > now)
        .values(used_at=now)
        .returning(SignInLink.account_id)
    )
    account_id = db.session.scalar(statement)
    account = db.session.get(Account, account_id) if account_id else None
    if account is None or not account.active:
        return None
    note_sign_in(account, by="link")
    return account


def note_sign_in(account: Account, *, by: str) -> None:
    account.last_sign_in_at = clock.now()
    activity.record(Actor("account", account.id), "account.signed_in", account, by=by)


def change_password(account_id: int, current: str | None, new: str, actor: Actor, *, session_id: int) -> Account:
    """Choose a password; every other session of the account ends. ``current``: ``None`` when it need not be given."""
    account = db.session.get_one(Account, account_id)
    rules.check_password(new, [account.name, account.email])
    known = account.password_hash
    release()
    if current is not None and not passwords.matches(known, current):
        raise Refused(_l("This is not your present password."), "current")
    new_hash = passwords.hashed(new)
    account = db.session.get_one(Account, account_id)
    if account.password_hash != known:
        raise Refused(_l("The password was changed elsewhere in the meantime."), "password")
    account.password_hash = new_hash
    service_sessions.end_all(account.id, but=session_id)
    activity.record(actor, "account.password_changed", account)
    mails.password_changed(account)
    return account


def change_profile(account: Account, name: str, language: str, actor: Actor) -> None:
    account.name, account.language = name, language
    activity.record(actor, "account.changed", account)
    db.session.flush()


def forget_links() -> int:
    """Delete the links that can no longer be used."""
    return change(sa.delete(SignInLink).where(SignInLink.expires_at < clock.now()))


def forget_sign_ins() -> int:
    """Delete the traces of sign-ins the information notice no longer covers; the rest of the log stays."""
    old = retention.too_old("sign_in", clock.now())
    traces = ("account.signed_in", "account.second_factor_failed")
    return change(sa.delete(ActivityEntry).where(ActivityEntry.action.in_(traces), ActivityEntry.at < old))
