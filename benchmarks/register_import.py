"""Import of the register's extract, against a bare ``split`` loop over the same file, in the same run.

The bound reads the file as the UTF-8 text it is, splits every line and does nothing else: no check, no count, no
database. A second bound does so with bytes, without looking at the encoding. The import checks every line (UTF-8,
cells, identifier, check digit), counts distinct people per perimeter and profession, and puts the result in
force. All run turn by turn in one process of its own; all are a single thread, and are measured in processor time,
so that neighbours weigh less. ``COP_BENCH_LINES`` sets the length of the extract.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from cop.app import create_app, data_folder
from cop.core import migrations
from cop.core.db import db
from cop.core.settings import load_settings
from cop.core.unit_of_work import unit_of_work
from cop.territories import service, service_register
from cop.territories.models import RegisterImport
from cop.territories.service_reference import read_reference
from tests.territories.make_register import Maker, Place, check_digit

NAME = "Register import"
BOUND = "bare split loop over the same file, read as UTF-8 text"
ROOT = Path(__file__).resolve().parents[1]
AIM_TIME, AIM_MEMORY = 1.5, 150
LINES = 1_200_000  # the real file has twice as many; a shorter one would measure the first tenth of a second
WRITTEN = 100_000  # lines made one by one; the others are the same for people of other numbers
SHARE_HERE = 0.13  # of the country's practitioners, those of the ten départements
ROUNDS = 5


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        extract = Path(folder) / "extract.txt"
        lines = _write(extract, int(os.environ.get("COP_BENCH_LINES", LINES)))
        words = [sys.executable, "-m", "benchmarks.register_import", str(extract), folder]
        measured = json.loads(subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    raw, text, ours, wall = (statistics.median(column) for column in zip(*measured["rounds"], strict=True))
    to_text = statistics.median(ours / text for _raw, text, ours, _wall in measured["rounds"])
    to_raw = [ours / raw for raw, _text, ours, _wall in measured["rounds"]]
    memory = measured["memory"]
    about = (
        f"{lines:,} lines, {measured['size'] / 1e6:.0f} MB, {ROUNDS} rounds; processor time, {wall:.2f} s by the clock"
    )
    return [
        {
            "name": NAME,
            "bound": BOUND,
            "measured": f"{to_text:.2f} × its time, {memory:.0f} MB at most",
            "aim": f"≤ {AIM_TIME} ×, ≤ {AIM_MEMORY} MB",
            "met": to_text <= AIM_TIME and memory <= AIM_MEMORY,
            "details": [f"import {ours:.2f} s, loop {text:.2f} s; {about}"],
        },
        {
            "name": NAME,
            "bound": "the same loop over bytes, which checks no encoding",
            "measured": f"{statistics.median(to_raw):.2f} × its time",
            "details": [f"import {ours:.2f} s, loop {raw:.2f} s; from {min(to_raw):.2f} to {max(to_raw):.2f}"],
        },
    ]


def _write(path: Path, lines: int) -> int:
    """An invented extract with communes of all ten départements, in about the size of the real lines."""
    here = [
        Place(code, row["postal_codes"].split()[0], town=row["name"].upper())
        for code, row in read_reference().communes.items()
    ]
    first = path.with_suffix(".first")
    Maker(share_here=SHARE_HERE, here=here).write(first, WRITTEN * 3 // 4, adjacent=True)
    header, *made = first.read_bytes().splitlines(keepends=True)
    first.unlink()
    with path.open("wb") as file:
        file.write(header)
        for copy in range(-(-lines // len(made))):
            left = lines - copy * len(made)
            file.writelines(_renumbered(made[:left], copy))
    return lines


def _renumbered(lines: list[bytes], copy: int) -> Iterator[bytes]:
    """The same lines for other people: numbers are 37 apart, which leaves room for 36 copies."""
    for line in lines:
        body = str(int(line[2:12]) + copy)
        number = (body + check_digit(body)).encode()
        yield b"8|%s|8%s%s" % (number, number, line[26:])


def _measure(extract: Path, folder: str) -> dict[str, Any]:
    app = create_app(_settings(folder))
    rounds = []
    with app.app_context():
        migrations.upgrade(data_folder("migrations"))
        with unit_of_work():
            service.seed_reference_data(root=("region", "52"))
        for _ in range(ROUNDS + 1):
            raw, text = _timed(lambda: _split_bytes(extract)), _timed(lambda: _split_text(extract))
            _forget()
            started = time.perf_counter()
            ours = _timed(lambda: service_register.import_register(extract, date(2026, 9, 23)))
            rounds.append((raw, text, ours, time.perf_counter() - started))
    # The first round warms: pages of the file in memory, statements compiled.
    return {"rounds": rounds[1:], "memory": _most_memory(), "size": extract.stat().st_size}


def _most_memory() -> float:
    """Of this process alone: ``getrusage`` would begin with what its parent held."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def _settings(folder: str) -> Any:
    return load_settings(
        {
            "COP_ENV": "test",
            "COP_SECRET_KEY": "benchmark-only-" + "x" * 32,
            "COP_INSTANCE": f"{folder}/instance",
            "COP_DATABASE_URL": os.environ.get("COP_BENCH_DATABASE_URL", ""),
            "COP_PUBLIC_URL": "http://localhost",
            "COP_MAIL_TRANSPORT": "memory",
        }
    )


def _forget() -> None:
    """Or the next import would recognise the file and do nothing."""
    with unit_of_work():
        db.session.execute(sa.update(RegisterImport).values(file_checksum=""))


def _timed(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _split_bytes(path: Path) -> int:
    number = 0
    with path.open("rb") as file:
        for line in file:
            number += len(line.split(b"|"))
    return number


def _split_text(path: Path) -> int:
    number = 0
    with path.open(encoding="utf-8") as file:
        for line in file:
            number += len(line.split("|"))
    return number


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), sys.argv[2])))
