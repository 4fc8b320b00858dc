"""The words of an invitation: Markdown of whoever invites, with a few names filled in for each reader."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cop.core.errors import Refused
from cop.core.i18n import _l

LONGEST_SUBJECT: Final = 150
LONGEST: Final = 5000
# As people write them, in either language, and what each stands for.
PLACEHOLDERS: Final[Mapping[str, str]] = {
    "prénom": "given_name",
    "prenom": "given_name",
    "first name": "given_name",
    "nom": "family_name",
    "last name": "family_name",
    "rencontre": "title",
    "event": "title",
    "date": "when",
    "lieu": "place",
    "place": "place",
}
OFFERED: Final[Mapping[str, tuple[str, ...]]] = {
    "fr": ("{prénom}", "{nom}", "{rencontre}", "{date}", "{lieu}"),
    "en": ("{first name}", "{last name}", "{event}", "{date}", "{place}"),
}
_BRACES: Final = re.compile(r"\{+([^{}\n]{0,60})\}+")
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False})


def check(subject: str, words: str, suffix: str) -> None:
    """Refuse what would reach people broken. ``suffix``: the language, to name the field."""
    if "\n" in subject:
        raise Refused(_l("A subject is one line."), f"subject{suffix}")
    if len(subject) > LONGEST_SUBJECT:
        raise Refused(_l("A subject of 150 characters at most: mail programs cut the rest."), f"subject{suffix}")
    if len(words) > LONGEST:
        raise Refused(_l("5,000 characters at most: the rest belongs on the event’s page."), f"words{suffix}")
    for text, field in ((subject, "subject"), (words, "words")):
        _check_placeholders(text, f"{field}{suffix}")
    _check_links(words, f"words{suffix}")


def _check_placeholders(text: str, field: str) -> None:
    for found in _BRACES.finditer(text):
        if _name(found) not in PLACEHOLDERS:
            known = " ".join(OFFERED["en" if field.endswith("_en") else "fr"])
            sentence = _l(
                "%(unknown)s is filled in with nothing. Known are: %(known)s.", unknown=found.group(0), known=known
            )
            raise Refused(sentence, field)


def _name(found: re.Match[str]) -> str:
    return " ".join(found.group(1).split()).casefold()


def _check_links(words: str, field: str) -> None:
    for token in _inside(_MARKDOWN.parse(words)):
        if token.type == "text" and "](" in token.content:  # no Markdown reader takes it for a link
            raise _nowhere(token.content.partition("](")[2].partition(")")[0], field)
        if token.type == "image":
            raise Refused(_l("No picture: it would tell somebody else who reads the mail, and when."), field)
        if token.type == "link_open" and not _leads_somewhere(str(token.attrGet("href") or "")):
            raise _nowhere(str(token.attrGet("href") or ""), field)


def _nowhere(address: str, field: str) -> Refused:
    sentence = _l("The link “%(address)s” leads nowhere: a complete address begins with https://", address=address)
    return Refused(sentence, field)


def _inside(tokens: list[Token]) -> list[Token]:
    return [child for token in tokens for child in token.children or ()]


def _leads_somewhere(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path
    return parts.scheme in {"https", "http"} and "." in (parts.hostname or "")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its names filled in: ``values`` by what they stand for, already fit for the text they go into."""
    return _BRACES.sub(lambda found: values.get(PLACEHOLDERS.get(_name(found), ""), found.group(0)), text)
