"""Lock files: names, versions and hashes, never a download address.

`make lock` writes them from pyproject.toml and deploy/frontend/package.json, keeping the versions that
still fit; `make upgrade` chooses the newest. The check needs no network.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.console import PROJECT, Problem, finish, run, step
from deploy.frontend import SOURCE, ensure_node
from deploy.python_tools import DEPLOY, DEVELOPMENT, RUNTIME, UV_LOCK, ensure_uv, uv_environment

NODE_LOCK = DEPLOY / "requirements-node.txt"
NPM_LOCK = SOURCE / "package-lock.json"
OLDEST_PYTHON = "3.11"
# Where a package is fetched from, or how to thank its author, is nothing to lock.
LEFT_OUT = ("resolved", "funding")


def write(*, upgrade: bool) -> None:
    project = str(PROJECT / "pyproject.toml")
    _compile(RUNTIME, [project, "--extra", "postgres"], upgrade=upgrade)
    _compile(DEVELOPMENT, [project, "--extra", "postgres", "--group", "dev", "-c", str(RUNTIME)], upgrade=upgrade)
    _compile(NODE_LOCK, ["--group", f"{project}:node"], upgrade=upgrade)
    _compile(UV_LOCK, ["--group", f"{project}:installer"], upgrade=upgrade)
    _compile_npm(upgrade=upgrade)


def _compile(lock: Path, wanted: list[str], *, upgrade: bool) -> None:
    with step(f"Locking deploy/{lock.name}"):
        run(
            [
                *(ensure_uv(), "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
                *("--no-emit-index-url", "--no-emit-find-links", "--no-annotate"),
                *("--python-version", OLDEST_PYTHON, "--custom-compile-command", "make lock"),
                *(["--upgrade"] if upgrade else []),
                *wanted,
                *("--output-file", lock),
            ],
            purpose=f"lock {lock.name}",
            env=uv_environment(),
        )


def _compile_npm(*, upgrade: bool) -> None:
    _, npm = ensure_node()
    with step("Locking deploy/frontend/package-lock.json"), tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for file in ("package.json", "package-lock.json"):
            if (SOURCE / file).is_file():
                shutil.copyfile(SOURCE / file, scratch / file)
        run(
            [*npm, "update" if upgrade else "install", "--package-lock-only", "--ignore-scripts"],
            purpose="lock the front-end files",
            cwd=scratch,
        )
        lock = json.loads((scratch / "package-lock.json").read_text())
    for package in lock["packages"].values():
        for key in LEFT_OUT:
            package.pop(key, None)
    NPM_LOCK.write_text(json.dumps(lock, indent=2) + "\n")


def faults() -> list[str]:
    """What is wrong with the lock files, in words."""
    found = []
    for lock in (RUNTIME, DEVELOPMENT, NODE_LOCK, UV_LOCK):
        found += [f"deploy/{lock.name}: {fault}" for fault in _faults_of_requirements(lock.read_text())]
    found += _faults_of_npm(json.loads(NPM_LOCK.read_text()))
    found += _drift()
    return found


def _faults_of_requirements(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if re.search(r"https?:|file:|^\s*-|\s@\s", line) and not line.lstrip().startswith(("--hash=", "#")):
            yield f"a lock holds names, versions and hashes only: {line.strip()}"
    for entry in re.split(r"\n(?=\S)", text):
        name = entry.partition("==")[0].strip()
        if not entry.startswith("#") and "--hash=sha256:" not in entry and name:
            yield f"{name} has no hash"


def _faults_of_npm(lock: dict[str, Any]) -> Iterator[str]:
    if "http" in json.dumps(lock):
        yield "deploy/frontend/package-lock.json holds an address"
    for name, package in lock["packages"].items():
        if name and not package.get("integrity"):
            yield f"deploy/frontend/package-lock.json: {name} has no hash"


def pins(lock: Path) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", lock.read_text(), re.MULTILINE | re.IGNORECASE)
    return {canonicalize_name(name): version for name, version in found}


def _drift() -> Iterator[str]:
    """pyproject.toml changed and nobody said `make lock`."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    runtime, development = pins(RUNTIME), pins(DEVELOPMENT)
    wanted = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["postgres"]
    yield from _unmet(wanted, runtime, RUNTIME)
    yield from _unmet([*groups["tests"], *groups["checks"]], development, DEVELOPMENT)
    yield from _unmet(groups["node"], pins(NODE_LOCK), NODE_LOCK)
    yield from _unmet(groups["installer"], pins(UV_LOCK), UV_LOCK)
    for name, version in runtime.items():
        if development.get(name) != version:
            yield f"{name} is {version} at run time and {development.get(name)} in the tests: make lock"


def _unmet(wanted: list[str], locked: dict[str, str], lock: Path) -> Iterator[str]:
    for line in wanted:
        requirement = Requirement(line)
        version = locked.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            yield f"deploy/{lock.name}: {line} is wanted, {version or 'nothing'} is locked: make lock"


def main(arguments: list[str]) -> int:
    if arguments == ["check"]:
        found = faults()
        print("\n".join(found) or "The lock files are sound.")
        return 1 if found else 0
    try:
        write(upgrade=arguments == ["upgrade"])
    except Problem as problem:
        return finish(problem)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
