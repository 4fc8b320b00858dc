"""The summary says what failed, and never calls a failure a success."""

from pathlib import Path

import pytest

from deploy import check, suites
from deploy.check import Outcome, Step
from deploy.console import NotHere, Problem

REPORT = """<testsuites><testsuite>
<testcase classname="tests.events.test_rules" name="test_a"/>
<testcase classname="tests.events.test_rules" name="test_b"><failure message="no"/></testcase>
<testcase classname="tests.events.test_rules" name="test_c"><error message="no"/></testcase>
<testcase classname="tests.events.test_rules" name="test_d"><skipped/></testcase>
</testsuite></testsuites>"""


def test_a_report_names_the_failed_tests(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    failed, told = suites.read_report(report)
    assert failed == ["tests.events.test_rules::test_b", "tests.events.test_rules::test_c"]
    assert told == "1 passed, 2 failed, 1 skipped"


def test_a_missing_piece_fails_its_step_and_the_others_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    def missing(_: object) -> tuple[str, str]:
        raise Problem("No Chromium was found. Install one")

    steps = [Step("browser", "tests in Chromium", missing), Step("checks", "types", lambda _: ("", "fine"))]
    outcomes = check.perform(steps, [])
    assert [bool(outcome.failure) for outcome in outcomes] == [True, False]
    check.summarise(outcomes, 2.0)
    said = capsys.readouterr().out
    assert "FAILED  tests in Chromium" in said
    assert "No Chromium was found. Install one" in said
    assert "1 of 2 failed" in said


def test_what_this_machine_refuses_is_said_and_fails_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def refused(_: object) -> tuple[str, str]:
        raise NotHere("This machine lets nobody make a namespace.")

    outcomes = check.perform([Step("mailbox", "tests with mail servers", refused)], [])
    check.summarise(outcomes, 2.0)
    said = capsys.readouterr().out
    assert "NOT RUN tests with mail servers" in said
    assert "This machine lets nobody make a namespace." in said
    assert "All is well, but not run here: tests with mail servers (2 s)." in said


def test_all_is_well_only_when_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    check.summarise([Outcome("types", "", 1.0)], 1.0)
    assert "All is well" in capsys.readouterr().out


def test_the_long_ones_run_beside_the_tests_on_sqlite_and_are_shown_at_their_turn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "test_one.py"
    file.write_text("def test_here():\n    pass\n\ndef test_wrong():\n    assert False\n")

    def missing(_: object) -> suites.Run:
        raise Problem("No PostgreSQL was found.")

    beside = {"browser": lambda _: suites.Run("test-beside", [str(file), "--confcutdir", str(tmp_path)])}
    monkeypatch.setattr(suites, "BESIDE", {**beside, "postgres": missing})
    monkeypatch.setattr(suites, "REPORTS", tmp_path)
    steps = [
        Step("sqlite", "tests on SQLite", lambda _: ("", "fine")),
        Step("browser", "tests in Chromium", lambda _: ("run twice", "")),
        Step("postgres", "tests on PostgreSQL", lambda _: ("", "at its turn")),
    ]
    first, second, third = check.perform(steps, [])
    assert (first.failure, first.told) == ("", "fine")
    assert second.failure.endswith("::test_wrong")
    assert second.told == "1 passed, 1 failed"
    assert (third.failure, third.told) == ("", "at its turn")
