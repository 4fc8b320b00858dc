"""Runs of pytest: on SQLite, on PostgreSQL, in a browser; some of them run beside another.

Half of the time of the tests is spent waiting for a disk, a database, a page or a clock: three runs on two
processors take hardly longer than one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from deploy import browser, mailservers, postgres
from deploy.console import PROJECT, TOOLS, VENV, attend, say

REPORTS = TOOLS / "reports"
BROWSER_TESTS = "tests/browser"
MAILBOX_TESTS = "tests/mailbox"
PYTHON = str(VENV / "bin" / "python")
# Says which tests made one wait.
LOOK = ("--durations=5", "--durations-min=5")
NO_TEST = 5

# Many tests start the commands: where containers ask Python to keep nothing it compiled, each of them took
# three seconds to start instead of one.
LEFT_OUT = ("COP_TEST_DATABASE_URL", "PYTHONDONTWRITEBYTECODE")

Result = tuple[str, str]  # what failed, empty when nothing did; the count in words


class Run:
    """One run of pytest and its report."""

    def __init__(self, name: str, tests: Sequence[str], *, through: Sequence[str] = (), **environment: str) -> None:
        REPORTS.mkdir(parents=True, exist_ok=True)
        self.report = REPORTS / f"{name}.xml"
        self.report.unlink(missing_ok=True)
        self.command = [*through, PYTHON, "-m", "pytest", f"--junit-xml={self.report}", *LOOK, *tests]
        # pytest puts its fixtures away on SIGINT; what runs it on PostgreSQL hands that on, and stops the server.
        self.ended_by = signal.SIGTERM if through else signal.SIGINT
        kept = {key: value for key, value in os.environ.items() if key not in LEFT_OUT}
        self.environment: Mapping[str, str] = {**kept, **environment}

    def in_front(self) -> Result:
        return self.result(attend(self.command, env=self.environment))

    def result(self, code: int) -> Result:
        failed, told = read_report(self.report)
        if code == NO_TEST:
            return "no test was found", told
        if code == postgres.UNAVAILABLE:
            return "no PostgreSQL could be started; the way out is said above", told
        if code and not failed:
            return f"pytest stopped with code {code}", told
        return ", ".join(failed), told


class Beside:
    """A run that goes on while another one is shown; its words are kept for its turn."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.log = run.report.with_suffix(".log")
        self._began = time.time()
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                run.command,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**run.environment, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,  # Ctrl-C is for us, who then stop it
            )

    @property
    def seconds(self) -> float:
        return self.log.stat().st_mtime - self._began

    def follow(self) -> Result:
        """Show what it said so far, then what it says, until its end."""
        with self.log.open(encoding="utf-8", errors="replace") as log:
            ended = False
            while not ended:
                ended = self._process.poll() is not None
                sys.stdout.write(log.read())
                sys.stdout.flush()
                if not ended:
                    time.sleep(0.2)
        return self.run.result(self._process.returncode)

    def stop(self) -> None:
        """It stops its tests and its server itself, which takes a moment."""
        if self._process.poll() is None:
            self._process.send_signal(self.run.ended_by)
            try:
                self._process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self._process.kill()


def read_report(report: Path) -> tuple[list[str], str]:
    """The failed tests, and the count in words."""
    if not report.is_file():
        return [], "no report"
    cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 - pytest has just written it
    failed, skipped = [], 0
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(f"{case.get('classname')}::{case.get('name')}")
        skipped += case.find("skipped") is not None
    passed = len(cases) - len(failed) - skipped
    left_out = f", {skipped} skipped" if skipped else ""
    return failed, f"{passed} passed, {len(failed)} failed{left_out}"


def _of_the_application(paths: Sequence[str]) -> Sequence[str]:
    """Without those that need more than a database."""
    return paths or [f"--ignore={BROWSER_TESTS}", f"--ignore={MAILBOX_TESTS}"]


def sqlite(paths: Sequence[str]) -> Run:
    return Run("sqlite", _of_the_application(paths))


def postgresql(paths: Sequence[str]) -> Run:
    """On the server that COP_TEST_DATABASE_URL names, else on one that lives as long as the run."""
    given = os.environ.get("COP_TEST_DATABASE_URL", "")
    if given.startswith("postgres"):
        return Run("postgres", _of_the_application(paths), COP_TEST_DATABASE_URL=given)
    return Run("postgres", _of_the_application(paths), through=[PYTHON, "-m", "deploy.postgres"])


def in_browser(paths: Sequence[str]) -> Run:
    settings = browser.environment()
    say(f"  Browser: {settings['COP_CHROMIUM']}")
    return Run("browser", paths or [BROWSER_TESTS], **settings)


def with_mail_servers(paths: Sequence[str]) -> Run:
    """Between a real SMTP and a real IMAP server, which the tests start and stop."""
    return Run("mailbox", paths or [MAILBOX_TESTS], **mailservers.environment())


# The long ones, which run beside the tests on SQLite and are shown at their turn.
BESIDE: Final[Mapping[str, Callable[[Sequence[str]], Run]]] = {"browser": in_browser, "postgres": postgresql}
