"""The ``cop`` command on an installation of its own."""

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from cop.commands import PARTS, main
from cop.commands_serve import demonstration
from tests.worker.test_serve import environment

pytestmark = pytest.mark.once  # on an installation of its own, always a SQLite file

GOOD = "lune bateau seize camion"


@contextmanager
def engines_closed() -> Iterator[None]:
    """A command leaves its connections to the end of its process, which never comes here; Python 3.13 says so."""
    engines: set[sa.Engine] = set()

    def note(connection: sa.Connection) -> None:
        engines.add(connection.engine)

    sa.event.listen(sa.Engine, "engine_connect", note)
    yield
    sa.event.remove(sa.Engine, "engine_connect", note)
    for engine in engines:
        engine.dispose()


def run(instance: Path, *words: str, typed: str = "", **settings: str) -> Result:
    given = {name: value for name, value in environment(instance).items() if name.startswith("COP_")}
    with engines_closed():
        return CliRunner().invoke(main, list(words), input=typed, env={**given, **settings}, catch_exceptions=False)


@pytest.fixture
def cop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in [name for name in os.environ if name.startswith("COP_")]:
        monkeypatch.delenv(name)
    return partial(run, tmp_path)


@pytest.fixture(scope="module")
def cokillaje(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation, migrated and set up."""
    folder = tmp_path_factory.mktemp("cokillaje")
    with pytest.MonkeyPatch.context() as environ:
        for name in [name for name in os.environ if name.startswith("COP_")]:
            environ.delenv(name)
        assert run(folder, "init", "--preset", "cokillaje").exit_code == 0
    return folder


@pytest.fixture
def ready(cop: Any, cokillaje: Path, tmp_path: Path) -> Any:
    """Its commands, on a copy."""
    shutil.copytree(cokillaje, tmp_path, dirs_exist_ok=True)
    return cop


def test_every_part_says_what_it_does(cop: Any) -> None:
    page = cop("--help").output
    for name in PARTS.keys() - {"prepare"}:
        assert re.search(rf"^  {name} +\w", page, re.MULTILINE), name
        assert cop(name, "--help").exit_code == 0


def test_wrong_settings_are_said_in_words(cop: Any) -> None:
    done = cop("jobs", "list", COP_MAIL_PORT="smtp", COP_PUBLIC_URL="nowhere")
    assert done.exit_code == 2
    assert "COP_MAIL_PORT: expected a whole number" in done.output
    assert "COP_PUBLIC_URL: expected an address" in done.output


class TestInit:
    def test_it_sets_up_once_and_may_be_repeated(self, cop: Any) -> None:
        first = cop("init", "--preset", "cokillaje")
        assert first.exit_code == 0
        assert "Cokillaje is set up." in first.output
        assert "cop account create" in first.output
        assert cop("init", "--preset", "cokillaje").exit_code == 0

    def test_another_organisation_is_refused(self, ready: Any) -> None:
        done = ready("init", "--preset", "ctg")
        assert done.exit_code == 2
        assert "cokillaje" in done.output

    def test_an_unknown_preset_lists_them(self, cop: Any) -> None:
        done = cop("init", "--preset", "nothing")
        assert done.exit_code == 2
        for name in ("cokillaje", "cls-pontchateau", "ctg", "haute-herbasse", "pacte"):
            assert name in done.output

    def test_a_set_up_site_refuses_the_demonstration(self, ready: Any) -> None:
        done = ready("demo")
        assert done.exit_code == 1
        assert "not empty" in done.output


class TestAccount:
    def test_the_first_administrator_by_password(self, ready: Any) -> None:
        done = ready(
            "account", "create", "Ada@Cokillaje.example", "--name", "Ada Abel", "--role", "administrator",
            "--password", typed=f"{GOOD}\n{GOOD}\n",
        )  # fmt: skip
        assert done.exit_code == 0
        assert GOOD not in done.output
        assert "administrator, everywhere" in ready("account", "list").output
        assert "cop account create" not in ready("init", "--preset", "cokillaje").output

    def test_a_link_on_the_screen_or_by_mail(self, ready: Any) -> None:
        shown = ready("account", "create", "ada@cokillaje.example", "--link").output
        assert re.search(r"http://localhost/connexion/lien/[\w-]{43}", shown)
        mailed = ready("account", "create", "bob@cokillaje.example", "--role", "reader", "--territory", "department:49")
        assert "queued" in mailed.output
        assert "connexion/lien" not in mailed.output
        assert "reader, Maine-et-Loire" in ready("account", "list").output

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["nobody"], "not an e-mail address"),
            (["a@b.example", "--role", "reader", "--territory", "department:999"], "no territory “department:999”"),
            (["a@b.example", "--role", "emperor"], "emperor"),
        ],
    )
    def test_what_is_wrong_is_said(self, ready: Any, words: list[str], sentence: str) -> None:
        done = ready("account", "create", *words)
        assert done.exit_code == 2
        assert sentence in done.output
        assert ready("account", "list").output == ""

    def test_a_weak_password_is_refused(self, ready: Any) -> None:
        done = ready("account", "create", "a@b.example", "--password", typed="azertyuiop123\nazertyuiop123\n")
        assert done.exit_code == 2
        assert "first ones that are tried" in done.output
        assert ready("account", "list").output == ""


class TestJobs:
    def test_they_are_listed_with_their_last_success(self, ready: Any) -> None:
        assert "last success: never  LATE" in ready("jobs", "list").output
        assert ready("jobs", "run", "all").exit_code == 0
        page = ready("jobs", "list").output
        assert "last success: never" not in page
        assert "LATE" not in page

    def test_one_is_run(self, ready: Any) -> None:
        assert ready("jobs", "run", "accounts.forget").output == "accounts.forget: 4 done, 0 failed\n"

    def test_dry_it_only_says_what_is_due(self, ready: Any) -> None:
        assert ready("jobs", "run", "accounts.forget", "--dry-run").output == (
            "accounts.forget: 4 due\n  links\n  sign-ins\n  sessions\n  challenges\n"
        )
        assert "last success: never" in ready("jobs", "list").output

    def test_an_unknown_one_lists_them(self, ready: Any) -> None:
        done = ready("jobs", "run", "nothing")
        assert done.exit_code == 1
        assert "mail.delivery" in done.output


class TestCheck:
    def test_a_fault_is_said_with_its_exit_code(self, cop: Any, tmp_path: Path) -> None:
        done = cop("check")
        assert done.exit_code == 1
        assert "is empty. Make its tables: cop migrate" in done.output

    def test_all_is_well(self, ready: Any) -> None:
        ready("jobs", "run", "all")
        done = ready("check")
        assert done.exit_code == 0, done.output
        assert "FAULT" not in done.output
        for title in ("Settings", "Database", "Clock", "Mail", "The worker", "Register extract"):
            assert title in done.output

    def test_a_mail_server_that_does_not_answer_is_a_fault(self, ready: Any) -> None:
        ready("jobs", "run", "all")
        done = ready("check", COP_MAIL_TRANSPORT="smtp", COP_MAIL_PORT="1")
        assert done.exit_code == 1
        assert "FAULT Mail: localhost:1 cannot be used" in done.output

    def test_a_database_out_of_reach_is_said(self, cop: Any) -> None:
        done = cop("check", COP_DATABASE_URL="sqlite:////nowhere/at/all.sqlite3")
        assert done.exit_code == 1
        assert "FAULT Database" in done.output

    def test_the_password_of_the_database_is_not_shown(self, cop: Any) -> None:
        done = cop("check", COP_DATABASE_URL="postgresql://cop:s3cret@127.0.0.1:1/cop")
        assert done.exit_code == 1
        assert "s3cret" not in done.output


class TestMigrate:
    def test_a_file_that_holds_data_is_copied_first(self, ready: Any, tmp_path: Path) -> None:
        from cop.app import create_app, data_folder
        from cop.core import migrations
        from cop.core.db import db
        from tests.conftest import settings_for

        assert [path.name for path in tmp_path.glob("*.before-*")] == [], "nothing was there to copy"
        app = create_app(settings_for(tmp_path, COP_DATABASE_URL=f"sqlite:///{tmp_path / 'cop.sqlite3'}"))
        with app.app_context():
            migrations.downgrade(data_folder("migrations"), "-1")
            before = migrations.current()
            db.engine.dispose()
        done = ready("migrate")
        assert done.exit_code == 0
        [copy] = tmp_path.glob("*.before-*")
        assert copy.name == f"cop.sqlite3.before-{before}"
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(before,)]
            assert connection.execute("SELECT name FROM host").fetchall() == [("Cokillaje",)]
        ready("migrate")
        assert list(tmp_path.glob("*.before-*")) == [copy], "up to date: nothing to copy"


class TestDemonstration:
    def test_its_key_is_made_once_and_closed_to_others(self, tmp_path: Path) -> None:
        first: dict[str, str] = {"COP_INSTANCE": str(tmp_path / "new")}
        demonstration(first, 8123)
        key = Path(first["COP_SECRET_KEY_FILE"])
        assert key.stat().st_mode & 0o777 == 0o600
        assert len(key.read_text().strip()) == 64
        assert first["COP_PUBLIC_URL"] == "http://localhost:8123"
        assert (first["COP_MAIL_TRANSPORT"], first["COP_DEMO"], first["COP_ENV"]) == ("preview", "yes", "development")
        written = key.read_text()
        demonstration({"COP_INSTANCE": str(tmp_path / "new")})
        assert key.read_text() == written

    def test_what_is_given_is_kept(self, tmp_path: Path) -> None:
        given = {"COP_INSTANCE": str(tmp_path), "COP_SECRET_KEY": "k" * 32, "COP_PUBLIC_URL": "https://demo.example"}
        environ = dict(given)
        demonstration(environ)
        assert given.items() <= environ.items()
        assert "COP_SECRET_KEY_FILE" not in environ
        assert list(tmp_path.iterdir()) == []
