"""The public feed in the hands of those it is for: vdirsyncer fetches it from a running server, khal shows it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from cop.core import clock as core_clock
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.events.models import Event
from tests import people_of_the_tests as build
from tests.people_of_the_tests import People, territory

PROGRAMS = Path(sys.executable).parent
SYNC = """
[general]
status_path = "{folder}/status/"
[pair agenda]
a = "web"
b = "here"
collections = null
[storage web]
type = "http"
url = "{address}"
[storage here]
type = "filesystem"
path = "{folder}/agenda/"
fileext = ".ics"
"""
SHOW = """
[calendars]
[[agenda]]
path = {folder}/agenda/
readonly = True
[sqlite]
path = {folder}/khal.db
[locale]
local_timezone = Europe/Paris
default_timezone = Europe/Paris
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""


@pytest.fixture
def server(app: Application) -> Iterator[str]:
    """The application, listening on this machine."""
    made = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join(timeout=10)
    made.server_close()


def run(folder: Path, *command: str, said: str = "") -> str:
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "Europe/Paris"}
    program = [str(PROGRAMS / command[0]), *command[1:]]
    done = subprocess.run(program, input=said, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def seen(folder: Path) -> list[str]:
    command = ("khal", "-c", str(folder / "khal.conf"), "list", "--format", "{start-long}|{title}|{location}|{status}")
    lines = run(folder, *command, "--day-format", "", "2027-01-01", "120d").splitlines()
    return [line.strip() for line in lines if "|" in line]


def test_calendar_programs_follow_the_agenda(server: str, people: People, tmp_path: Path) -> None:
    with unit_of_work():
        anjou = build.event(people, "Écrire, sans se faire mal ; vraiment")
        nantes = {"commune_id": territory("commune", "44109").id, "territory_id": territory("department", "44").id}
        build.event(people, "À Nantes", **nantes)
        number = anjou.id
    (tmp_path / "sync.conf").write_text(SYNC.format(folder=tmp_path, address=f"{server}/agenda.ics?territoire=49"))
    (tmp_path / "khal.conf").write_text(SHOW.format(folder=tmp_path))
    sync = ("vdirsyncer", "-c", str(tmp_path / "sync.conf"))
    run(tmp_path, *sync, "discover", said="y\ny\n")
    run(tmp_path, *sync, "sync")
    title = "Écrire, sans se faire mal ; vraiment"
    assert seen(tmp_path) == [f"2027-01-14 09:00|{title}|Maison des associations, Angers|CONFIRMED"]

    with unit_of_work():
        event = db.session.get_one(Event, number)
        event.status, event.cancelled_at, event.calendar_sequence = "cancelled", core_clock.now(), 1
        event.changed_at = core_clock.now()
        build.event(people, "Nouvelle", venue_name="")
    run(tmp_path, *sync, "sync")
    assert sorted(line.partition("|")[2] for line in seen(tmp_path)) == [
        "Nouvelle|Angers|CONFIRMED",
        f"{title}|Maison des associations, Angers|CANCELLED",
    ]
