"""Reading calendar objects with two parsers that know nothing of each other, and of us."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import icalendar

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / ".tools" / "frontend" / "node_modules"
NODE = ROOT / ".tools" / "node"


def by_ical_js(stream: str | bytes) -> dict[str, Any]:
    """What ical.js understands; it is what Thunderbird and Nextcloud read with."""
    octets = stream.encode() if isinstance(stream, str) else stream
    node = str(NODE) if NODE.exists() else shutil.which("node")
    assert node, "Node.js is missing: run make run or make test once, which install it"
    assert (MODULES / "ical.js").is_dir(), "ical.js is missing: run make test once, which installs it"
    script = Path(__file__).with_name("parse.mjs")
    done = subprocess.run([node, str(script), str(MODULES)], input=octets, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def by_icalendar(stream: str | bytes) -> icalendar.Calendar:
    """What the icalendar package understands, without one complaint."""
    calendar = icalendar.Calendar.from_ical(stream)
    assert isinstance(calendar, icalendar.Calendar)
    for component in calendar.walk():
        assert component.errors == []
    return calendar


def well_formed(stream: str | bytes) -> None:
    """Octets as RFC 5545 wants them: CRLF, 75 at most in a line, UTF-8, no control character."""
    octets = stream.encode() if isinstance(stream, str) else stream
    assert octets.endswith(b"\r\n")
    assert octets.count(b"\n") == octets.count(b"\r") == octets.count(b"\r\n")
    for line in octets.split(b"\r\n"):
        assert len(line) <= 75
        assert not any((octet < 32 and octet != 9) or octet == 127 for octet in line)
        line.decode()
