"""From a template's words to a subject, a text and an HTML body.

``templates/<slice>/mail/<name>.<locale>.md``: the first line is the subject, the rest is Markdown.
Text and HTML are made from the same words, so they cannot say different things. Every value put in
is escaped for Markdown: a title with an asterisk stays a title.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt
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

_ACTION: Final = ["strong_open", "link_open", "text", "link_close", "strong_close"]


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    text: str
    html: str


class Ready(str):
    """Markdown that is already escaped."""

    __slots__ = ()


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
        source = _words().get_template(f"{template}.{language}.md").render(values)
        first, _, body = source.strip().partition("\n")
        subject = one_line(_ESCAPED.sub(r"\1", _SUBJECT_LABEL.sub("", first)))
        tokens = _markdown().parse(body.strip())
        _mark_actions(tokens)
        content = _markdown().renderer.render(tokens, _markdown().options, {})
        context = {**frame, "subject": subject, "locale": language}
        text = _frames().get_template("mail/shell.txt").render(**context, content=plain(tokens))
        # Made by markdown-it with HTML switched off, from escaped values.
        html = _frames().get_template("mail/shell.html").render(**context, content=Markup(content))  # noqa: S704
    return Words(subject, text.strip() + "\n", html)


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
            out[since:] = [words if words == address.removeprefix("mailto:") else f"{words} <{address}>"]
        else:
            out.append({"softbreak": " ", "hardbreak": "\n"}.get(child.type, child.content))
    return "".join(out)
