"""From a template's words to a subject, a text and an HTML body.

``templates/<slice>/mail/<name>.<locale>.md``: the first line is the subject, the rest is Markdown.
Text and HTML are made from the same words, so they cannot say different things. Every value put in
is escaped for Markdown: a title with an asterisk stays a title.
"""

import re
from collections.abc import Iterable, Mapping
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
        kinds = [child.type for child in inline.children or ()]
        if opening.type == "paragraph_open" and kinds == [
            "strong_open", "link_open", "text", "link_close", "strong_close",
        ]:  # fmt: skip
            opening.attrSet("class", "action")
            (inline.children or [])[1].attrSet("class", "button")


def plain(tokens: list[Token]) -> str:
    """The words without marks: links are written out, points keep their dash."""
    blocks: list[str] = []
    points: list[str] = []  # the marks of the lists one is in
    mark = ""
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            points.append("-" if token.type.startswith("bullet") else "1.")
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            points.pop()
        elif token.type == "list_item_open":
            mark = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "inline":
            indent = "  " * len(points)
            words = _inline(token.children or []).replace("\n", f"\n{indent}")
            blocks.append(("\n" if not (points and mark) else "") + indent[2:] + mark + words)
            mark = ""
        elif token.type in {"fence", "code_block"}:
            blocks.append("\n" + token.content.rstrip())
        elif token.type == "hr":
            blocks.append("\n--")
    return "\n".join(blocks).strip()


def _inline(children: list[Token]) -> str:
    out: list[str] = []
    address = ""
    since = 0
    for child in children:
        if child.type == "link_open":
            address, since = str(child.attrGet("href")), len(out)
        elif child.type == "link_close":
            words = "".join(out[since:])
            del out[since:]
            out.append(address.removeprefix("mailto:") if words in address else f"{words} :\n{address}")
        elif child.type == "softbreak":
            out.append(" ")
        elif child.type == "hardbreak":
            out.append("\n")
        else:
            out.append(child.content)
    return "".join(out)
