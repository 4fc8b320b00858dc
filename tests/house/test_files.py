"""The rooms of the house: every file of a slice has a name that says its role, and none grows into a monolith."""

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
COP = ROOT / "cop"
ROOMS = {"models", "rules", "queries", "service", "mails", "jobs", "forms", "views"}
# What a noun owns beside its rooms, and why no room would do.
OWN_FILES = {
    "accounts": {"access", "passwords", "roles", "sealing", "sign_in"},
    "activity": {"sentences"},
    "core": {
        "access",
        "catalogues",
        "changes",
        "changes_journal",
        "changes_undo",
        "clock",
        "db",
        "errors",
        "exports",
        "formats",
        "forms",
        "i18n",
        "jobs",
        "links",
        "migrations",
        "page_cache",
        "personal",
        "rate_limits",
        "settings",
        "spreadsheets",
        "spreadsheets_guard",
        "timeline",
        "tokens",
        "unit_of_work",
        "web",
    },
    "events": {"structured"},
    "imports": {"targets"},
    "invitations": {"answers", "feeds", "ical", "objects", "syndication", "timezones"},
    "mail": {"composition", "content_lines", "imap", "ledger", "mime", "reading", "redirect", "transport"},
    "memberships": {"import_helloasso", "receipt_pdf"},
    "network": {"import_people"},
    "presets": {"loader"},
    "statistics": {"registry"},
    "territories": {"register"},
}
BANNED = {"utils", "helpers", "common", "misc", "base", "tools"}


def slices() -> list[Path]:
    return sorted(path for path in COP.iterdir() if path.is_dir() and (path / "__init__.py").exists())


def python_files() -> list[Path]:
    return sorted(COP.rglob("*.py"))


@pytest.mark.parametrize("folder", slices(), ids=lambda path: path.name)
def test_a_slice_holds_rooms_only(folder: Path) -> None:
    own = OWN_FILES.get(folder.name, set())
    strays = {
        path.stem
        for path in folder.glob("*.py")
        if path.stem not in {"__init__", *own} and path.stem.split("_")[0] not in ROOMS
    }
    assert not strays, f"{folder.name}: which room do these belong to?"


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(COP)))
def test_no_room_for_strays(path: Path) -> None:
    assert path.stem not in BANNED


def test_the_package_itself_stays_empty() -> None:
    assert not (COP / "__init__.py").read_text().strip(), "an application object here is where import circles are born"


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(COP)))
def test_a_file_stays_readable(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 300, f"{lines} lines: split it by sub-noun inside its slice"


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(COP)))
def test_functions_stay_short(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    limit = 25 if path.stem.startswith("views") else 50
    long = {
        node.name: (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > limit
    }
    assert not long


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(COP)))
def test_only_the_edge_commits(path: Path) -> None:
    if path == COP / "core" / "unit_of_work.py":
        return
    calls = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert not calls, "services flush; one request, one job item, one command is one transaction"


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(COP)))
def test_one_clock(path: Path) -> None:
    if path == COP / "core" / "clock.py":
        return
    asked = {
        f"{ast.unparse(node.func)} line {node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
        and ast.unparse(node.func.value) in {"datetime", "date", "datetime.datetime", "datetime.date"}
    }
    assert not asked, "use cop.core.clock"


def test_every_template_is_used() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (*COP.rglob("*.py"), *(ROOT / "templates").rglob("*.*"))]
    text = "\n".join(sources)
    for path in (ROOT / "templates").rglob("*.html"):
        name = str(path.relative_to(ROOT / "templates"))
        if not name.startswith("errors/"):
            assert name in text, f"{name} is rendered by nobody"
