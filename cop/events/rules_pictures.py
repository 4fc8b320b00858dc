"""What a picture says beside what it shows: where it was taken, when, by whom. None of it is kept.

Pictures are not made anew: each of the three formats is a row of labelled pieces, of which those that a picture is
drawn with are taken over as they are. A label nobody knows here is left out. Which way up a telephone was held is kept:
the picture would lie on its side without it.
"""

import re
from collections.abc import Iterator
from typing import Final
from zlib import crc32

from cop.core.errors import Refused
from cop.core.i18n import _l

DAMAGED: Final = _l("This picture is damaged: open it, save it again, then join the new file.")

_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = 1


class _Broken(Exception):
    """The pieces do not follow each other as they should."""


def bare(content: bytes, media_type: str) -> bytes:
    """The picture alone; what is no picture comes back as it is. Refuses one whose pieces cannot be told apart."""
    strip = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}.get(media_type)
    if strip is None:
        return content
    try:
        return strip(content)
    except _Broken:
        raise Refused(DAMAGED, "file") from None


# --- Which way up (TIFF 6.0, section 2; Exif 2.32, 4.6.4) ---------------------------------------------


def _turn(tiff: bytes) -> int:
    """1 to 8; upright when nothing readable says otherwise."""
    order = {b"II*\0": "little", b"MM\0*": "big"}.get(tiff[:4])
    if order is None:
        return _UPRIGHT

    def number(at: int, length: int) -> int:
        return int.from_bytes(tiff[at : at + length], "little" if order == "little" else "big")

    first = number(4, 4)
    for entry in range(first + 2, first + 2 + 12 * min(number(first, 2), 500), 12):
        if number(entry, 2) == _ORIENTATION:
            value = number(entry + 8, 2)
            return value if 1 <= value <= 8 else _UPRIGHT
    return _UPRIGHT


def _only(turn: int) -> bytes:
    """A TIFF with this one entry."""
    entry = _ORIENTATION.to_bytes(2) + (3).to_bytes(2) + (1).to_bytes(4) + turn.to_bytes(2) + bytes(2)
    return b"MM\0*" + (8).to_bytes(4) + (1).to_bytes(2) + entry + bytes(4)


# --- JPEG (ITU-T T.81, annex B) -----------------------------------------------------------------------

_EXIF: Final = b"Exif\0\0"
_SEGMENT: Final = re.compile(rb"\xff+([\x01-\xfe])", re.DOTALL)
# In what was compressed, a marker is one that is neither a stuffed octet nor a restart.
_MARKER: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]", re.DOTALL)
_START, _END, _SCAN, _APP1 = 0xD8, 0xD9, 0xDA, 0xE1
# What colours mean: without it a picture looks washed out, or inverted.
_COLOURS: Final = {0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}


def _jpeg(content: bytes) -> bytes:
    """What follows the end of the picture goes too: a second one, smaller or deeper, with a place of its own."""
    turn, kept = _UPRIGHT, [b""]
    for marker, body in _segments(content):
        if marker == _APP1 and body.startswith(_EXIF) and turn == _UPRIGHT:
            turn = _turn(body[len(_EXIF) :])
        elif marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 14:
            kept[0] += _segment(marker, body[:12] + bytes(2))  # without its thumbnail
        elif marker in _COLOURS and body.startswith(_COLOURS[marker]):
            kept.append(_segment(marker, body))
        elif not marker:
            kept.append(body)
        elif 0xC0 <= marker <= 0xDF:
            kept.append(_segment(marker, body))
    if turn != _UPRIGHT:
        kept[0] += _segment(_APP1, _EXIF + _only(turn))
    return bytes((0xFF, _START)) + b"".join(kept) + bytes((0xFF, _END))


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each marker with what it holds; what was compressed, with no marker."""
    at, drawn = 2, False
    while found := _SEGMENT.match(content, at):
        marker, at = found[1][0], found.end()
        if marker == _END:
            break
        length = int.from_bytes(content[at : at + 2])
        if marker == _START or length < 2 or at + length > len(content):
            raise _Broken
        yield marker, content[at + 2 : at + length]
        at += length
        if marker == _SCAN:
            after = _MARKER.search(content, at)
            end = after.start() if after else len(content)
            yield 0, content[at:end]
            at, drawn = end, True
    # Cut short, it is shown as far as it goes.
    if not drawn or (found is None and at < len(content)):
        raise _Broken


# --- PNG (third edition, sections 5 and 11) -----------------------------------------------------------

_PNG: Final = frozenset({
    "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB",
    "cICP", "mDCV", "cLLI", "bKGD", "hIST", "pHYs", "sPLT", "acTL", "fcTL", "fdAT",
})  # fmt: skip


def _png(content: bytes) -> bytes:
    kept, at = [content[:8]], 8
    while at + 12 <= len(content):
        size, name = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8].decode("latin-1")
        end = at + 12 + size
        if end > len(content) or (at == 8) is not (name == "IHDR"):
            raise _Broken
        if name in _PNG:
            kept.append(content[at:end])
        elif name == "eXIf" and (turn := _turn(content[at + 8 : end - 4])) != _UPRIGHT:
            kept.append(_chunk(b"eXIf", _only(turn)))
        if name == "IEND":
            return b"".join(kept)
        at = end
    raise _Broken


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + crc32(name + body).to_bytes(4)


# --- WebP (RFC 9649, section 2) -----------------------------------------------------------------------

_WEBP: Final = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_DRAWN: Final = frozenset({b"VP8 ", b"VP8L", b"ANMF"})
_HAS_EXIF, _HAS_XMP, _HEADER = 0x08, 0x04, 10


def _webp(content: bytes) -> bytes:
    pieces = list(_pieces(content))
    turns = [_turn(body.removeprefix(_EXIF)) for name, body in pieces if name == b"EXIF"]
    turn = next(iter(turns), _UPRIGHT)
    kept = [(name, body) for name, body in pieces if name in _WEBP]
    if not any(name in _DRAWN for name, _body in kept):
        raise _Broken
    if kept[0][0] == b"VP8X":
        if len(kept[0][1]) < _HEADER:
            raise _Broken
        flags = kept[0][1][0] & ~_HAS_EXIF & ~_HAS_XMP
        if turn != _UPRIGHT:
            flags |= _HAS_EXIF
            kept.append((b"EXIF", _only(turn)))
        kept[0] = (b"VP8X", bytes((flags,)) + kept[0][1][1:])
    body = b"WEBP" + b"".join(
        name + len(piece).to_bytes(4, "little") + piece + bytes(len(piece) % 2) for name, piece in kept
    )
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _pieces(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, end = 12, min(len(content), int.from_bytes(content[4:8], "little") + 8)
    while at + 8 <= end:
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        if at + 8 + size > end:
            raise _Broken
        yield content[at : at + 4], content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
