"""The look holds its promises: every pair of colours is legible, and no template needs what the policy forbids."""

import re
import tomllib
from pathlib import Path

import pytest

from cop.host import rules

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
STYLESHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
# The frame of mails is read by mail programs, which know no stylesheet but the one inside.
SHELL = ROOT / "templates" / "mail" / "shell.html"
PAGES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if path != SHELL]
TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
COLOURS = {name: {"light": light, "dark": dark} for name, light, dark in PAIR.findall(TOKENS)}
GROUNDS = ("paper", "sheet", "accent-soft")


def strip_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def measure(front: str, ground: str, scheme: str) -> float:
    return rules.contrast(COLOURS[front][scheme], COLOURS[ground][scheme])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", ["ink", "quiet", "accent", "good", "warn", "bad"])
def test_text_is_legible(text: str, ground: str, scheme: str) -> None:
    assert measure(text, ground, scheme) >= rules.TEXT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("filled", ["accent", "ink", "good", "bad"])
def test_text_on_a_filled_shape_is_legible(filled: str, scheme: str) -> None:
    assert measure("sheet", filled, scheme) >= rules.TEXT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("shape", "ground"), [("accent", "line"), ("ink", "line"), ("quiet", "paper"), ("quiet", "sheet")]
)
def test_a_shape_stands_out(shape: str, ground: str, scheme: str) -> None:
    """A bar on its track, the reference rule, the border of a field."""
    assert measure(shape, ground, scheme) >= rules.SHAPE


def test_browsers_without_light_dark_get_the_light_colours() -> None:
    plain = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", TOKENS))
    assert plain == {name: pair["light"] for name, pair in COLOURS.items()}


def test_the_accents_are_measured_on_the_grounds_of_the_stylesheet() -> None:
    assert (COLOURS["paper"]["light"], COLOURS["sheet"]["light"]) == rules.LIGHT_GROUNDS
    assert (COLOURS["paper"]["dark"], COLOURS["sheet"]["dark"]) == rules.DARK_GROUNDS
    assert (COLOURS["accent"]["light"], COLOURS["accent"]["dark"]) == rules.accent_pair(rules.DEFAULT_ACCENT)
    assert (COLOURS["accent-soft"]["light"], COLOURS["accent-soft"]["dark"]) == rules.soft_pair(rules.DEFAULT_ACCENT)


@pytest.mark.parametrize("path", sorted((ROOT / "cop" / "presets").glob("*.toml")), ids=lambda path: path.stem)
def test_the_accent_of_a_preset_is_legible(path: Path) -> None:
    accents = re.findall(r'^accent = "(.*)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
    assert tomllib.loads(path.read_text(encoding="utf-8"))
    assert [rules.check_accent(accent) for accent in accents] == accents
    assert accents


@pytest.mark.parametrize("path", STYLESHEETS, ids=lambda path: path.name)
def test_colours_have_their_names(path: Path) -> None:
    css = strip_comments(path.read_text(encoding="utf-8"))
    if path.name != "tokens.css":
        assert not re.findall(r":[^;{}]*#[0-9a-fA-F]{3,8}\b[^;{}]*;", css), "a colour is a token"
    used = set(re.findall(r"var\((--[\w-]+)", css))
    known = set(re.findall(r"(--[\w-]+):", strip_comments(TOKENS))) | set(re.findall(r"(--[\w-]+):", css))
    assert used <= known


@pytest.mark.parametrize("path", STYLESHEETS, ids=lambda path: path.name)
def test_a_stylesheet_stands_in_its_layer_and_fetches_nothing_from_afar(path: Path) -> None:
    css = strip_comments(path.read_text(encoding="utf-8")).strip()
    assert css.startswith("@layer "), "what is outside of a layer wins over everything"
    assert all(address.startswith("../") for address in re.findall(r"url\(\s*[\"']?([^\"')]*)", css))
    assert "@import" not in css


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_page_needs_nothing_the_content_policy_forbids(path: Path) -> None:
    markup = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=", markup), "use a class"
    assert "<style" not in markup
    assert not re.search(r"<script(?![^>]*\ssrc=)", markup), "a script is a file of static/js"
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", markup), "attach by data-cop-module"
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?:data|javascript):", markup)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_needs_nothing_the_content_policy_forbids(path: Path) -> None:
    script = re.sub(r"^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert not re.search(r"\beval\(|new Function|\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write", script)
    assert not re.search(r"\.style\b|setAttribute\(\s*[\"']style", script)
    assert "http" not in script


def test_modules_asked_for_exist() -> None:
    frame = (ROOT / "templates" / "layout" / "base.html").read_text(encoding="utf-8")
    given = set(re.findall(r'"(\w+)"', re.findall(r"for name in (\(.*\)) %", frame)[0]))
    asked = {
        name
        for path in PAGES
        for names in re.findall(r"data[-_]cop[-_]module\s*=\s*[\"']([^\"'{]+)[\"']", path.read_text(encoding="utf-8"))
        for name in names.split()
    }
    assert asked <= given
    assert given == {path.stem for path in SCRIPTS} - {"main"}
