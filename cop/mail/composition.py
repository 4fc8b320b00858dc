"""From a template's words to a subject, a text and an HTML body.

``templates/<slice>/mail/<name>.<locale>.md``: the first line is the subject, the rest is Markdown.
Text and HTML are made from the same words, so they cannot say different things. Every value put in
is escaped for Markdown: a title with an asterisk stays a title.
"""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from types import NoneType
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from markupsafe import Markup

from cop.core import formats
from cop.core.i18n import DEFAULT_LANGUAGE, LANGUAGES, label, speaking
from cop.core.settings import ROOT
from cop.mail.content_lines import clean, one_line

FOLDERS: Final = (ROOT / "cop" / "_data" / "templates", ROOT / "templates")
_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_SUBJECT_LABEL: Final = re.compile(r"^(Objet|Subject)[\s\u00a0\u202f]*:\s*", re.IGNORECASE)

# What is each reader's own, when it is as plain as this: nothing in it to be cleaned or escaped for Markdown.
_OWN: Final = {
    "given_name": re.compile(r"[^\W_]+(?:[ '’.-]+[^\W_]+)*"),
    "page": re.compile(r"https?://[A-Za-z0-9.:-]+(?:/[A-Za-z0-9._-]+)+"),
}
_MARKS: Final = {name: f"mark{secrets.token_hex(8)}{number}x" for number, name in enumerate(_OWN)}
_ACTION: Final = ["strong_open", "link_open", "text", "link_close", "strong_close"]


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    text: str
    html: str


class Ready(str):
    """Markdown that is already escaped."""

    __slots__ = ()


class _Mark(Ready):
    """Stands where something of the reader's own will be."""

    __slots__ = ()

    def __bool__(self) -> bool:
        raise RuntimeError("no mail says different things to people of different names")


def escape(value: Any) -> Ready:
    """One line of plain text as Markdown that shows exactly this text, also inside ``[…](<…>)``."""
    if isinstance(value, Ready):
        return value
    return Ready(_PUNCTUATION.sub(r"\\\1", one_line("" if value is None else str(value))))


def escape_lines(value: Any) -> Ready:
    """Several lines of plain text: their breaks and blank lines stay. To be used in a paragraph of its own."""
    paragraphs = re.split(r"\n[ \t]*\n+", clean(str(value)).strip())
    return Ready("\n\n".join("\\\n".join(escape(line) for line in part.split("\n")) for part in paragraphs))


def bulleted(values: Iterable[Any]) -> Ready:
    """A list, one point for each value."""
    return Ready("\n".join(f"- {escape(value)}" for value in values))


@cache
def _words() -> Environment:
    environment = Environment(  # noqa: S701 - Markdown, escaped by ``finalize``; the HTML is made by markdown-it
        loader=FileSystemLoader(FOLDERS),
        finalize=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(formats.FILTERS, lines=escape_lines, bulleted=bulleted, label=label)
    environment.globals.update(period=formats.period, percent=formats.percent)
    return environment


@cache
def _frames() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDERS),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "typographer": False})


def compose(template: str, values: Mapping[str, Any], locale: str, frame: Mapping[str, Any]) -> Words:
    """The mail ``template`` ("registrations/mail/confirmation") in the reader's language, framed.

    ``frame`` holds what the frames ``mail/shell.html`` and ``mail/shell.txt`` need besides the words.
    """
    language = locale if locale in LANGUAGES else DEFAULT_LANGUAGE
    with speaking(language):
        words = _addressed(template, language, values)
        context = {**frame, "subject": words.subject, "locale": language}
        text = _frames().get_template("mail/shell.txt").render(**context, content=words.text)
        # Made by markdown-it with HTML switched off, from escaped values.
        html = _frames().get_template("mail/shell.html").render(**context, content=Markup(words.html))  # noqa: S704
    return Words(words.subject, text.strip() + "\n", html)


def _addressed(template: str, language: str, values: Mapping[str, Any]) -> Words:
    """The words for one reader. What all readers of a mail have in common is written once, with a mark where each
    one's own belongs: a meeting that moves is told to two hundred people."""
    own = {name: str(values[name]) for name, plain in _OWN.items() if plain.fullmatch(str(values.get(name, "")))}
    common = tuple(sorted((name, _frozen(value)) for name, value in values.items() if name not in own))
    write = _common if all(_is_plain(value) for _name, value in common) else _common.__wrapped__
    words = write(template, language, common, tuple(own))
    subject, text, html = words.subject, words.text, words.html
    for name, value in own.items():
        subject, text = subject.replace(_MARKS[name], value), text.replace(_MARKS[name], value)
        html = html.replace(_MARKS[name], escapeHtml(value))
    return Words(subject, text, html)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _is_plain(value: Any) -> bool:
    """Equal only to what reads the same; not so two moments, one in Paris and one in Cayenne."""
    if isinstance(value, tuple):
        return all(type(part) is str for part in value)
    return type(value) in {str, int, bool, NoneType}


@lru_cache(maxsize=64)
def _common(template: str, language: str, values: tuple[tuple[str, Any], ...], own: tuple[str, ...]) -> Words:
    context = {**dict(values), **{name: _Mark(_MARKS[name]) for name in own}}
    source = _words().get_template(f"{template}.{language}.md").render(context)
    first, _, body = source.strip().partition("\n")
    subject = one_line(_ESCAPED.sub(r"\1", _SUBJECT_LABEL.sub("", first)))
    tokens = _markdown().parse(body.strip())
    _mark_actions(tokens)
    return Words(subject, plain(tokens), _markdown().renderer.render(tokens, _markdown().options, {}))


def _mark_actions(tokens: list[Token]) -> None:
    """A paragraph that is one bold link is a button."""
    for opening, inline in pairwise(tokens):
        parts = [child for child in inline.children or () if child.content or child.type != "text"]
        if opening.type == "paragraph_open" and [part.type for part in parts] == _ACTION:
            opening.attrSet("class", "action")
            parts[1].attrSet("class", "button")


def plain(tokens: list[Token]) -> str:
    """The words without marks: links are written out, points keep their dash."""
    lines: list[str] = []
    depth = 0  # lists one is in
    mark = ""
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            lines.extend([""] if depth == 0 else [])
            depth += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            depth -= 1
        elif token.type == "list_item_open":
            mark = f"{token.info}. " if token.info else "- "
        elif token.type in {"inline", "fence", "code_block"}:
            words = _inline(token.children) if token.children else token.content.rstrip()
            lines.extend(_block(words, depth, mark))
            mark = ""
    return "\n".join(lines).strip()


def _block(words: str, depth: int, mark: str) -> list[str]:
    """A paragraph after a blank line, or a point with its mark, further lines under its words."""
    indent = "  " * max(0, depth - 1)
    following = indent + " " * len(mark or "  " * min(depth, 1))
    first, *rest = words.split("\n")
    return [
        *([] if mark else [""]),
        (indent + mark if mark else following) + first,
        *(following + line for line in rest),
    ]


def _inline(children: Sequence[Token]) -> str:
    out: list[str] = []
    address, since = "", 0
    for child in children:
        if child.type == "link_open":
            address, since = str(child.attrGet("href")), len(out)
        elif child.type == "link_close":
            words = "".join(out[since:])
            # Angle brackets keep a full stop that follows out of the address (RFC 3986, appendix C).
            said = words == address.removeprefix("mailto:") or address.startswith("tel:")
            out[since:] = [words if said else f"{words} <{address}>"]
        else:
            out.append({"softbreak": " ", "hardbreak": "\n"}.get(child.type, child.content))
    return "".join(out)
