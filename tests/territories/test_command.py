"""`cop import register`, as it is typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.territories import service
from tests.territories.make_register import Maker
from tests.territories.test_import import environment


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cop.commands", "import", "register", *arguments],
        env={**os.environ, **environment(), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_import_tells_what_it_did_and_what_it_refused(app: Application, tmp_path: Path) -> None:
    with unit_of_work():
        service.seed_reference_data(root=("region", "52"))
    path = tmp_path / "PS_LibreAcces_Personne_activite_202609230712.txt"
    truth = Maker().write(path, 400, bad=True)

    done = run(str(path))
    assert done.returncode == 0, done.stderr
    assert f"Extract of 2026-09-23 in force: {truth.lines:,} lines read." in done.stdout
    assert f"{truth.people:,} people practise" in done.stdout
    assert f"{truth.refused['encoding']:,} × not UTF-8 text (lines " in done.stdout
    assert "Reading the register" in done.stderr

    again = run(str(path))
    assert again.returncode == 0
    assert "already in force" in again.stdout


def test_a_refusal_is_a_sentence_not_a_traceback(app: Application, tmp_path: Path) -> None:
    with unit_of_work():
        service.seed_reference_data(root=("region", "52"))
    path = tmp_path / "extract.txt"
    Maker().write(path, 50)
    refused = run(str(path))
    assert refused.returncode == 2
    assert "give it with --date" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert run(str(path), "--date", "2026-09-23").returncode == 0
