"""Memory of web and worker at rest: the proportional set size of the processes ``cop serve`` starts.

The bound is a bare Flask application under the same server, with the same number of processes: what any Flask
application holds before it does anything of its own.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.web import ROOT, _free_port, _wait

NAME = "Memory at rest"
BOUND = "bare Flask application, same server, same number of web processes"
SETTLE = 15  # seconds, for the worker's first ticks


def run() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        ours = _measure(["-m", "cop.commands", "serve", "--demo"], {"COP_INSTANCE": f"{folder}/ours"}, option="--port")
        environ = {"BARE_DATABASE": f"{folder}/bare.sqlite3"}
        bare = _measure(
            ["-m", "gunicorn", "benchmarks.bare:app", "--worker-class", "gthread", "--workers", "2", "--threads", "4"],
            environ,
            option="--bind",
        )
    return {
        "measured": f"{ours:.0f} MB",
        "aim": "≤ 350 MB",
        "met": ours <= 350,
        "details": [f"web, worker and their parent {ours:.0f} MB, bound {bare:.0f} MB, ratio {ours / bare:.1f}"],
    }


def _measure(words: list[str], environ: dict[str, str], option: str) -> float:
    port = _free_port()
    address = str(port) if option == "--port" else f"127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, *words, option, address],
        env={**os.environ, **environ},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(port)
        time.sleep(SETTLE)
        return sum(map(_proportional, _family(process.pid))) / 1024
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _family(pid: int) -> list[int]:
    """The process and all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in _family(int(child)))]


def _proportional(pid: int) -> int:
    """Proportional set size, in kB: memory shared by several processes is counted once between them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
