"""The signed-in account of a request, and the hook that applies what views declare."""

from typing import Any
from urllib.parse import quote

from flask import Flask, redirect, request, url_for
from flask_login import LoginManager, current_user

from cop.accounts import access
from cop.accounts.models import Account
from cop.activity.service import PUBLIC, Actor
from cop.core.access import Access, declared
from cop.core.db import db
from cop.core.errors import Forbidden, NotFound


class UndeclaredAccess(RuntimeError):
    """A route does not say who may call it; the application refuses to start."""


def current_account() -> Account | None:
    return current_user if current_user and current_user.is_authenticated else None


def actor() -> Actor:
    account = current_account()
    return Actor("account", account.id) if account else PUBLIC


def init_app(app: Flask) -> None:
    manager = LoginManager(app)
    manager.user_loader(_load)
    app.before_request(_decide)
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static" and declared(app.view_functions[rule.endpoint]) is None:
            raise UndeclaredAccess(
                f"{rule.endpoint} ({rule.rule}) declares no access: @requires, @signed_in or @public"
            )


def _load(identifier: str) -> Account | None:
    number, _, epoch = identifier.partition(".")
    account = db.session.get(Account, int(number)) if number.isdigit() else None
    if account is None or not account.active or str(account.session_epoch) != epoch:
        return None
    return account


def _decide() -> Any:
    if request.endpoint is None or request.endpoint == "static":
        return None
    need = declared(_view_functions()[request.endpoint])
    if need is None:
        raise UndeclaredAccess(request.endpoint)
    if need.kind == "public":
        return None
    account = current_account()
    if account is None:
        back = request.full_path.rstrip("?") if request.method == "GET" else ""
        return redirect(url_for("accounts.sign_in") + (f"?next={quote(back)}" if back else ""), 303)
    return _check(account, need)


def _view_functions() -> dict[str, Any]:
    from flask import current_app

    return current_app.view_functions


def _check(account: Account, need: Access) -> None:
    if need.permission is None:
        return
    territory_id = need.scope(**(request.view_args or {})) if need.scope else None
    if territory_id is not None and not access.in_scope(account, territory_id):
        raise NotFound
    if not access.can(account, need.permission, territory_id):
        raise Forbidden
