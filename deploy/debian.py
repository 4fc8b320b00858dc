"""Debian's packages without installing them: fetched with private state folders, unpacked beside the project.

Neither root nor a change to the system is needed: apt-get reads the machine's list of packages, and unpacks with
`dpkg -x` only those it lacks.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from deploy.console import Problem, run, step

CONNECTED = "Is this machine connected?"
STATUS = Path("/var/lib/dpkg/status")
# What apt-get has to know of an installed package; nothing of what that package itself wants.
KEPT = ("Package", "Status", "Architecture", "Multi-Arch", "Version", "Provides")
# A second C library beside the loader of the first breaks both.
NEVER_UNPACKED = ("libc6_", "libc-bin_")


def unpack(names: Sequence[str], folder: Path, *, what: str) -> Path:
    """The named packages and what they need, unpacked in ``folder``/root; ``what``: as the person is told."""
    missing = [name for name in ("apt-get", "dpkg") if not shutil.which(name)]
    if missing or not STATUS.is_file():
        raise Problem(f"This is no Debian ({', '.join(missing) or STATUS} is missing): {what} cannot be fetched.")
    shutil.rmtree(folder, ignore_errors=True)
    root = folder / "root"
    root.mkdir(parents=True)
    packages = _download(names, folder / "apt", what)
    with step(f"Unpacking {len(packages)} packages"):
        for package in packages:
            run(["dpkg", "-x", package, root], purpose=f"unpack {package.name}")
    shutil.rmtree(folder / "apt")
    return root


def _download(names: Sequence[str], private: Path, what: str) -> list[Path]:
    """The packages this machine lacks."""
    for folder in ("state/lists/partial", "cache/archives/partial", "log"):
        (private / folder).mkdir(parents=True)
    (private / "status").write_text(_status(STATUS.read_text(errors="replace")))
    settings = {
        "Dir::State": private / "state",
        "Dir::State::status": private / "status",
        "Dir::Cache": private / "cache",
        "Dir::Log": private / "log",
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "",
        "APT::Install-Recommends": "false",
        "Acquire::Languages": "none",
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    with step("Reading the list of packages"):
        run(["apt-get", *options, "update"], purpose="read Debian's list of packages", hint=CONNECTED)
    with step(f"Fetching {what}"):
        run(
            ["apt-get", *options, "install", "--yes", "--download-only", *names],
            purpose=f"fetch {what}",
            hint=CONNECTED,
        )
    found = sorted((private / "cache" / "archives").glob("*.deb"))
    return [package for package in found if not package.name.startswith(NEVER_UNPACKED)]


def _status(text: str) -> str:
    """The installed packages without their wishes: a machine with a half-done upgrade serves as well."""
    stanzas = []
    for stanza in text.split("\n\n"):
        lines = [line for line in stanza.splitlines() if line.partition(":")[0] in KEPT]
        if "Status: install ok installed" in lines:
            stanzas.append("\n".join(lines))
    return "\n\n".join(stanzas) + "\n"
