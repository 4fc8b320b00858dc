"""The words of a PDF, read back from its glyphs: what a person copies out of it."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SHOWN = re.compile(
    rb"/(f\d+) [\d.]+ Tf|\[((?:\((?:\\.|[^\\)])*\)|[-\d. ])*)\] ?TJ|(\((?:\\.|[^\\)])*\)) ?Tj", re.DOTALL
)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def words(pdf: bytes) -> str:
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    fonts = {
        name.decode(): _unicode(objects[int(number)], objects)
        for body in objects.values()
        for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", body)
    }
    return "\n".join(_page(_content(body), fonts) for body in objects.values() if b"BT" in _content(body))


def _content(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if found is None:
        return b""
    try:
        return zlib.decompress(found[1])
    except zlib.error:
        return found[1]


def _unicode(font: bytes, objects: dict[int, bytes]) -> dict[int, str]:
    number = re.search(rb"/ToUnicode (\d+) 0 R", font)
    assert number, "a font without ToUnicode: nothing could be copied or read aloud"
    table = _content(objects[int(number[1])])
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\n", table)
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}


def _page(content: bytes, fonts: dict[str, dict[int, str]]) -> str:
    font: dict[int, str] = {}
    said = []
    for name, several, one in _SHOWN.findall(content):
        if name:
            font = fonts[name.decode()]
            continue
        raw = b"".join(_plain(part) for part in re.findall(rb"\(((?:\\.|[^\\)])*)\)", several or one, re.DOTALL))
        said.append("".join(font[int.from_bytes(raw[at : at + 2])] for at in range(0, len(raw), 2)))
    return " ".join(said)


def _plain(text: bytes) -> bytes:
    return re.sub(
        rb"\\([0-7]{1,3}|.)",
        lambda found: bytes([int(found[1], 8)]) if found[1].isdigit() else _ESCAPES.get(found[1], found[1]),
        text,
        flags=re.DOTALL,
    )
