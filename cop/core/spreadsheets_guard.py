"""Looking at a workbook before anything reads it: what it unpacks to, and how far its cells reach.

A few kilobytes can unpack to gigabytes, and two cells in opposite corners make a reader lay out the whole sheet
between them. Everything is therefore inflated and parsed once here, in pieces, with every limit counted on what
really comes out: what the file says of itself (sizes, dimensions) is not believed.
"""

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final
from xml.parsers import expat
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

from cop.core.errors import Refused
from cop.core.i18n import _l

MOST_COLUMNS: Final = 200
MOST_LINES: Final = 50_000
MOST_ENTRIES: Final = 1_000
MOST_UNPACKED: Final = 150 * 1024 * 1024
MOST_RATIO: Final = 200  # a sheet of repeated text packs to a fiftieth, a bomb to a thousandth
_RATIO_MATTERS: Final = 8 * 1024 * 1024
_PIECE: Final = 1 << 18
_LOCAL_HEADER: Final = 30

DAMAGED: Final = _l("This file is damaged or was not received whole: open it, save it again and send it once more.")
BOMB: Final = _l(
    "This file unpacks to far more than a list needs: it is not opened. Save the list alone as a new file."
)
PROTECTED: Final = _l("This file is protected by a password: save it without the password, then send it again.")
NOT_A_TABLE: Final = _l("This is not a table: send a CSV, XLSX (Excel) or ODS (LibreOffice) file.")
TOO_WIDE: Final = _l("This table has more than %(most)s columns: keep those to be imported only.", most=MOST_COLUMNS)
TOO_LONG: Final = _l("This table has more than 50 000 lines: send it in several files.")


def check(content: bytes) -> str:
    """The kind of workbook, "xlsx" or "ods"; raises ``Refused`` when it is none, or a trap."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
    except (
        BadZipFile,
        LargeZipFile,
        ValueError,
        OSError,
        RuntimeError,
    ) as error:  # RuntimeError: a way of packing unknown
        raise Refused(DAMAGED) from error
    if len(entries) > MOST_ENTRIES:
        raise Refused(BOMB)
    names = {entry.filename.lower() for entry in entries}
    kind = _kind(names)
    _Sizes(content).walk(entries, kind)
    return kind


def _kind(names: set[str]) -> str:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "word/document.xml" in names:
        raise Refused(_l("This is a text document (Word), whatever its name says: send the table itself."))
    if "xl/workbook.bin" in names:
        raise Refused(_l("This is a binary Excel file (XLSB): save it as XLSX, then send it again."))
    if "content.xml" in names:
        return "ods"
    raise Refused(NOT_A_TABLE)


class _Sizes:
    """Walks all entries once, counting what comes out."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.out = 0

    def walk(self, entries: list[ZipInfo], kind: str) -> None:
        for entry in entries:
            if entry.flag_bits & 0x1:
                raise Refused(PROTECTED)
            if entry.compress_type not in {0, 8}:
                raise Refused(DAMAGED)
            watcher = _watcher(entry.filename.lower(), kind)
            for piece in self._inflated(entry):
                self.out += len(piece)
                ratio = self.out / max(len(self.content), 1)
                if self.out > MOST_UNPACKED or (self.out > _RATIO_MATTERS and ratio > MOST_RATIO):
                    raise Refused(BOMB)
                if watcher:
                    watcher.feed(piece)
            if watcher:
                watcher.feed(b"", last=True)

    def _inflated(self, entry: ZipInfo) -> Iterator[bytes]:
        """The bytes of an entry, whatever size its headers say."""
        at = entry.header_offset
        header = self.content[at : at + _LOCAL_HEADER]
        if len(header) < _LOCAL_HEADER:
            raise Refused(DAMAGED)
        start = at + _LOCAL_HEADER + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        packed = self.content[start : start + entry.compress_size]
        if len(packed) < entry.compress_size:
            raise Refused(DAMAGED)
        if entry.compress_type == 0:
            yield packed
            return
        inflater = zlib.decompressobj(-15)
        try:
            while packed and not inflater.eof:
                yield inflater.decompress(packed, _PIECE)
                packed = inflater.unconsumed_tail
        except zlib.error as error:
            raise Refused(DAMAGED) from error


def _watcher(name: str, kind: str) -> "_Watcher | None":
    if not name.endswith((".xml", ".rels")):
        return None
    if kind == "xlsx" and name.startswith("xl/worksheets/"):
        return _Sheet()
    if kind == "ods" and name == "content.xml":
        return _Content()
    return _Manifest() if name == "meta-inf/manifest.xml" else _Watcher()


class _Watcher:
    """Parses a part of the workbook and refuses declared entities: a few lines of them grow without end."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        try:
            self.parser.Parse(piece, last)
        except expat.ExpatError as error:
            raise Refused(DAMAGED) from error

    def _doctype(self, *_: Any) -> None:
        raise Refused(BOMB)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""


class _Manifest(_Watcher):
    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if name.endswith(" encryption-data"):
            raise Refused(PROTECTED)


class _Sheet(_Watcher):
    """A sheet of an XLSX: where its filled cells are. Empty ones with a colour reach the end of many sheets."""

    row = column = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        if name == "row":
            self.row = _number(attributes.get("r"), self.row + 1)
            self.column = 0
        elif name == "c":
            letters, digits = _split(attributes.get("r", ""))
            self.column = letters or self.column + 1
            self.row = digits or self.row
        elif name in {"v", "is", "f"}:
            _check_place(self.row, self.column)


class _Content(_Watcher):
    """The sheets of an ODS: cells say how often they are repeated."""

    row = column = before = 0
    repeated = 1

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        said = {key.rpartition(" ")[2]: value for key, value in attributes.items()} if name.startswith("table") else {}
        if name == "table":
            self.row = 0
        elif name == "table-row":
            self.repeated = _number(said.get("number-rows-repeated"), 1)
            self.row += self.repeated
            self.column = 0
        elif name in {"table-cell", "covered-table-cell"}:
            self.column += _number(said.get("number-columns-repeated"), 1)
            if "value-type" in said or "formula" in said:
                _check_place(self.row, self.column)
        elif name == "p" and self.column:
            _check_place(self.row, self.column)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _split(reference: str) -> tuple[int, int]:
    """« AB12 » → (28, 12)."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters.upper() if letters.isascii() and letters.isalpha() and len(letters) < 8 else "":
        column = column * 26 + ord(letter) - 64
    return column, _number(reference[len(letters) :], 0)


def _check_place(row: int, column: int) -> None:
    if column > MOST_COLUMNS:
        raise Refused(TOO_WIDE)
    if row > MOST_LINES + 7:  # the headings, and the titles above them
        raise Refused(TOO_LONG)
