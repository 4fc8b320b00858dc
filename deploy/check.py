"""Everything that must hold: checks, tests on both databases, browser tests. One summary at the end.

make test                                             everything
.venv/bin/python -m deploy.check --only checks        linters, types, contracts
.venv/bin/python -m deploy.check --only sqlite tests/events
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy import browser, postgres
from deploy.console import PROJECT, TOOLS, VENV, Problem, attend, say

REPORTS = TOOLS / "reports"
BROWSER_TESTS = "tests/browser"
# Says which tests made one wait.
LOOK = ("--durations=5", "--durations-min=5")


@dataclass
class Outcome:
    title: str
    failure: str  # empty when all went well
    seconds: float
    told: str = ""


@dataclass(frozen=True)
class Step:
    group: str
    title: str
    run: Callable[[Sequence[str]], tuple[str, str]]  # paths -> (failure, what is told in the summary)


def tool(*words: str) -> Callable[[Sequence[str]], tuple[str, str]]:
    """A linter: silent unless it has something to say."""

    def call(paths: Sequence[str]) -> tuple[str, str]:
        del paths
        done = subprocess.run(
            [VENV / "bin" / words[0], *words[1:]],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return "", ""
        say((done.stdout + done.stderr).strip())
        return f"{' '.join(words)} found faults", ""

    return call


def pytest(name: str, *arguments: str, environment: dict[str, str] | None = None) -> tuple[str, str]:
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = REPORTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    settings = {key: value for key, value in os.environ.items() if key != "COP_TEST_DATABASE_URL"}
    code = attend(
        [VENV / "bin" / "python", "-m", "pytest", f"--junit-xml={report}", *LOOK, *arguments],
        env={**settings, **(environment or {})},
    )
    failed, told = _read_report(report)
    if code == 5:
        return "no test was found", told
    if code and not failed:
        return f"pytest stopped with code {code}", told
    return ", ".join(failed), told


def _read_report(report: Path) -> tuple[list[str], str]:
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


def on_sqlite(paths: Sequence[str]) -> tuple[str, str]:
    return pytest("sqlite", *(paths or [f"--ignore={BROWSER_TESTS}"]))


def on_postgres(paths: Sequence[str]) -> tuple[str, str]:
    arguments = [*(paths or [f"--ignore={BROWSER_TESTS}"])]
    given = os.environ.get("COP_TEST_DATABASE_URL", "")
    if given.startswith("postgres"):
        return pytest("postgres", *arguments, environment={"COP_TEST_DATABASE_URL": given})
    with postgres.server() as url:
        return pytest("postgres", *arguments, environment={"COP_TEST_DATABASE_URL": url})


def in_browser(paths: Sequence[str]) -> tuple[str, str]:
    settings = browser.environment()
    say(f"  Browser: {settings['COP_CHROMIUM']}")
    return pytest("browser", *(paths or [BROWSER_TESTS]), environment=settings)


STEPS = (
    Step("checks", "lock files", tool("python", "-m", "deploy.lock", "check")),
    Step("checks", "ruff, faults", tool("ruff", "check", ".")),
    Step("checks", "ruff, layout", tool("ruff", "format", "--check", ".")),
    Step("checks", "mypy, types", tool("mypy")),
    Step("checks", "import contracts", tool("lint-imports")),
    Step("checks", "declared dependencies", tool("deptry", ".")),
    Step("checks", "templates", tool("djlint", "templates", "--lint", "--quiet")),
    Step("sqlite", "tests on SQLite", on_sqlite),
    Step("postgres", "tests on PostgreSQL", on_postgres),
    Step("browser", "tests in Chromium", in_browser),
)


@contextmanager
def _timer() -> Iterator[Callable[[], float]]:
    began = time.monotonic()
    yield lambda: time.monotonic() - began


def perform(chosen: Sequence[Step], paths: Sequence[str]) -> list[Outcome]:
    outcomes = []
    for number, one in enumerate(chosen, start=1):
        say(f"[{number}/{len(chosen)}] {one.title}")
        with _timer() as spent:
            try:
                failure, told = one.run(paths)
            except Problem as problem:
                failure, told = str(problem), ""
                say(failure)
            outcomes.append(Outcome(one.title, failure, spent(), told))
    return outcomes


def summarise(outcomes: Sequence[Outcome]) -> None:
    say("\nSummary")
    for outcome in outcomes:
        mark = "FAILED" if outcome.failure else "ok"
        say(f"  {mark:<7} {outcome.title:<24} {outcome.seconds:6.1f} s  {outcome.told}".rstrip())
    failed = [outcome for outcome in outcomes if outcome.failure]
    for outcome in failed:
        say(f"\n{outcome.title}: {outcome.failure}")
    total = sum(outcome.seconds for outcome in outcomes)
    say(f"\n{'All is well' if not failed else f'{len(failed)} of {len(outcomes)} failed'} ({total:.0f} s).")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="deploy.check", description="Checks and tests.")
    parser.add_argument("--only", choices=sorted({one.group for one in STEPS}), action="append")
    parser.add_argument("paths", nargs="*", help="tests to run instead of all")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        outcomes = perform([one for one in STEPS if not asked.only or one.group in asked.only], asked.paths)
    except KeyboardInterrupt:
        say("\nInterrupted.")
        return 130
    summarise(outcomes)
    return 1 if any(outcome.failure for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
