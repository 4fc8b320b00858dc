"""An application of our own, with routes that try what pages must not do, on the database of the tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import request

from cop.app import create_app
from cop.core import clock
from cop.core.access import public
from cop.core.db import db
from cop.core.errors import Forbidden, NotFound, RateLimited
from cop.core.rate_limits import RateLimit
from cop.core.unit_of_work import release
from cop.core.web import Application
from tests.conftest import Browser, settings_for


def _write() -> None:
    db.session.add(RateLimit(key="written", window=0, hits=1, expires_at=clock.now()))


@pytest.fixture
def trying(app: Application, tmp_path: Path) -> Iterator[Browser]:
    """A browser at ``/write?status=…`` and the like."""
    url = db.engine.url.render_as_string(hide_password=False)
    other = create_app(settings_for(tmp_path, COP_DATABASE_URL=url))
    other.config["WTF_CSRF_ENABLED"] = False
    other.config["PROPAGATE_EXCEPTIONS"] = False
    other.test_client_class = Browser

    @other.route("/write", methods=["GET", "POST"])
    @public
    def write() -> tuple[str, int]:
        _write()
        db.session.flush()
        return "", request.args.get("status", 200, type=int)

    @other.route("/write-late", methods=["GET", "POST"])
    @public
    def write_late() -> str:
        _write()
        return ""

    @other.get("/write-in-bulk")
    @public
    def write_in_bulk() -> str:
        db.session.execute(db.delete(RateLimit))
        return ""

    @other.post("/raise/<kind>")
    @public
    def fail(kind: str) -> str:
        _write()
        db.session.flush()
        raise {"404": NotFound(), "403": Forbidden(), "429": RateLimited(7), "500": ZeroDivisionError()}[kind]

    @other.post("/release")
    @public
    def give_back() -> str:
        _write()
        db.session.flush()
        release()
        return ""

    yield other.test_client()
    with other.app_context():
        db.engine.dispose()
