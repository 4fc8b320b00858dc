"""How the system is: in plain words for people, in a code for programs."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.admin import rules
from cop.admin.rules import JobLine, State
from cop.core import clock as core_clock
from cop.core import jobs
from cop.core.db import db
from cop.core.jobs import Job, JobRun
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.mail.models import MailMessage
from tests.people_of_the_tests import People

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def job_line(**changes: Any) -> JobLine:
    values: dict[str, Any] = {"name": "a.b", "title": "Faire", "every": timedelta(minutes=1), "succeeded_at": NOW}
    return JobLine(**{**values, "items": 0, "errors": 0, "last_error": "", "late": False, **changes})


@pytest.fixture
def all_ran(app: Application) -> None:
    """Every job has just succeeded, as a worker leaves them."""
    for job in jobs.known():
        jobs.run(Job(job.name, job.title, job.every, lambda _now: (), job.handle))


@pytest.mark.usefixtures("app")
class TestWords:
    @pytest.mark.parametrize(
        ("silence", "state", "words"),
        [
            (None, State.BAD, "jamais tourné"),
            (timedelta(seconds=20), State.GOOD, "travaille"),
            (timedelta(minutes=3), State.GOOD, "travaille"),
            (timedelta(minutes=4), State.BAD, "depuis 4 minutes"),
            (timedelta(hours=30), State.BAD, "depuis 30 heures"),
            (timedelta(days=12), State.BAD, "depuis 12 jours"),
        ],
    )
    def test_the_worker(self, silence: timedelta | None, state: State, words: str) -> None:
        check = rules.worker(None if silence is None else NOW - silence, NOW)
        assert check.state is state
        assert words in check.words
        assert bool(check.advice) is (state is State.BAD)

    def test_jobs(self) -> None:
        assert rules.jobs([job_line()]).state is State.GOOD
        failing = rules.jobs([job_line(), job_line(errors=2)])
        assert (failing.state, "Faire" in failing.words) == (State.WARN, True)
        late = rules.jobs(
            [job_line(late=True, title="Rappeler"), job_line(late=True, title="Écrire"), job_line(errors=2)]
        )
        assert late.state is State.BAD
        never = rules.jobs([job_line(late=True, succeeded_at=None)] * 2)
        assert (never.state, "Rien n’a encore été fait" in never.words, never.advice) == (State.BAD, True, "")
        assert late.words.replace("\u00a0", " ") == "2 tâches sont en retard : Rappeler, Écrire."

    @pytest.mark.parametrize(
        ("server", "error", "demanding", "state", "words"),
        [
            ("", "", False, State.GOOD, "contact@cokillaje.example, et le site ne les lit pas"),
            ("", "", True, State.WARN, "contact@cokillaje.example, et le site ne les lit pas"),
            ("imap.example", "", True, State.GOOD, "imap.example"),
            ("imap.example", "AUTHENTICATIONFAILED", True, State.WARN, "AUTHENTICATIONFAILED"),
        ],
    )
    def test_answers_from_calendars(self, server: str, error: str, demanding: bool, state: State, words: str) -> None:
        """Whoever sends invitations is told that answers come to an address nobody reads by itself."""
        check = rules.answers(server, "contact@cokillaje.example", error, demanding=demanding)
        assert check.state is state
        assert words in check.words
        assert bool(check.advice) is (not server or bool(error))

    @pytest.mark.parametrize(
        ("waiting", "oldest", "failed", "unreachable", "state"),
        [
            (0, None, 0, None, State.GOOD),
            (40, timedelta(minutes=2), 0, None, State.GOOD),
            (1, timedelta(minutes=16), 0, None, State.BAD),
            (0, None, 1, None, State.WARN),
            (3, timedelta(minutes=1), 0, "ConnectionRefusedError", State.BAD),
        ],
    )
    def test_mails(
        self, waiting: int, oldest: timedelta | None, failed: int, unreachable: str | None, state: State
    ) -> None:
        since = NOW - oldest if oldest else None
        assert rules.mails(waiting, since, failed, 12, unreachable, NOW).state is state

    def test_the_extract(self) -> None:
        today = date(2026, 11, 20)
        assert rules.extract(None, today).state is State.WARN
        assert rules.extract(date(2026, 11, 12), today).state is State.GOOD
        assert rules.extract(date(2026, 5, 20), today).state is State.WARN

    def test_the_worst_counts(self) -> None:
        good, bad = rules.database(answers=True), rules.database(answers=False)
        warn = rules.extract(None, date(2026, 11, 20))
        assert rules.overall([good]) is State.GOOD
        assert rules.overall([good, warn]) is State.WARN
        assert rules.overall([warn, bad, good]) is State.BAD

    def test_the_legal_notice_lacks_its_host(self) -> None:
        assert rules.legal_notice("Somebody, 1 rue X") is None
        missing = rules.legal_notice("")
        assert missing is not None
        assert missing.state is State.WARN


class TestForPrograms:
    def test_without_worker_it_is_a_fault(self, client: FlaskClient, people: People) -> None:
        answer = client.get("/health")
        assert (answer.status_code, answer.json["status"]) == (503, "fault")
        assert answer.json["checks"]["database"] == "ok"
        assert answer.json["checks"]["worker"] == "fault"

    def test_with_a_worker_it_is_well(self, client: FlaskClient, people: People, all_ran: None) -> None:
        answer = client.get("/health")
        # An extract is missing, which is worth a look and no fault.
        assert (answer.status_code, answer.json["status"]) == (200, "attention")
        assert answer.headers["Cache-Control"] == "no-store"

    def test_the_first_moments_of_a_worker_are_no_fault(self, client: FlaskClient, people: People) -> None:
        jobs.announce()
        jobs.run(jobs.BEAT)
        assert client.get("/health").json["checks"]["jobs"] == "ok"

    def test_a_worker_that_stopped_is_seen(
        self, client: FlaskClient, people: People, all_ran: None, clock: Any
    ) -> None:
        clock.advance(minutes=5)
        answer = client.get("/health")
        assert (answer.status_code, answer.json["checks"]["worker"]) == (503, "fault")

    def test_a_late_job_is_seen_while_the_worker_lives(
        self, client: FlaskClient, people: People, all_ran: None, clock: Any
    ) -> None:
        clock.advance(minutes=5)
        jobs.run(jobs.BEAT)
        answer = client.get("/health")
        assert answer.json["checks"] | {"extract": ""} == {
            "database": "ok", "worker": "ok", "jobs": "fault", "mails": "ok", "answers": "ok", "extract": "",
        }  # fmt: skip

    def test_a_database_that_does_not_answer_is_said(
        self, client: FlaskClient, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The wire to the database is cut."""

        def cut(*_: Any, **__: Any) -> Any:
            raise sa.exc.OperationalError("SELECT 1", {}, Exception("no connection"))

        monkeypatch.setattr(db.session().__class__, "execute", cut)
        answer = client.get("/health")
        assert (answer.status_code, answer.json) == (503, {"status": "fault", "checks": {"database": "fault"}})

    def test_it_names_nobody(self, client: FlaskClient, people: People, all_ran: None) -> None:
        with unit_of_work():
            run = db.session.scalars(sa.select(JobRun).filter_by(name="mail.delivery")).one()
            run.errors, run.last_error = 1, "550 diane@cabinet.example unknown"
        assert "diane" not in client.get("/health").text


class TestForPeople:
    def test_it_says_so_in_words(self, sign_in: Any, people: People) -> None:
        page = sign_in(people.alice).get("/administration/etat")
        assert page.status_code == 200
        assert "Quelque chose sur quoi l’on compte ne se fait pas." in page.text
        assert "Il n’a jamais tourné" in page.text

    def test_errors_of_a_job_are_shown(self, sign_in: Any, people: People, all_ran: None) -> None:
        with unit_of_work():
            run = db.session.scalars(sa.select(JobRun).filter_by(name="mail.delivery")).one()
            run.errors, run.last_error = 1, "OSError: <disk> full"
        page = sign_in(people.alice).get("/administration/etat").text
        assert "OSError: &lt;disk&gt; full" in page

    def test_mails_that_failed_are_counted(self, sign_in: Any, people: People, all_ran: None) -> None:
        sign_in(people.alice)
        from cop.accounts import mails

        with unit_of_work():
            mails.account_opened(people.bob)
            db.session.scalars(sa.select(MailMessage)).one().status = "failed"
        page = sign_in(people.alice).get("/administration/etat").text
        assert "un courriel n’a pas pu être remis" in page

    def test_reading_it_writes_nothing(self, sign_in: Any, people: People, queries: Any) -> None:
        client = sign_in(people.alice)
        with queries:
            client.get("/administration/etat")
        assert not [one for one in queries.statements if one.split()[0] in {"INSERT", "UPDATE", "DELETE"}]
        assert core_clock.now()
