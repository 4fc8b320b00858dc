"""Brings a clone to life: `python3 -m deploy.setup [run|test|...] [then COMMAND...]`.

Standard library only, run by the system's Python. The last command replaces this process, so that
Ctrl-C or a SIGTERM given to make reaches the server itself and nothing stays behind.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - said in words rather than by a traceback
    sys.exit(
        f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.\n"
        "If another one is installed:  make PYTHON=python3.12 run"
    )

import argparse
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from deploy import frontend, python_tools
from deploy.console import PROJECT, TOOLS, VENV, Problem, answer_signals, finish, say
from deploy.port import require_free_port


@contextmanager
def only_one() -> Iterator[None]:
    """Two `make` at once in one clone: the second waits, then finds everything done."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up is at work in this folder: waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def set_up(*, development: bool) -> None:
    began = time.monotonic()
    if not (VENV / "cop-set-up.json").is_file():
        say("First time here: fetching what is needed into this folder (a minute or two).")
    with only_one():
        python_tools.ensure_environment(development=development)
        frontend.ensure_frontend(development=development)
        python_tools.compile_translations()
    spent = time.monotonic() - began
    if spent > 1:
        say(f"Everything is in place ({spent:.0f} s).")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m deploy.setup", description=__doc__)
    parser.add_argument("--development", action="store_true", help="also the tests' and the checks' tools")
    parser.add_argument("--free-port", action="store_true", help="refuse to start when PORT is taken")
    parser.add_argument("then", nargs=argparse.REMAINDER, help="program of .venv/bin to go on as")
    asked = parser.parse_args(arguments)
    # A terminated set-up takes pip, uv or npm with it instead of leaving them at work.
    answer_signals()
    os.chdir(PROJECT)
    try:
        if asked.free_port:
            require_free_port(os.environ.get("PORT", "8000"))
        set_up(development=asked.development)
    except Problem as problem:
        return finish(problem)
    except KeyboardInterrupt:
        return 130
    if asked.then:
        program, *rest = asked.then
        os.execv(VENV / "bin" / program, [str(VENV / "bin" / program), *rest])  # noqa: S606 - no shell is meant
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
