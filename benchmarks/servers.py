"""What the benchmarks serve: our application with one event to register for, and the bare bound, each as processes
of their own on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SLUG = "mesure"
PATIENCE = 60  # seconds for a server to answer, or to stop


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def family(self) -> list[int]:
        """The process and all its descendants."""
        return _family(self.pid)

    def processor_seconds(self) -> float:
        return sum(map(_processor_ticks, self.family())) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MB; what several processes share is counted once between them (proportional set size)."""
        return sum(map(_proportional, self.family())) / 1024


def environ_of_ours(folder: Path) -> dict[str, str]:
    return {
        "COP_ENV": "production",
        "COP_SECRET_KEY": "benchmark-only-" + "x" * 32,
        "COP_PUBLIC_URL": "http://localhost",
        "COP_INSTANCE": str(folder / "ours"),
        "COP_MAIL_TRANSPORT": "preview",
        "COP_TRUSTED_PROXIES": "1",
        "COP_LOG_LEVEL": "WARNING",
    }


def prepare_ours(folder: Path) -> dict[str, str]:
    """A new instance with one published event; returns the environment it is served in."""
    environ = environ_of_ours(folder)
    _python(["-m", "cop.commands", "init", "--preset", "cokillaje"], environ)
    _python(["-m", "benchmarks.event"], environ)
    return environ


def prepare_bare(folder: Path, *, keeps_open: bool = False) -> dict[str, str]:
    environ = {"BARE_DATABASE": str(folder / f"bare{keeps_open:d}.sqlite3")}
    if keeps_open:
        environ["BARE_KEEPS_OPEN"] = "yes"
    _python(["-c", "from benchmarks.bare import create_database; create_database()"], environ)
    return environ


@contextmanager
def gunicorn(application: str, environ: dict[str, str], *, workers: int = 1, threads: int = 4) -> Iterator[Server]:
    port = free_port()
    words = [
        "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
        "--workers", str(workers), "--threads", str(threads), "--preload", "--keep-alive", "30",
        "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip
    with running(words, environ, port) as server:
        yield server


@contextmanager
def running(words: list[str], environ: dict[str, str], port: int) -> Iterator[Server]:
    """A Python program until it answers on ``port``, and for the time of the block."""
    process = subprocess.Popen(
        [sys.executable, *words], env={**os.environ, **environ}, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        _wait(port, process)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with code {process.returncode} before it answered")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing answers on port {port} after {PATIENCE} seconds")


def _python(words: list[str], environ: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in _family(int(child)))]


def _processor_ticks(pid: int) -> int:
    """User and system time, after the name of the program, which may hold blanks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _proportional(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
