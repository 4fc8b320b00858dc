"""The signed-in account of a request, and the hook that applies what views declare."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import Flask, current_app, has_request_context, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user

from cop.accounts import access
from cop.accounts.models import Account
from cop.activity.service import PUBLIC, Actor
from cop.core import clock
from cop.core.access import Access, declared
from cop.core.db import db
from cop.core.errors import Forbidden, NotFound
from cop.core.settings import current_settings

# Without a request for so long, one signs in again: whoever has a role sees other people's data.
STAFF_IDLE: Final = timedelta(hours=12)
MEMBER_IDLE: Final = timedelta(days=30)
# The session is a cookie: writing the time at every request would send it back with every page.
_STAMP_EVERY: Final = timedelta(minutes=5)
# Who has just come by a mailed link may choose a password without giving the old one.
_JUST_NOW: Final = timedelta(minutes=30)


class UndeclaredAccess(RuntimeError):
    """A route does not say who may call it; the application refuses to start."""


def init_app(app: Flask) -> None:
    manager = LoginManager(app)
    # Flask-Login's own protection compares network addresses: a phone on the road changes them all day.
    manager.session_protection = None
    manager.user_loader(_load)
    app.config.update(PERMANENT_SESSION_LIFETIME=MEMBER_IDLE, SESSION_REFRESH_EACH_REQUEST=False)
    app.before_request(_decide)
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static" and declared(app.view_functions[rule.endpoint]) is None:
            raise UndeclaredAccess(
                f"{rule.endpoint} ({rule.rule}) declares no access: @requires, @signed_in or @public"
            )


def current_account() -> Account | None:
    """The account itself, not Flask-Login's stand-in, which the database would not know."""
    if not has_request_context() or "_user_id" not in session:
        return None  # nearly everybody: Flask-Login would look further
    if not current_user or not current_user.is_authenticated:
        return None
    account: Account = current_user._get_current_object()
    return account


def actor() -> Actor:
    account = current_account()
    return Actor("account", account.id) if account else PUBLIC


def start(account: Account, *, by: str) -> None:
    """Sign in on this browser, in a new session: what was in the old one may have been put there by somebody else.

    ``by``: "password" or "link".
    """
    session.clear()
    session.permanent = True
    login_user(account)
    stamp = int(clock.now().timestamp())
    session.update(language=account.language, signed_in_by=by, signed_in_at=stamp, seen_at=stamp)


def end() -> None:
    """Sign out on this browser; only the language stays."""
    language = session.get("language")
    logout_user()
    session.clear()
    if language:
        session["language"] = language


def came_by_link_just_now() -> bool:
    return session.get("signed_in_by") == "link" and _since("signed_in_at") < _JUST_NOW


def _since(mark: str) -> timedelta:
    return clock.now() - datetime.fromtimestamp(session.get(mark, 0), UTC)


def _load(identifier: str) -> Account | None:
    number, _, epoch = identifier.partition(".")
    account = db.session.get(Account, int(number)) if number.isdigit() else None
    if account is None or not account.active or str(account.session_epoch) != epoch:
        return None
    if "seen_at" in session and _since("seen_at") > (STAFF_IDLE if access.is_staff(account) else MEMBER_IDLE):
        return None
    if _since("seen_at") > _STAMP_EVERY:
        session["seen_at"] = int(clock.now().timestamp())
    return account


def _decide() -> Any:
    if request.endpoint is None or request.endpoint == "static":
        return None
    need = declared(current_app.view_functions[request.endpoint])
    if need is None:
        raise UndeclaredAccess(request.endpoint)
    if need.kind == "public" or (need.open_in_demo and current_settings().demo):
        return None
    account = current_account()
    if account is None:
        back = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else None
        return redirect(url_for("accounts.sign_in", next=back), 303)
    return _check(account, need)


def _check(account: Account, need: Access) -> None:
    if need.permission is None:
        return
    where = need.scope(**(request.view_args or {})) if need.scope else None
    if where is not None and not access.in_scope(account, where):
        raise NotFound
    if not access.can(account, need.permission, where):
        raise Forbidden
