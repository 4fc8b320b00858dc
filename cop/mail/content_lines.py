"""The lines of a calendar object (RFC 5545, 3.1): cleaned, escaped, folded.

Here rather than beside the calendars because the redirect transport rewrites them too.
"""

import re
from typing import Final
from urllib.parse import quote

LIMIT: Final = 75  # octets, without the line break

_LINE_BREAKS: Final = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
# Control characters make the object invalid; lone surrogates cannot be written in UTF-8; marks of
# direction could make a title read as something else.
_UNWANTED: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")
_BLANKS: Final = re.compile("[ \t\n]+")
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
# Quotes cannot be written in a parameter (RFC 5545, 3.2); RFC 6868 gives the caret a meaning that half of
# the programs do not know.
_UNQUOTABLE: Final = str.maketrans({'"': "'", "^": " "})


def clean(value: str) -> str:
    """The text without anything invisible; every kind of line break becomes one newline."""
    return _UNWANTED.sub("", _LINE_BREAKS.sub("\n", value))


def one_line(value: str) -> str:
    """The text on one line. No-break spaces stay: they keep « 9 h 30 » in one piece."""
    return _BLANKS.sub(" ", clean(value)).strip(" ")


def text(value: str) -> str:
    """A value of type TEXT."""
    return clean(value).translate(_ESCAPES)


def quoted(value: str) -> str:
    """A parameter's value, such as a person's name."""
    return f'"{one_line(one_line(value).translate(_UNQUOTABLE))}"'


def mailto(address: str) -> str:
    """An address as RFC 5546 wants it."""
    return "mailto:" + quote(one_line(address), safe="@!$&'*+-./=_~")


def uri(value: str) -> str:
    """A web address; it is not TEXT, so a line break in it would begin a line of its own."""
    return quote(one_line(value), safe="%:/?#[]@!$&'()*+,;=-._~")


def fold(line: str) -> str:
    """The line cut into pieces of at most 75 octets, never inside a character."""
    if line.isascii() and len(line) <= LIMIT:
        return line
    octets = line.encode()
    pieces = []
    start, room = 0, LIMIT
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(octets[start:end])
        start, room = end, LIMIT - 1
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces).decode()


def unfold(stream: str) -> str:
    return re.sub("\r?\n[ \t]", "", stream)


def join(lines: list[str]) -> str:
    """The object, folded, each line ended by CRLF."""
    return "\r\n".join(map(fold, lines)) + "\r\n"
