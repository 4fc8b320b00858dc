"""What the set-up says, and how it calls other programs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
TOOLS = PROJECT / ".tools"
VENV = PROJECT / ".venv"
NETWORK = (
    "Is this machine connected? Behind a mirror or a proxy, name them:  "
    "PIP_INDEX_URL=… npm_config_registry=… HTTPS_PROXY=… make run"
)


class Problem(Exception):
    """Something is missing or failed: a sentence for the person, with the way out."""


class NotHere(Problem):
    """This machine does not let it be done: said, with the way out, and no reason to refuse the rest."""


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a slow step, and how long it took: silence looks like a hang."""
    print(f"  · {text} … ", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def run(
    command: Sequence[str | Path],
    *,
    purpose: str,
    cwd: Path = PROJECT,
    env: Mapping[str, str] | None = None,
    hint: str = "",
) -> str:
    """Run a program in silence; when it fails, show what it said."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError as error:
        raise Problem(f"{words[0]} is not on this machine, needed to {purpose}.") from error
    if done.returncode:
        said = "\n".join(f"    {line}" for line in done.stdout.strip().splitlines()[-25:])
        raise Problem(f"Could not {purpose}. {Path(words[0]).name} said:\n{said}\n{hint}".rstrip())
    return done.stdout


def answer_signals() -> None:
    """SIGTERM ends us in order; our children hear Ctrl-C even where a shell started us deaf to it (`make test &`)."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, signal.default_int_handler)


def attend(command: Sequence[str | Path], env: Mapping[str, str]) -> int:
    """Run a program in the foreground; when we are stopped, let it put its own affairs in order.

    subprocess.run() would kill pytest at once, and leave behind the servers and browsers it started.
    """
    process = subprocess.Popen([str(word) for word in command], cwd=PROJECT, stdin=subprocess.DEVNULL, env=env)
    try:
        return process.wait()
    except KeyboardInterrupt:
        _let_end(process)  # the terminal gave it the same Ctrl-C
        raise
    except SystemExit:
        process.send_signal(signal.SIGINT)
        _let_end(process)
        raise


def _let_end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=30)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()


def finish(problem: Problem) -> int:
    print(problem, file=sys.stderr, flush=True)
    return 1
