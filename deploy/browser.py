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

from deploy import debian
from deploy.console import TOOLS, Problem, finish, say
from deploy.frontend import NODE

UNPACKED = TOOLS / "chromium"
WRAPPER = UNPACKED / "chromium"
INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WAYS_OUT = "Install one (apt install chromium), or name it:  COP_CHROMIUM=/path/of/chrome make test"


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
    say("  No Chromium on this machine: unpacking Debian's in .tools/, the system is left as it is.")
    root = UNPACKED / "root"
    try:
        debian.unpack(["chromium", "fonts-dejavu-core"], UNPACKED, what="Chromium (about 190 MB)")
        _write_wrapper(root)
    except Problem as problem:
        raise Problem(f"{problem}\nNo Chromium for the browser tests, then. {WAYS_OUT}") from problem
    if not _starts(WRAPPER):
        raise Problem(f"The unpacked Chromium does not start.\n{_lacking(root)}\n{WAYS_OUT}")


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
