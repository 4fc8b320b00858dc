"""The application: settings, extensions, blueprints. The only place that imports views."""

import gc
import logging
import os
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from flask import Flask, has_request_context, session
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from cop.core import formats, jobs, web
from cop.core.db import db
from cop.core.i18n import DEFAULT_LANGUAGE, LANGUAGES, label
from cop.core.settings import Settings, current_settings, load_settings

SLICES: Final = (
    "territories",
    "host",
    "mail",
    "accounts",
    "imports",
    "people",
    "organisations",
    "communities",
    "mandates",
    "memberships",
    "events",
    "volunteers",
    "joining",
    "invitations",
    "registrations",
    "series",
    "attendance",
    "carpool",
    "reminders",
    "statistics",
    "network",
    "campaigns",
    "polls",
    "privacy",
    "duplicates",
    "admin",
)
_PACKAGE: Final = Path(__file__).resolve().parent


def data_folder(name: str) -> Path:
    """Templates, static files, translations and migrations: in the package once built, beside it in a checkout."""
    packaged = _PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


def create_app(settings: Settings | None = None) -> web.Application:
    """Build the application. Without argument the settings come from the environment.

    Raises ``SettingsError`` for a wrong setting, ``UndeclaredAccess`` for a route without declared access.
    """
    settings = settings or load_settings(os.environ)
    settings.instance.mkdir(parents=True, exist_ok=True)
    app = web.Application(
        __name__,
        instance_path=str(settings.instance),
        template_folder=str(data_folder("templates")),
        static_folder=str(data_folder("static")),
    )
    app.extensions["cop.settings"] = settings
    _configure(app, settings)
    _extend(app)
    web.init_app(app)
    _register_slices(app)
    if settings.production:
        gc.freeze()  # what is loaded stays: the collector looks at it no more, and forked workers share it
    return app


def _configure(app: Flask, settings: Settings) -> None:
    logging.getLogger("cop").setLevel(settings.log_level)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={} if settings.database_url.startswith("sqlite") else {"pool_pre_ping": True},
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_NAME="cop",
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        WTF_I18N_ENABLED=False,  # WTForms' own sentences by ``Form.Meta.locales``, not read again at each request
        WTF_CSRF_SSL_STRICT=False,  # the Referer check; the token and SameSite do the work, privacy tools drop Referer
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        BABEL_DEFAULT_LOCALE=DEFAULT_LANGUAGE,
        BABEL_DEFAULT_TIMEZONE="Europe/Paris",
        BABEL_TRANSLATION_DIRECTORIES=str(data_folder("translations")),
        TESTING=settings.env == "test",
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _extend(app: Flask) -> None:
    db.init_app(app)
    CSRFProtect(app)
    Babel(app, locale_selector=_chosen_language)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(formats.FILTERS, label=label)
    app.jinja_env.globals.update(period=formats.period, percent=formats.percent)
    app.url_defaults(_static_version)


def _chosen_language() -> str:
    """French unless the reader chose otherwise; the choice is kept in the session, no cookie of its own."""
    chosen = session.get("language") if has_request_context() else None
    return chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE


def _static_version(endpoint: str, values: dict[str, Any]) -> None:
    """Add the file's time to static addresses, so that browsers may keep them for a year."""
    if endpoint == "static" and "filename" in values:
        find = _version_seen if current_settings().production else _version
        if version := find(values["filename"]):
            values["v"] = version


def _version(filename: str) -> str | None:
    path = data_folder("static") / filename
    return format(int(path.stat().st_mtime), "x") if path.is_file() else None


# Files of a running installation do not change: it is restarted with its new version.
_version_seen = lru_cache(maxsize=256)(_version)


def _register_slices(app: web.Application) -> None:
    known_jobs = app.extensions["cop.jobs"] = [*jobs.JOBS]
    targets = app.extensions["cop.import_targets"] = []
    for name in SLICES:
        for module in ("models", "views", "jobs"):
            if find_spec(f"cop.{name}.{module}"):
                loaded = import_module(f"cop.{name}.{module}")
                known_jobs.extend(getattr(loaded, "JOBS", ()))
                for blueprint in getattr(loaded, "BLUEPRINTS", ()):
                    app.register_blueprint(blueprint)
        for path in sorted((_PACKAGE / name).glob("import_*.py")):
            targets.extend(import_module(f"cop.{name}.{path.stem}").IMPORT_TARGETS)
    import_module("cop.activity.models")
    import_module("cop.accounts.sign_in").init_app(app)
    import_module("cop.navigation").init_app(app)
