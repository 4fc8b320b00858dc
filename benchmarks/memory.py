"""Memory of web and worker at rest: the proportional set size of the processes ``cop serve`` starts.

The bound is a bare Flask application under the same server, with the same number of web processes: what any Flask
application holds before it does anything of its own. Both have served some pages, so that nothing is left to load.
"""

import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.servers import Server, free_port, gunicorn, prepare_bare, prepare_ours, running
from benchmarks.web import read_pages

NAME = "Memory at rest"
BOUND = "bare Flask application, same server, same number of web processes"
AIM = 350  # MB
WEB_PROCESSES = 2
SETTLE = 10  # seconds, for the worker's first ticks


def run() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        words = ["-m", "cop.commands", "serve", "--port", str(port), "--web-workers", str(WEB_PROCESSES)]
        with running(words, prepare_ours(folder), port) as server:
            ours = _at_rest(server)
        with gunicorn("benchmarks.bare:app", prepare_bare(folder), workers=WEB_PROCESSES) as server:
            bare = _at_rest(server)
    return {
        "measured": f"{ours:.0f} MB",
        "aim": f"≤ {AIM} MB",
        "met": ours <= AIM,
        "details": [f"web, worker and their parent {ours:.0f} MB, bound {bare:.0f} MB, ratio {ours / bare:.1f}"],
    }


def _at_rest(server: Server) -> float:
    read_pages(server, 200)
    time.sleep(SETTLE)
    return server.memory()
