"""Clock, signed links, addresses, times in the database, fields."""

import threading
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from wtforms import PasswordField, StringField

from cop.core import clock as core_clock
from cop.core import links, tokens
from cop.core.db import db, insert_if_absent
from cop.core.errors import Refused
from cop.core.forms import Form
from cop.core.rate_limits import RateLimit
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application


class TestClock:
    def test_a_wall_clock_time_in_winter_and_summer(self) -> None:
        winter = core_clock.at_local(date(2027, 1, 14), time(9, 0))
        summer = core_clock.at_local(date(2027, 7, 14), time(9, 0))
        assert (winter, summer) == (datetime(2027, 1, 14, 8, tzinfo=UTC), datetime(2027, 7, 14, 7, tzinfo=UTC))

    @pytest.mark.parametrize("day", [date(2027, 3, 28), date(2026, 3, 29)])
    def test_the_hour_that_does_not_exist_is_refused(self, day: date) -> None:
        with pytest.raises(Refused):
            core_clock.at_local(day, time(2, 30))
        assert core_clock.at_local(day, time(3, 0)) - core_clock.at_local(day, time(1, 59)) == timedelta(minutes=1)

    @pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 10, 31)])
    def test_the_hour_that_happens_twice_is_refused(self, day: date) -> None:
        with pytest.raises(Refused):
            core_clock.at_local(day, time(2, 30))
        assert core_clock.at_local(day, time(3, 0)) - core_clock.at_local(day, time(1, 59)) == timedelta(
            hours=2, minutes=1
        )

    def test_a_time_nobody_types_is_never_refused(self) -> None:
        assert core_clock.nearest_local(date(2027, 3, 28), time(2, 30)) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
        assert core_clock.nearest_local(date(2026, 10, 25), time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_a_stopped_clock_needs_to_know_where_it_is(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            core_clock.clock.freeze(datetime(2026, 1, 1))  # noqa: DTZ001


class TestTokens:
    def test_a_token_says_its_subject_for_its_purpose_only(self, app: Application) -> None:
        token = tokens.sign("cancel", "981:12")
        assert tokens.read("cancel", token) == "981:12"
        with pytest.raises(tokens.BadToken):
            tokens.read("show", token)

    def test_altered_it_says_nothing(self, app: Application) -> None:
        token = tokens.sign("cancel", "981:12")
        for position in range(0, len(token), 7):
            altered = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
            with pytest.raises(tokens.BadToken):
                tokens.read("cancel", altered)
        for nonsense in ("", ".", "é", "a" * 5000, token + "x"):
            with pytest.raises(tokens.BadToken):
                tokens.read("cancel", nonsense)

    def test_it_ends_when_it_was_said_to(self, app: Application, clock: Any) -> None:
        token = tokens.sign("cancel", "1", core_clock.now() + timedelta(hours=1))
        clock.advance(hours=1)
        assert tokens.read("cancel", token) == "1"
        clock.advance(seconds=1)
        with pytest.raises(tokens.BadToken) as late:
            tokens.read("cancel", token)
        assert late.value.expired

    def test_it_fits_in_an_address(self, app: Application) -> None:
        assert tokens.sign("cancel", "981:12").replace("-", "").replace("_", "").replace(".", "").isalnum()


class TestAddresses:
    def test_they_are_built_on_the_public_address(self, app: Application) -> None:
        assert links.absolute_url("accounts.link", token="abc") == "http://localhost/connexion/lien/abc"
        with app.test_request_context(headers={"Host": "evil.example"}):
            assert links.absolute_url("accounts.sign_in") == "http://localhost/connexion"

    @pytest.mark.parametrize("target", ["/", "/agenda", "/agenda?page=2&q=a%20b", "/evenements/été"])
    def test_a_page_of_the_site(self, target: str) -> None:
        assert links.local_path(target) == target

    @pytest.mark.parametrize(
        "target",
        [
            None,
            "",
            "agenda",
            "//x",
            "///x",
            "/\\x",
            "\\/x",
            "http://x",
            "javascript:x",
            "/a b",
            "/\tx",
            "/a\nb",
            " /a",
            "/\x7f",
        ],
    )
    def test_anything_else_is_none(self, target: str | None) -> None:
        assert links.local_path(target) is None


class TestDatabase:
    def test_a_moment_comes_back_as_it_was(self, app: Application) -> None:
        paris = core_clock.local(core_clock.now())
        with unit_of_work():
            db.session.add(RateLimit(key="k", window=0, hits=1, expires_at=paris))
        found = db.session.scalars(sa.select(RateLimit.expires_at)).one()
        assert found == paris
        assert found.tzinfo is UTC

    def test_a_moment_without_zone_is_refused(self, app: Application) -> None:
        with pytest.raises(sa.exc.StatementError, match="naive"), unit_of_work():
            db.session.add(RateLimit(key="k", window=0, hits=1, expires_at=datetime(2026, 1, 1)))  # noqa: DTZ001

    def test_inserted_once_and_told_who_did(self, app: Application) -> None:
        values = {"key": "k", "window": 0, "hits": 1, "expires_at": core_clock.now()}
        with unit_of_work():
            assert insert_if_absent(RateLimit, values, key=["key", "window"])
            assert not insert_if_absent(RateLimit, values, key=["key", "window"])

    def test_read_then_written_by_many_at_once_nothing_is_lost(self, app: Application) -> None:
        """Eight writers, five times each: with SQLite's deferred BEGIN most of it would vanish or fail."""
        with unit_of_work():
            db.session.add(RateLimit(key="k", window=0, hits=0, expires_at=core_clock.now()))

        def one() -> None:
            with app.app_context():
                for _ in range(5):
                    with unit_of_work():
                        row = db.session.scalars(sa.select(RateLimit).with_for_update()).one()
                        row.hits += 1

        threads = [threading.Thread(target=one) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert db.session.scalars(sa.select(RateLimit.hits)).one() == 40


class Sample(Form):
    text = StringField("Text")
    secret = PasswordField("Secret")


class TestFields:
    def test_text_is_trimmed_and_freed_of_what_breaks_calendars(self, app: Application) -> None:
        sent = {"text": "  Écrire\u2028 sans\x00 se\x85 faire\x1b mal\r\n ", "secret": "  as typed\x00  "}
        with app.test_request_context(method="POST", data=sent):
            form = Sample()
        assert form.text.data == "Écrire sans se faire mal"
        assert form.secret.data == "  as typed\x00  "

    def test_text_left_out_is_empty(self, app: Application) -> None:
        with app.test_request_context(method="POST", data={"other": "x"}):
            assert Sample().text.data == ""
