"""Translations: one catalogue per slice, merged into one compiled catalogue per language.

A slice's words sit in ``translations/<language>/<slice>.po``, so two people who work on two slices
never meet in one file. ``python -m cop.core.catalogues compile|update|check``.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "translations"
SOURCE_LANGUAGE: Final = "en"
TRANSLATED: Final = ("fr", "en")
KEYWORDS: Final = {
    "_": None,
    "_l": None,
    "_n": (1, 2),
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}
METHODS: Final = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS: Final = {"**.html": {"trimmed": "true"}, "**.txt": {"trimmed": "true"}}
PLURAL: Final = {"fr": "nplurals=2; plural=(n > 1);", "en": "nplurals=2; plural=(n != 1);"}


def slice_of(path: Path) -> str:
    """The catalogue a source file belongs to: its slice, or ``layout`` for the frames of all pages."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "templates":
        return (
            "layout"
            if parts[1] in {"layout", "components", "errors", "mail"} and len(parts) == 3 and parts[1] != "mail"
            else parts[1]
        )
    return parts[1] if len(parts) > 2 else "core"


def messages_in_code() -> dict[str, Catalog]:
    """Every sentence found in code and templates, by slice."""
    found: dict[str, Catalog] = {}
    for folder in ("cop", "templates"):
        for name, line, message, comments, context in extract_from_dir(
            ROOT / folder, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("NOTE:",)
        ):
            path = ROOT / folder / name
            catalogue = found.setdefault(slice_of(path), Catalog())
            catalogue.add(
                message,
                locations=[(str(path.relative_to(ROOT)), line)],
                auto_comments=comments,
                context=context,
            )
    return found


def catalogues(language: str) -> Iterator[tuple[str, Catalog]]:
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            yield path.stem, read_po(file, locale=language)


def missing(language: str) -> list[str]:
    """The sentences without wording in ``language``; for the language of the code only plurals need one."""
    written = {m.id: m.string for _, c in catalogues(language) for m in c if m.id}
    faults = []
    for name, catalogue in messages_in_code().items():
        for message in catalogue:
            if not message.id or language == SOURCE_LANGUAGE:
                continue
            string = written.get(message.id)
            texts = string if isinstance(string, tuple) else (string,)
            if not all(texts):
                faults.append(f"{name}: {message.id!r}")
    return faults


def unused(language: str) -> list[str]:
    known = {m.id for c in messages_in_code().values() for m in c if m.id}
    return [f"{name}: {m.id!r}" for name, c in catalogues(language) for m in c if m.id and m.id not in known]


def compile_all() -> None:
    for language in TRANSLATED:
        merged = Catalog(locale=language)
        for _, catalogue in catalogues(language):
            for message in catalogue:
                if message.id and all(message.string if isinstance(message.string, tuple) else (message.string,)):
                    merged.add(message.id, message.string, context=message.context)
        buffer = BytesIO()
        write_mo(buffer, merged)
        target = FOLDER / language / "LC_MESSAGES" / "messages.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != buffer.getvalue():
            target.write_bytes(buffer.getvalue())


def update(only: str | None = None) -> None:
    """Write the sentences that are new into the French catalogue of their slice, and drop those that are gone."""
    existing = dict(catalogues("fr"))
    elsewhere = {m.id: name for name, c in existing.items() for m in c if m.id and m.string}
    for name, found in messages_in_code().items():
        if only and name != only:
            continue
        catalogue = Catalog(locale="fr")
        old = existing.get(name, Catalog())
        for message in found:
            if message.id and elsewhere.get(message.id, name) == name:
                known = old.get(message.id)
                catalogue.add(message.id, known.string if known else None, locations=[])
        path = FOLDER / "fr" / f"{name}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=120, omit_header=True, sort_output=True)


def main(arguments: list[str]) -> int:
    command = arguments[0] if arguments else "compile"
    if command == "update":
        update(*arguments[1:2])
    elif command == "check":
        faults = [f"fr: {fault}" for fault in missing("fr")]
        sys.stdout.writelines(f"{fault}\n" for fault in faults)
        return 1 if faults else 0
    compile_all()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
