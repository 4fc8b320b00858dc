"""Everything that must hold: checks, tests on both databases, browser tests. One summary at the end.

make test                                             everything
.venv/bin/python -m deploy.check --only checks        linters, types, contracts
.venv/bin/python -m deploy.check --only sqlite tests/events
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy import suites
from deploy.console import PROJECT, VENV, NotHere, Problem, answer_signals, say
from deploy.suites import Beside


@dataclass
class Outcome:
    title: str
    failure: str  # empty when all went well
    seconds: float
    told: str = ""
    left_out: bool = False  # this machine does not allow it, and that is no fault of ours


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


STEPS = (
    Step("checks", "lock files", tool("python", "-m", "deploy.lock", "check")),
    Step("checks", "ruff, faults", tool("ruff", "check", ".")),
    Step("checks", "ruff, layout", tool("ruff", "format", "--check", ".")),
    Step("checks", "mypy, types", tool("mypy")),
    Step("checks", "import contracts", tool("lint-imports")),
    Step("checks", "declared dependencies", tool("deptry", ".")),
    Step("checks", "templates", tool("djlint", "templates", "--lint", "--quiet")),
    Step("sqlite", "tests on SQLite", lambda paths: suites.sqlite(paths).in_front()),
    Step("browser", "tests in Chromium", lambda paths: suites.in_browser(paths).in_front()),
    Step("mailbox", "tests with mail servers", lambda paths: suites.with_mail_servers(paths).in_front()),
    Step("postgres", "tests on PostgreSQL", lambda paths: suites.postgresql(paths).in_front()),
)


def perform(chosen: Sequence[Step], paths: Sequence[str]) -> list[Outcome]:
    outcomes = []
    beside: dict[str, Beside] = {}
    try:
        for number, one in enumerate(chosen, start=1):
            say(f"[{number}/{len(chosen)}] {one.title}")
            if one.group == "sqlite":
                beside = _begin([other for other in chosen if other.group in suites.BESIDE], paths)
            if run := beside.get(one.group):
                failure, told = run.follow()
                outcomes.append(Outcome(one.title, failure, run.seconds, told))
            else:
                outcomes.append(_perform(one, paths))
    finally:
        for run in beside.values():
            run.stop()
    return outcomes


def _begin(steps: Sequence[Step], paths: Sequence[str]) -> dict[str, Beside]:
    """What cannot begin is left to its turn, which says why."""
    begun = {}
    for one in steps:
        with contextlib.suppress(Problem):
            begun[one.group] = Beside(suites.BESIDE[one.group](paths))
            say(f"  The {one.title} run meanwhile; they are shown at their turn.")
    return begun


def _perform(one: Step, paths: Sequence[str]) -> Outcome:
    began = time.monotonic()
    failure, told, left_out = "", "", False
    try:
        failure, told = one.run(paths)
    except NotHere as problem:
        told, left_out = str(problem), True
        say(told)
    except Problem as problem:
        failure = str(problem)
        say(failure)
    return Outcome(one.title, failure, time.monotonic() - began, told, left_out)


def summarise(outcomes: Sequence[Outcome], seconds: float) -> None:
    say("\nSummary")
    for outcome in outcomes:
        mark = "FAILED" if outcome.failure else "NOT RUN" if outcome.left_out else "ok"
        say(f"  {mark:<7} {outcome.title:<24} {outcome.seconds:6.1f} s  {outcome.told}".rstrip())
    failed = [outcome for outcome in outcomes if outcome.failure]
    for outcome in failed:
        say(f"\n{outcome.title}: {outcome.failure}")
    verdict = f"{len(failed)} of {len(outcomes)} failed" if failed else "All is well"
    left_out = ", ".join(outcome.title for outcome in outcomes if outcome.left_out)
    say(f"\n{verdict}{f', but not run here: {left_out}' if left_out else ''} ({seconds:.0f} s).")


def chosen(groups: Sequence[str]) -> list[Step]:
    return [one for one in STEPS if not groups or one.group in groups]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="deploy.check", description="Checks and tests.")
    parser.add_argument("--only", choices=sorted({one.group for one in STEPS}), action="append")
    parser.add_argument("paths", nargs="*", help="tests to run instead of all")
    asked = parser.parse_args(arguments)
    answer_signals()
    began = time.monotonic()
    try:
        outcomes = perform(chosen(asked.only or ()), asked.paths)
    except KeyboardInterrupt:
        say("\nInterrupted.")
        return 130
    summarise(outcomes, time.monotonic() - began)
    return 1 if any(outcome.failure for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
