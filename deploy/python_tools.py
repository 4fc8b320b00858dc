"""The virtual environment: made and filled by uv, which pip fetches first.

A bare Debian has neither the venv module nor the right to `pip install` into the system. `pip install
--target` is exempt from that rule, needs no right and touches nothing outside the project.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.console import NETWORK, PROJECT, TOOLS, VENV, Problem, run, say, step

DEPLOY = PROJECT / "deploy"
RUNTIME = DEPLOY / "requirements.txt"
DEVELOPMENT = DEPLOY / "requirements-dev.txt"
UV_LOCK = DEPLOY / "requirements-uv.txt"
STAMP = VENV / "cop-set-up.json"
# Inside an activated virtual environment (perhaps the one being made), the Python it was made from.
PYTHON: str = getattr(sys, "_base_executable", "") or sys.executable

# The path of a clone may hold a space, which a `#!` line cannot: the shell starts Python instead.
LAUNCHER = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from cop.commands import main

if __name__ == "__main__":
    sys.exit(main())
"""


def fingerprint(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def ensure_uv() -> Path:
    folder = TOOLS / "uv"
    stamp = folder / "cop-lock.sha256"
    wanted = fingerprint(UV_LOCK)
    if stamp.is_file() and stamp.read_text() == wanted:
        return folder / "bin" / "uv"
    _require_pip()
    with step("Fetching uv, which installs everything else"):
        shutil.rmtree(folder, ignore_errors=True)
        run(
            [
                *(PYTHON, "-m", "pip", "install", "--quiet", "--no-input"),
                *("--disable-pip-version-check", "--root-user-action=ignore"),
                *("--target", folder, "--require-hashes", "--requirement", UV_LOCK),
            ],
            purpose="fetch uv with pip",
            hint=NETWORK,
            env={"PIP_USER": "0"},
        )
        stamp.write_text(wanted)
    return folder / "bin" / "uv"


def _require_pip() -> None:
    asked = subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False)
    if asked.returncode:
        raise Problem("pip is missing. On Debian or Ubuntu:  apt install python3-pip")


def uv_environment() -> dict[str, str]:
    """uv reads none of pip's settings: pass on the mirror and the certificates pip was given."""
    found = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    mirror = os.environ.get("PIP_INDEX_URL") or _configured_mirror()
    if mirror and "UV_DEFAULT_INDEX" not in os.environ and "UV_INDEX_URL" not in os.environ:
        found["UV_DEFAULT_INDEX"] = mirror
    if "PIP_CERT" in os.environ and "SSL_CERT_FILE" not in os.environ:
        found["SSL_CERT_FILE"] = os.environ["PIP_CERT"]
    if not os.access(Path.home(), os.W_OK):
        found["UV_CACHE_DIR"] = str(TOOLS / "cache")
    return found


def _configured_mirror() -> str:
    for key in ("global.index-url", "install.index-url"):
        asked = subprocess.run([PYTHON, "-m", "pip", "config", "get", key], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            return asked.stdout.strip()
    return ""


def ensure_environment(*, development: bool) -> None:
    """Bring .venv to the lock files; do nothing at all when it is already there."""
    made = _read_stamp()
    wanted = _wanted()
    same_place = {key: made.get(key) for key in ("project", "python")} == {
        key: wanted[key] for key in ("project", "python")
    }
    development = development or bool(same_place and made.get("development"))
    lock = "development" if development else "runtime"
    if same_place and made.get("runtime") == wanted["runtime"] and made.get(lock) == wanted[lock]:
        return
    uv = ensure_uv()
    settings = uv_environment()
    if not same_place:
        _make_environment(uv, settings)
    file = DEVELOPMENT if development else RUNTIME
    with step(f"Installing the packages of deploy/{file.name}"):
        STAMP.unlink(missing_ok=True)
        run(
            [
                *(uv, "pip", "sync", "--quiet", "--python", VENV / "bin" / "python"),
                *("--require-hashes", "--no-build", file),
            ],
            purpose="install the packages",
            hint=NETWORK,
            env=settings,
        )
    _put_project_on_the_path()
    STAMP.write_text(json.dumps(wanted if development else {**wanted, "development": None}, indent=2))


def _make_environment(uv: Path, settings: dict[str, str]) -> None:
    with step(f"Making .venv with Python {sys.version.split()[0]}"):
        run(
            [uv, "venv", "--quiet", "--clear", "--no-project", "--python", PYTHON, VENV],
            purpose="make the virtual environment",
            env=settings,
        )


def _wanted() -> dict[str, str | None]:
    return {
        "project": str(PROJECT),
        "python": f"{Path(PYTHON).resolve()} {sys.version}",
        "runtime": fingerprint(RUNTIME, Path(__file__)),
        "development": fingerprint(DEVELOPMENT),
    }


def _read_stamp() -> dict[str, str | None]:
    try:
        stamp: dict[str, str | None] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp


def _put_project_on_the_path() -> None:
    """A line of path and a launcher do what an editable install does, without fetching a build tool."""
    (site_packages,) = VENV.glob("lib/python3*/site-packages")
    (site_packages / "cop.pth").write_text(f"{PROJECT}\n")
    launcher = VENV / "bin" / "cop"
    launcher.write_text(LAUNCHER.format(python=VENV / "bin" / "python"))
    launcher.chmod(0o755)


def compile_translations() -> None:
    sources = sorted((PROJECT / "translations").glob("*/*.po"))
    module = PROJECT / "cop" / "core" / "catalogues.py"
    if not sources or not module.is_file():
        return
    stamp = TOOLS / "translations.sha256"
    wanted = fingerprint(module, *sources)
    compiled = list((PROJECT / "translations").glob("*/LC_MESSAGES/messages.mo"))
    if compiled and stamp.is_file() and stamp.read_text() == wanted:
        return
    with step("Compiling the translations"):
        run(
            [VENV / "bin" / "python", "-m", "cop.core.catalogues", "compile"],
            purpose="compile the translations",
        )
        stamp.write_text(wanted)
    if not list((PROJECT / "translations").glob("*/LC_MESSAGES/messages.mo")):
        say("    no compiled catalogue came out of it: the pages will be in English")
