"""``cop serve``, as it is started: what dies comes back, what is stopped stops whole."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cop import commands_watch
from cop.commands_watch import Child, Watch

pytestmark = pytest.mark.once  # on an installation of its own, always a SQLite file

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def until(ask: Callable[[], Any], what: str) -> Any:
    """The first answer that is true; the machine may be busy."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if answer := ask():
            return answer
        time.sleep(0.1)
    pytest.fail(f"waited {PATIENCE:.0f} s in vain: {what}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(pid: int) -> dict[int, str]:
    """The living children of a process: number and command."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                if int(parent) == pid and state != "Z":
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
    return found


def alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Served:
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def health(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                return dict(json.load(error))
        except OSError:
            return {}

    def child(self, words: str) -> int | None:
        return next((pid for pid, command in children(self.process.pid).items() if words in command), None)

    def ready(self) -> bool:
        return self.health().get("checks", {}).get("worker") == "ok"


def environment(instance: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COP_") and name != "PORT"}
    return {
        **kept,
        "COP_ENV": "development",
        "COP_SECRET_KEY": "tests-only-" + "x" * 32,
        "COP_INSTANCE": str(instance),
        "COP_PUBLIC_URL": "http://localhost",
        "COP_MAIL_TRANSPORT": "preview",
    }


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    port, log = free_port(), tmp_path / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cop.commands", "serve"],
            cwd=ROOT,
            env={**environment(tmp_path), "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    site = Served(process, port, log)
    try:
        until(lambda: process.poll() is not None or site.ready(), "the site answers and its worker lives")
        assert process.poll() is None, log.read_text()
        yield site
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)


def kill_and_wait(served: Served, words: str) -> None:
    first = served.child(words)
    assert first
    os.kill(first, signal.SIGKILL)
    # On a busy machine the killed one can be seen for a moment still.
    until(lambda: served.child(words) not in {None, first}, "another one is started")
    until(served.ready, "the site answers again and its worker lives")


def whole_of(served: Served) -> set[int]:
    """Its processes, once all are there: web, two web workers and the worker."""
    whole = set(children(served.process.pid))
    whole |= {grandchild for child in whole for grandchild in children(child)}
    return whole if len(whole) >= 4 else set()


def stop_and_look(served: Served, *numbers: int) -> set[int]:
    """Send the signals; the port is free again. Returns the processes that are still there."""
    # The first web worker answers while the second is still being started.
    whole = until(lambda: whole_of(served), "web, two web workers and the worker")
    for number in numbers:
        served.process.send_signal(number)
        time.sleep(0.05)
    assert served.process.wait(PATIENCE) == 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", served.port))
    return {pid for pid in whole if alive(pid)}


def test_what_is_killed_comes_back_and_what_is_stopped_stops_whole(served: Served) -> None:
    """One long life, since each takes seconds to begin."""
    until(lambda: "http://localhost" in served.log.read_text(), "the address is said")
    assert "Not set up yet:  cop init --preset NAME" in served.log.read_text()
    kill_and_wait(served, "cop.commands worker")
    kill_and_wait(served, "gunicorn")
    assert served.log.read_text().count("(code -9): started again") == 2
    assert stop_and_look(served, signal.SIGINT) == set()


def test_a_signal_passed_on_twice_is_still_an_orderly_stop(served: Served) -> None:
    """`make` passes on the SIGTERM its whole group has just received."""
    assert stop_and_look(served, signal.SIGTERM, signal.SIGTERM) == set()


def test_killed_itself_it_leaves_nothing_behind(served: Served) -> None:
    whole = until(lambda: whole_of(served), "web, two web workers and the worker")
    served.process.kill()
    assert served.process.wait(PATIENCE) == -signal.SIGKILL
    until(lambda: not [pid for pid in whole if alive(pid)], "its children, and theirs, end")


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "cop.commands", "serve"],
            cwd=ROOT,
            env={**environment(tmp_path), "PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith(f"Port {port} is taken by another program. Choose another:  PORT=")
    assert line.endswith(" make run")
    assert list(tmp_path.iterdir()) == [], "nothing was made"


def test_wrong_settings_are_said_and_nothing_is_started(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cop.commands", "serve", "--port", str(free_port())],
        cwd=ROOT,
        env={**environment(tmp_path), "COP_SECRET_KEY": "short"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert "COP_SECRET_KEY: too short" in done.stderr
    assert "Traceback" not in done.stderr


class TestWatch:
    def test_what_never_stands_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(commands_watch, "_PAUSES", (0.01, 0.01))
        said: list[str] = []
        assert Watch(said.append).keep_alive([Child("web", ("false",))], lambda: True) == 1
        assert [line.split(":")[0] for line in said[:2]] == ["The web process ended (code 1)"] * 2
        assert said[-1] == "The web process ends as soon as it is started (code 1): giving up."

    def test_a_program_is_run_to_its_end(self) -> None:
        assert Watch(print).run_once(("sh", "-c", "echo words; exit 3")) == (3, "words")

    def test_unless_asked_to_stop(self) -> None:
        watch = Watch(print)
        watch.ask_to_stop()
        code, said = watch.run_once(("sh", "-c", "echo begun; sleep 600"))
        assert code == -signal.SIGTERM
        assert said in {"begun", ""}

    def test_who_does_not_stop_is_made_to(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(commands_watch, "_PATIENCE", 0.3)
        ready = tmp_path / "ready"
        deaf = Child("deaf", ("sh", "-c", f"trap '' TERM; touch {ready}; while :; do sleep 0.1; done"))
        watch = Watch(print)

        def stop_when_ready() -> bool:
            if ready.exists():
                watch.ask_to_stop()
            return False

        assert watch.keep_alive([deaf], stop_when_ready) == 0
        assert deaf.process
        assert deaf.process.returncode == -signal.SIGKILL
