"""The signed-in account of a request, and the hook that applies what views declare."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Final

from flask import Flask, current_app, has_request_context, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user

from cop.accounts import access, queries_factors, queries_sessions, rules_sessions, service_sessions
from cop.accounts.models import Account
from cop.accounts.rules_sessions import MEMBER_IDLE, STAFF_IDLE, STAMP_EVERY, Standing
from cop.activity.service import PUBLIC, Actor
from cop.core import clock
from cop.core.access import Access, declared
from cop.core.errors import Forbidden, NotFound
from cop.core.settings import current_settings
from cop.core.web import request_is_safe

# What each one may open, and where the others are sent to become one who may.
_OPEN_TO: Final = {
    Standing.IN: {"signing_in", "securing", "signed_in", "permission"},
    Standing.TO_SET_UP: {"signing_in", "securing"},
    Standing.TO_PASS: {"signing_in"},
}
_NEXT_STEP: Final = {Standing.TO_SET_UP: "security.show", Standing.TO_PASS: "second_factor.show"}


class UndeclaredAccess(RuntimeError):
    """A route does not say who may call it; the application refuses to start."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who comes by a session: what Flask-Login takes for the user. Signed in, or on the way (``standing``)."""

    token: str
    account: Account
    session_id: int
    by: str
    created_at: datetime
    proved_at: datetime
    second_factor_at: datetime | None
    has_factor: bool

    is_authenticated: ClassVar = True
    is_active: ClassVar = True
    is_anonymous: ClassVar = False

    def get_id(self) -> str:
        return self.token

    @property
    def actor(self) -> Actor:
        return Actor("account", self.account.id)

    @property
    def just_proved(self) -> bool:
        """Whether this person has shown a moment ago who they are, so that what protects the account may change."""
        return rules_sessions.just_now(self.proved_at, clock.now())

    @property
    def just_came_by_link(self) -> bool:
        return self.by == "link" and rules_sessions.just_now(self.created_at, clock.now())

    @property
    def standing(self) -> Standing:
        if self.second_factor_at is not None:  # nearly everybody who has a role: nothing more to look up
            return Standing.IN
        required = access.needs_second_factor(self.account)
        return rules_sessions.standing(passed=False, has_factor=self.has_factor, required=required)


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


def visitor() -> Visitor | None:
    """Who comes by a session, even if a second factor is still to be shown."""
    if not has_request_context() or "_user_id" not in session:
        return None  # nearly everybody: Flask-Login would look further
    found = current_user._get_current_object() if current_user else None
    return found if isinstance(found, Visitor) else None


def known_visitor() -> Visitor:
    """The same, on pages the hook opens to nobody else."""
    found = visitor()
    if found is None:
        raise RuntimeError("a page for people signed in was reached without account")
    return found


def current_account() -> Account | None:
    """The account that has signed in. One whose second factor is still to be shown has not, on any page."""
    found = visitor()
    return found.account if found and found.standing is Standing.IN else None


def actor() -> Actor:
    account = current_account()
    return Actor("account", account.id) if account else PUBLIC


def start(account: Account, *, by: str) -> Visitor:
    """Sign in on this browser, in a new session: what was in the old one may have been put there by somebody else.

    ``by``: "password", "link" or "passkey", which is a thing one has and a gesture only its owner can make: both
    factors at once.
    """
    end()
    passed = by == "passkey"
    begun, token = service_sessions.begin(account, by, request.user_agent.string, passed=passed)
    now = begun.created_at
    has_factor = queries_factors.has_any(account.id)
    made = Visitor(token, account, begun.id, by, now, now, now if passed else None, has_factor=has_factor)
    session.permanent = True
    session["language"] = account.language
    login_user(made)
    return made


def prove_again(*, passed: bool) -> None:
    """This person has shown again who they are, ``passed``: by the second factor."""
    found, now = known_visitor(), clock.now()
    token = service_sessions.renew(found.session_id, passed=passed)
    login_user(replace(found, token=token, proved_at=now, second_factor_at=now if passed else found.second_factor_at))


def end() -> None:
    """Sign out on this browser; only the language stays."""
    found, language = visitor(), session.get("language")
    if found:
        service_sessions.end(found.account.id, found.session_id)
    logout_user()
    session.clear()
    if language:
        session["language"] = language


def onward(target: str) -> str:
    """Where to go after signing in: there, or first to the second factor."""
    found = visitor()
    step = _NEXT_STEP.get(found.standing) if found else None
    return url_for(step, next=target) if step else target


def _load(token: str) -> Visitor | None:
    row, now = queries_sessions.by_token(token), clock.now()
    if row is None:
        return None
    idle = now - row.seen_at
    if idle > MEMBER_IDLE or (idle > STAFF_IDLE and access.is_staff(row.Account)):
        return None
    if idle > STAMP_EVERY and request_is_safe():
        service_sessions.stamp(row.session_id)
        session.modified = True  # sent again: its own date is what lets the browser keep it
    return Visitor(
        token,
        row.Account,
        row.session_id,
        row.by,
        row.created_at,
        row.proved_at,
        row.second_factor_at,
        has_factor=row.has_factor,
    )


def _decide() -> Any:
    if request.endpoint is None or request.endpoint == "static":
        return None
    need = declared(current_app.view_functions[request.endpoint])
    if need is None:
        raise UndeclaredAccess(request.endpoint)
    if need.kind == "public" or (need.open_in_demo and current_settings().demo):
        return None
    found = visitor()
    if found is None:
        return redirect(url_for("accounts.sign_in", next=_asked_for()), 303)
    standing = found.standing
    if need.kind not in _OPEN_TO[standing]:
        return redirect(url_for(_NEXT_STEP[standing], next=_asked_for()), 303)
    return _check(found.account, need)


def _asked_for() -> str | None:
    """The page to come back to; a press is not made a second time."""
    return request.full_path.rstrip("?") if request_is_safe() else None


def _check(account: Account, need: Access) -> None:
    if need.permission is None:
        return
    where = need.scope(**(request.view_args or {})) if need.scope else None
    if where is not None and not access.in_scope(account, where):
        raise NotFound
    if not access.can(account, need.permission, where):
        raise Forbidden
