"""A Chromium for the browser tests: the machine's own, else one unpacked beside the project.

Playwright's own download needs its vendor's servers, and root for the libraries. Debian's packages
need neither: apt-get with private state folders fetches them, `dpkg -x` unpacks them, a wrapper tells
the browser where its libraries are.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

from deploy.console import TOOLS, Problem, finish, run, say, step
from deploy.frontend import NODE

UNPACKED = TOOLS / "chromium"
WRAPPER = UNPACKED / "chromium"
INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CONNECTED = "Is this machine connected?"
WAYS_OUT = "Install one (apt install chromium), or name it:  COP_CHROMIUM=/path/of/chrome make test"
STATUS = Path("/var/lib/dpkg/status")
# What apt-get has to know of an installed package; nothing of what that package itself wants.
KEPT = ("Package", "Status", "Architecture", "Multi-Arch", "Version", "Provides")
# A second C library beside the loader of the first breaks both.
NEVER_UNPACKED = ("libc6_", "libc-bin_")


def environment() -> dict[str, str]:
    """What a test process needs to drive the browser; to be added to its environment."""
    found = {"COP_CHROMIUM": str(ensure_browser())}
    if NODE.exists():
        # The Node.js inside Playwright's package wants libatomic, which a bare Debian lacks.
        found["PLAYWRIGHT_NODEJS_PATH"] = str(NODE)
    return found


def ensure_browser() -> Path:
    named = os.environ.get("COP_CHROMIUM")
    if named:
        if not _starts(Path(named)):
            raise Problem(f"COP_CHROMIUM names {named}, which does not start.")
        return Path(named)
    for candidate in (*_installed(), *_of_playwright(), WRAPPER):
        if _starts(candidate):
            return candidate
    _unpack()
    return WRAPPER


def _installed() -> list[Path]:
    return [Path(found) for name in INSTALLED if (found := shutil.which(name))]


def _of_playwright() -> list[Path]:
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return sorted(cache.glob("chromium-*/chrome-linux*/chrome"), reverse=True)


def _starts(program: Path) -> bool:
    if not os.access(program, os.X_OK):
        return False
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.returncode == 0 and "Chrom" in said.stdout


def _unpack() -> None:
    missing = [name for name in ("apt-get", "dpkg") if not shutil.which(name)]
    if missing or not STATUS.is_file():
        raise Problem(f"No Chromium was found for the browser tests. {WAYS_OUT}")
    say("  No Chromium on this machine: unpacking Debian's in .tools/, the system is left as it is.")
    shutil.rmtree(UNPACKED, ignore_errors=True)
    root = UNPACKED / "root"
    root.mkdir(parents=True)
    try:
        packages = _download()
        with step(f"Unpacking {len(packages)} packages"):
            for package in packages:
                run(["dpkg", "-x", package, root], purpose=f"unpack {package.name}")
        shutil.rmtree(UNPACKED / "apt")
        _write_wrapper(root)
    except Problem as problem:
        raise Problem(f"{problem}\nNo Chromium for the browser tests, then. {WAYS_OUT}") from problem
    if not _starts(WRAPPER):
        raise Problem(f"The unpacked Chromium does not start.\n{_lacking(root)}\n{WAYS_OUT}")


def _download() -> list[Path]:
    """The packages of Chromium that this machine lacks."""
    private = UNPACKED / "apt"
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
    with step("Fetching Chromium (about 190 MB)"):
        run(
            ["apt-get", *options, "install", "--yes", "--download-only", "chromium", "fonts-dejavu-core"],
            purpose="fetch Chromium",
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


def _libraries(root: Path) -> list[Path]:
    wanted = [root / "usr/lib/chromium"]
    for base in ("usr/lib", "lib"):
        wanted += [folder for folder in (root / base).glob("*-linux-gnu*") if folder.is_dir()]
        wanted += [folder for folder in (root / base).glob("*-linux-gnu*/pulseaudio") if folder.is_dir()]
    return wanted


def _write_wrapper(root: Path) -> None:
    fonts = UNPACKED / "fonts.conf"
    folders = ["/usr/share/fonts", "/usr/local/share/fonts", str(root / "usr/share/fonts")]
    lines = [f"  <dir>{escape(folder)}</dir>" for folder in folders]
    lines.append(f"  <cachedir>{escape(str(UNPACKED / 'font-cache'))}</cachedir>")
    fonts.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        + "\n".join(lines)
        + "\n</fontconfig>\n"
    )
    libraries = ":".join(str(folder) for folder in _libraries(root))
    WRAPPER.write_text(
        "#!/bin/sh\n"
        f"export LD_LIBRARY_PATH={shlex.quote(libraries)}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}\n"
        f"export FONTCONFIG_FILE={shlex.quote(str(fonts))}\n"
        f'exec {shlex.quote(str(root / "usr/lib/chromium/chromium"))} "$@"\n'
    )
    WRAPPER.chmod(0o755)


def _lacking(root: Path) -> str:
    told = subprocess.run(
        ["ldd", root / "usr/lib/chromium/chromium"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, _libraries(root)))},
    )
    return "\n".join(line.strip() for line in told.stdout.splitlines() if "not found" in line)


if __name__ == "__main__":
    try:
        print(ensure_browser())
    except Problem as found:
        sys.exit(finish(found))
