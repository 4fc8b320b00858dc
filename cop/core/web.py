"""The edge: one request is one transaction, headers that keep browsers safe, and error pages in plain words."""

import logging
from collections.abc import Callable
from typing import Any, Final, TypeVar

import flask
from flask import Flask, Response, g, has_request_context, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFError
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from cop.core import tokens
from cop.core.db import db, expect_writes, reset_expectation
from cop.core.errors import Forbidden, NotFound, RateLimited
from cop.core.i18n import language
from cop.core.settings import current_settings
from cop.core.unit_of_work import end_request, forbid_writes

logger = logging.getLogger(__name__)
View = TypeVar("View", bound=Callable[..., Any])
_LARGEST: Final = "_cop_largest_request"

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CONTENT_POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


_POLICY: Final = "; ".join(f"{name} {value}" for name, value in CONTENT_POLICY.items())
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    # Addresses hold signed links: no other site learns them.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), interest-cohort=()",
}


def request_is_safe() -> bool:
    return has_request_context() and request.method in SAFE_METHODS


def accepts_files(largest: int) -> Callable[[View], View]:
    """The view takes files larger than requests usually are: so many bytes. Goes under the access of the route."""

    def note(view: View) -> View:
        setattr(view, _LARGEST, largest)
        return view

    return note


def _take_large_files() -> None:
    """Before anything reads the form, and hence before the check of its token."""
    view = flask.current_app.view_functions.get(request.endpoint or "")
    largest = getattr(view, _LARGEST, None)
    if largest is not None:
        request.max_content_length = largest


class Sessions(SecureCookieSessionInterface):
    """Flask's, with its serializer made once: it costs more than the signature, twice a request."""

    _made: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._made is None:
            self._made = super().get_signing_serializer(app)
        return self._made


class Application(Flask):
    """Flask, where a request that changes things commits once, at the end, if its answer is below 400.

    Hence a form shown again answers 422: with 200 half a change would be kept.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.session_interface = Sessions()

    def full_dispatch_request(self) -> Response:
        token = expect_writes(not request_is_safe())
        try:
            return super().full_dispatch_request()
        finally:
            reset_expectation(token)

    def finalize_request(self, rv: Any, from_error_handler: bool = False) -> Response:
        response = self.make_response(rv)
        end_request(commit=not request_is_safe() and response.status_code < 400 and not from_error_handler)
        return super().finalize_request(response, from_error_handler)


def init_app(app: Application) -> None:
    app.before_request_funcs.setdefault(None, []).insert(0, _take_large_files)
    app.after_request(_add_headers)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(NotFound, lambda _error: _page(404))
    app.register_error_handler(Forbidden, lambda _error: _page(403))
    app.register_error_handler(RateLimited, _rate_limited)
    app.register_error_handler(OverflowError, _beyond_counting)
    app.register_error_handler(DataError, _beyond_counting)
    app.register_error_handler(Exception, _unexpected)
    with app.app_context():
        forbid_writes(db.session, request_is_safe)


def _add_headers(response: BaseResponse) -> BaseResponse:
    headers, extra = response.headers, g.get("csp_extra")
    policy = "; ".join(f"{name} {value}" for name, value in {**CONTENT_POLICY, **extra}.items()) if extra else _POLICY
    known = {name.lower() for name, _value in headers}
    wanted = {"Content-Security-Policy": policy, **_HEADERS}
    if current_settings().secure_cookies:
        wanted["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        wanted["Cache-Control"] = _kept()
    headers.extend([(name, value) for name, value in wanted.items() if name.lower() not in known])
    return response


def _kept() -> str:
    """Where the address is a key, nothing on the way keeps the answer, nor does the browser of a shared computer."""
    if any(tokens.is_key(name) for name in (*(request.view_args or ()), *request.args)):
        return "private, no-store"
    return "no-store" if flask.session else "no-cache"


def _page(status: int, **values: Any) -> tuple[str, int]:
    known = status if status in {403, 404, 413, 422, 429, 500} else (404 if status < 500 else 500)
    return flask.render_template(f"errors/{known}.html", **values), status


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    answer, status = _page(error.code)
    headers = [(name, value) for name, value in error.get_headers() if name in {"Allow", "Retry-After"}]
    return answer, status, headers


def _csrf_error(_error: CSRFError) -> Any:
    """The page stood open for too long, or came from elsewhere; 422 keeps the meaning: nothing was done."""
    return _page(422)


def _rate_limited(error: RateLimited) -> Any:
    body, status = _page(429, retry_after=error.retry_after)
    return body, status, {"Retry-After": str(error.retry_after)}


def _beyond_counting(error: OverflowError | DataError) -> Any:
    """A number typed in an address that no row, page or date can have: SQLite overflows, PostgreSQL says 22003."""
    if isinstance(error, DataError) and getattr(error.orig, "sqlstate", "") != "22003":
        return _unexpected(error)
    db.session.rollback()
    return _page(404)


def _unexpected(error: Exception) -> Any:
    if flask.current_app.config["PROPAGATE_EXCEPTIONS"]:
        raise error
    # The rule, not the address: a link that acts for a person has no place in a log.
    logger.error("unexpected error on %s %s", request.method, request.url_rule or request.path, exc_info=error)
    db.session.rollback()
    # Not through render_template: what it adds to every page is read from the database, which may be what broke.
    return flask.current_app.jinja_env.get_template("errors/500.html").render(locale=language()), 500
