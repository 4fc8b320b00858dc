"""Who commits: one request, one transaction; and what goes with every answer."""

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.core.db import db
from cop.core.rate_limits import RateLimit
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from tests.people_of_the_tests import People


def written() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(RateLimit)) or 0


class TestTransaction:
    @pytest.mark.parametrize(("status", "kept"), [(200, 1), (303, 1), (400, 0), (422, 0), (409, 0), (500, 0)])
    def test_an_answer_below_400_keeps_what_was_written(self, trying: FlaskClient, status: int, kept: int) -> None:
        trying.post(f"/write?status={status}")
        assert written() == kept

    def test_what_was_not_flushed_is_kept_too(self, trying: FlaskClient) -> None:
        assert trying.post("/write-late").status_code == 200
        assert written() == 1

    @pytest.mark.parametrize("kind", ["404", "403", "429", "500"])
    def test_an_error_keeps_nothing(self, trying: FlaskClient, kind: str) -> None:
        assert trying.post(f"/raise/{kind}").status_code == int(kind)
        assert written() == 0

    @pytest.mark.parametrize("path", ["/write", "/write-late", "/write-in-bulk"])
    def test_reading_never_writes(self, trying: FlaskClient, path: str) -> None:
        """Mail scanners follow every link."""
        for method in ("GET", "HEAD"):
            answer = trying.open(path, method=method)
            assert (answer.status_code, written()) in {(500, 0), (200, 0)}
        assert trying.get("/write").status_code == 500, "and a page that tries is a defect, seen at once"

    def test_the_database_is_not_given_back_in_the_middle_of_a_write(self, trying: FlaskClient) -> None:
        assert trying.post("/release").status_code == 500
        assert written() == 0

    def test_a_unit_of_work_is_all_or_nothing(self, app: Application) -> None:
        from cop.core import clock

        def work(*, fail: bool) -> None:
            with unit_of_work():
                for window in range(3):
                    db.session.add(RateLimit(key="unit", window=window, hits=1, expires_at=clock.now()))
                    db.session.flush()
                if fail:
                    raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            work(fail=True)
        assert written() == 0
        work(fail=False)
        assert written() == 3


class TestHeaders:
    @pytest.mark.parametrize("path", ["/connexion", "/nowhere", "/apparence.css", "/health", "/static/css/base.css"])
    def test_every_answer_keeps_the_browser_safe(self, client: FlaskClient, people: People, path: str) -> None:
        with client.get(path) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers, "over http it would lock a test site out"

    def test_a_personal_page_is_not_kept_by_the_browser(self, client: FlaskClient, people: People) -> None:
        assert client.get("/connexion").headers["Cache-Control"] == "no-store"

    def test_no_script_and_no_style_is_written_in_a_page(self, client: FlaskClient, people: People) -> None:
        for path in ("/connexion", "/donnees-personnelles", "/mentions-legales", "/accessibilite", "/agenda"):
            page = client.get(path).text
            assert "<style" not in page
            assert " style=" not in page
            assert " onclick=" not in page
            assert "<script>" not in page


class TestNumbers:
    @pytest.mark.parametrize("number", [2**31, 2**63, 10**40])
    def test_a_number_beyond_counting_is_nowhere(self, client: FlaskClient, people: People, number: int) -> None:
        assert client.get(f"/demo/courrier?page={number}").status_code in {303, 404}
        assert client.get(f"/agenda/passe?page={number}").status_code < 500

    def test_a_year_beyond_the_calendar_too(self, trying: FlaskClient) -> None:
        assert trying.get("/agenda?page=99999999999999999999").status_code < 500
