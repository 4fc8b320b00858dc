"""French complete, English complete, and French well set."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.core import catalogues
from cop.core.settings import ROOT

pytestmark = pytest.mark.once

MARKS = {"_", "_l", "_n"}
FRENCH = [
    (name, message.id, text)
    for name, catalogue in catalogues.catalogues("fr")
    for message in catalogue
    if message.id
    for text in (message.string if isinstance(message.string, tuple) else (message.string,))
]


def test_no_sentence_is_missing_in_french() -> None:
    assert catalogues.missing("fr") == []


def calls_in_f_strings(path: Path) -> Iterator[str]:
    for text in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(text, ast.JoinedStr):
            for call in ast.walk(text):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS:
                    yield f"{path}:{call.lineno}"


def test_no_sentence_hides_in_an_f_string() -> None:
    """Before Python 3.12 the extractor does not look inside them: such a sentence stays English, and nobody knows."""
    cop = Path(catalogues.__file__).parents[1]
    assert [place for path in sorted(cop.rglob("*.py")) for place in calls_in_f_strings(path)] == []


def test_no_wording_is_left_over() -> None:
    assert catalogues.unused("fr") == []
    assert catalogues.unused("en") == []


def test_values_survive_translation() -> None:
    placeholder = re.compile(r"%\((\w+)\)")
    for name, original, text in FRENCH:
        source = original[-1] if isinstance(original, tuple) else original
        given = set(placeholder.findall(source)) - {"num"}
        assert set(placeholder.findall(text)) - {"num"} == given, f"{name}: {source!r}"


# The words of a mail, or of a page written out in French, without what the template puts in their place.
WRITTEN_OUT = [
    (
        str(path.relative_to(ROOT)),
        re.sub(r"\{%.*?%\}|\{#.*?#\}", "", re.sub(r"\{\{.*?\}\}", "x", path.read_text("utf-8"))),
    )
    for kind in ("md", "html")
    for path in sorted((ROOT / "templates").rglob(f"*.fr.{kind}"))
]


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (r"(?<![\u00a0/a-z]):(?=\s|$)", "a no-break space (U+00A0) goes before a colon"),
        (r"(?<!\u202f)[;?!](?=\s|$)", "a narrow no-break space (U+202F) goes before ; ? !"),
        (r"«(?!\u00a0)|(?<!\u00a0)»", "no-break spaces (U+00A0) go inside « »"),
        (r"\w'\w", "the apostrophe is ’"),
        (r"\.\.\.", "the ellipsis is …"),
    ],
)
def test_french_is_well_set(fault: str, meaning: str) -> None:
    # Addresses of the web and format examples are not prose.
    said = [(name, text) for name, _, text in FRENCH] + WRITTEN_OUT
    faults = [(name, text) for name, text in said if re.search(fault, re.sub(r"https?:\S*|\b\d\d?:\d\d\b", "", text))]
    assert not faults, meaning
