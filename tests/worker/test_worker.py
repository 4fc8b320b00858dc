"""The worker in its own process: it runs every job, and finishes what is in hand before it ends."""

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from cop.core import jobs
from cop.core.web import Application
from tests.worker.test_serve import PATIENCE, ROOT, environment, until

# A worker with one job of our own: three items, each leaving a file when it begins and when it ends.
PROGRAM = """
import sys, time
from datetime import timedelta
from pathlib import Path
from cop import worker
from cop.app import create_app, data_folder
from cop.core import migrations
from cop.core.jobs import BEAT, Job

folder = Path(sys.argv[1])

def handle(key, now):
    (folder / f"begun-{key}").touch()
    while not (folder / f"go-{key}").exists():
        time.sleep(0.02)
    (folder / f"ended-{key}").touch()

app = create_app()
with app.app_context():
    migrations.upgrade(data_folder("migrations"))
app.extensions["cop.jobs"] = [BEAT, Job("slow", "Slow", timedelta(hours=1), lambda now: ["a", "b", "c"], handle)]
worker.run(app)
"""


@pytest.fixture
def working(tmp_path: Path) -> Any:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), str(tmp_path)], cwd=ROOT, env=environment(tmp_path)
    )
    yield process
    if process.poll() is None:
        process.kill()
        process.wait()


# On an installation of its own, always a SQLite file.
@pytest.mark.once
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_item_in_hand_is_finished_and_no_other_begun(
    working: subprocess.Popen[bytes], tmp_path: Path, number: int
) -> None:
    until((tmp_path / "begun-a").exists, "the first item is in hand")
    working.send_signal(number)
    time.sleep(0.5)
    assert working.poll() is None, "it waits for the item"
    (tmp_path / "go-a").touch()
    assert working.wait(PATIENCE) == 0
    assert (tmp_path / "ended-a").exists()
    assert not (tmp_path / "begun-b").exists()


@pytest.mark.once
def test_a_signal_before_the_first_tick_stops_it_too(tmp_path: Path) -> None:
    command, settings = [sys.executable, "-m", "cop.commands"], environment(tmp_path)
    subprocess.run([*command, "migrate"], cwd=ROOT, env=settings, check=True)
    process = subprocess.Popen([*command, "worker"], cwd=ROOT, env=settings)
    # Whenever it comes: while it loads it ends at once, afterwards in order.
    time.sleep(1.0)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) in {0, -signal.SIGTERM}


def test_the_jobs_of_every_slice_are_known(app: Application) -> None:
    """What the worker runs is what the slices' ``jobs.py`` declare."""
    declared = {path.parent.name for path in (ROOT / "cop").glob("*/jobs.py") if path.parent.name != "core"}
    known = {job.handle.__module__.split(".")[1] for job in jobs.known()}
    assert declared <= known
