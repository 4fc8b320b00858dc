"""The application of the tests: a migrated database, a clock that obeys, no network but loopback."""

import os
import socket
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import cycle
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis
from itsdangerous import TimestampSigner

from cop.app import create_app, data_folder
from cop.core import catalogues, clock, migrations, page_cache
from cop.core.db import db
from cop.core.settings import load_settings
from cop.core.web import Application
from tests import photograph
from tests.people_of_the_tests import People
from tests.reference import reference
from tests.signing_in import put_in

# The same examples each time: what fails here fails everywhere, and a change is not blamed for a chance find.
hypothesis.register_profile("house", derandomize=True, deadline=None)
hypothesis.load_profile("house")

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked ``once`` are run on SQLite only."""
    if not os.environ.get("COP_TEST_DATABASE_URL", "").startswith("postgres"):
        return
    apart = [item for item in items if item.get_closest_marker("once")]
    items[:] = [item for item in items if not item.get_closest_marker("once")]
    config.hook.pytest_deselected(items=apart)


@pytest.fixture(scope="session", autouse=True)
def _catalogues() -> None:
    catalogues.compile_all()


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anywhere else fails the test that tried."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session", autouse=True)
def _each_token_in_a_second_of_its_own() -> Iterator[None]:
    """Two pages that differ by the time their tokens were signed alone are the same within one second: a test that
    compares them failed now and then, on a day when nobody looked."""
    seconds, sign = cycle(range(60)), TimestampSigner.sign

    def sign_earlier(self: TimestampSigner, value: str | bytes) -> bytes:
        self.get_timestamp = lambda: int(time.time()) - next(seconds)  # type: ignore[method-assign]
        try:
            return sign(self, value)
        finally:
            del self.get_timestamp

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TimestampSigner, "sign", sign_earlier)
        yield


def settings_for(folder: Path, **changes: str) -> Any:
    environ = {
        "COP_ENV": "test",
        "COP_SECRET_KEY": "tests-only-" + "x" * 32,
        "COP_INSTANCE": str(folder),
        "COP_PUBLIC_URL": "http://localhost",
        "COP_MAIL_TRANSPORT": "memory",
        "COP_MAIL_FROM": "contact@cokillaje.example",
        "COP_DATABASE_URL": os.environ.get("COP_TEST_DATABASE_URL", ""),
        **changes,
    }
    return load_settings(environ)


@pytest.fixture(scope="session")
def _migrated_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    app = create_app(settings_for(tmp_path_factory.mktemp("instance")))
    app.test_client_class = Browser
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            with db.engine.begin() as connection:
                connection.execute(sa.text("DROP SCHEMA public CASCADE"))
                connection.execute(sa.text("CREATE SCHEMA public"))
        migrations.upgrade(data_folder("migrations"))
        reference.watch(db.engine)
        if db.engine.dialect.name == "sqlite":
            sa.event.listen(db.engine, "connect", _as_in_tests)
            db.engine.dispose()
    yield app
    with app.app_context():
        db.engine.dispose()  # a connection left open is a warning, and a warning is an error


def _as_in_tests(connection: Any, _: Any) -> None:
    """What no ORDER BY orders comes last row first: PostgreSQL gives it in any order it likes, now and then.
    And no commit waits for the disk: nothing here outlives a loss of power."""
    connection.execute("PRAGMA reverse_unordered_selects = ON")
    connection.execute("PRAGMA synchronous = OFF")


@pytest.fixture
def app(_migrated_app: Application, request: pytest.FixtureRequest) -> Iterator[Application]:
    """The application on an empty, migrated database; rows are deleted afterwards, so commits are real."""
    clock.clock.freeze(NOW)
    page_cache.pages.clear()
    _migrated_app.config["WTF_CSRF_ENABLED"] = False
    with _migrated_app.app_context():
        if reference.there and "people" not in request.fixturenames:
            reference.there = False
            photograph.empty()
        yield _migrated_app
        db.session.rollback()
        db.session.remove()
        photograph.empty()
    clock.clock.release()


class Browser(FlaskClient):
    """Each request has an application context of its own, as under a server: what one page remembers of its reader
    (``g``) must not be there for the next. The test's own reading ends before: SQLite has one writer."""

    def open(self, *arguments: Any, **values: Any) -> Any:
        db.session.rollback()
        with self.application.app_context():
            return super().open(*arguments, **values)


@pytest.fixture
def client(app: Application) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def people(app: Application) -> People:
    """The reference data and the four people of the tests, committed."""
    return photograph.photograph.people()


class ClockHand:
    """Moves the application's clock: ``set("2026-11-20 09:00")`` in Paris time, ``advance(minutes=5)``."""

    def set(self, text: str) -> None:
        clock.clock.freeze(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris")))

    def advance(self, **delta: float) -> None:
        clock.clock.advance(**delta)


@pytest.fixture(name="clock")
def clock_hand() -> ClockHand:
    return ClockHand()


@pytest.fixture
def sign_in(client: FlaskClient) -> Any:
    """Sign an account in on the client, without going through the forms each time."""

    def do(account: Any) -> FlaskClient:
        return put_in(client, account)

    return do


@pytest.fixture
def outbox(app: Application) -> Any:
    """The mails queued so far, oldest first."""
    from cop.mail.models import MailMessage

    def read() -> list[MailMessage]:
        db.session.rollback()
        return list(db.session.scalars(sa.select(MailMessage).order_by(MailMessage.id)))

    return read


class Queries:
    """Counts the SQL statements of a block."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __enter__(self) -> "Queries":
        self.statements.clear()
        sa.event.listen(db.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: Any) -> None:
        sa.event.remove(db.engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.statements.append(statement)

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def queries(app: Application) -> Queries:
    return Queries()
