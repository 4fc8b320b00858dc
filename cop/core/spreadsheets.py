"""Reading tables people send: CSV as spreadsheets write it, XLSX and ODS, whatever their shape.

    table = spreadsheets.read(content, "members.xlsx")
    table.headings                       # ["Nom", "Prénom", …], each once
    for line in table.lines(): …         # line.number as the spreadsheet shows it, line.cells one per heading

What cannot be read is refused with a sentence; what was guessed is told in ``table.notices``.
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from itertools import islice
from typing import Any, Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from cop.core import spreadsheets_guard as guard
from cop.core.errors import Refused
from cop.core.i18n import _l

MOST_CHARACTERS: Final = 5_000
_TITLES: Final = 6  # the headings are among the first lines: above them, a title and blanks
_SAMPLE: Final = 40
_DELIMITERS: Final = (";", ",", "\t", "|")
_MOJIBAKE: Final = re.compile("Ã[©¨ª«§´®»¯€‰\u00a0]|â€™|\ufffd")
# They draw nothing, and turn around or split what is shown: two names look the same and are not.
_UNSEEN: Final = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ROUNDED: Final = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_SERIALS: Final = range(10_000, 80_000)  # 1927 to 2119
_EXCEL_EPOCH: Final = date(1899, 12, 30)
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})(?: .*)?")
_YEAR_FIRST: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")

Cell = str | date
Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``number`` as the spreadsheet shows it; ``fault``: why it cannot be read, if so."""

    number: int
    cells: list[Cell]
    fault: Any = None


@dataclass(frozen=True, slots=True)
class Table:
    """``sheet`` is the one read among ``sheets`` (no name in a CSV). ``lines()`` may be asked for again."""

    headings: list[str]
    sheet: str
    sheets: list[str]
    notices: list[Any]
    _rows: Callable[[], Iterable[Row]]
    _heading_row: int  # from 0

    def lines(self) -> Iterator[Line]:
        """Every line that holds something, after the headings."""
        width, told = len(self.headings), 0
        for number, row in enumerate(self._rows(), start=1):
            if number <= self._heading_row + 1:
                continue
            cells = _trimmed([clean(value) for value in row])
            if not cells:
                continue
            told += 1
            if told > guard.MOST_LINES:
                raise Refused(guard.TOO_LONG)
            fault = _l("This line has more cells than there are headings.") if len(cells) > width else None
            yield Line(number, [*cells[:width], *[""] * (width - len(cells))], fault)


@dataclass(slots=True)
class _Source:
    """The rows of a file, as often as asked for, and what has to be said about it."""

    rows: Callable[[], Iterable[Row]]
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    notices: list[Any] = field(default_factory=list)


def read(content: bytes, file_name: str = "", sheet: str = "") -> Table:
    """The table of a file; raises ``Refused`` with a sentence when there is none that can be read."""
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Refused(_l("This file is empty."))
    source = _workbook(content, sheet) if content.startswith(b"PK") else _text(content, file_name)
    first = [_trimmed([clean(value) for value in row]) for row in islice(source.rows(), _SAMPLE)]
    at = _heading_row(first)
    width = max(len(row) for row in first[at:])
    if width > guard.MOST_COLUMNS:
        raise Refused(guard.TOO_WIDE)
    headings, notices = _headings(first[at], width)
    return Table(headings, source.sheet, source.sheets, [*source.notices, *notices], source.rows, at)


# --- Cells ----------------------------------------------------------------------------------------


def clean(value: Any) -> Cell:
    """A cell as people read it: dates as dates, whole numbers without « .0 », text without what cannot be seen."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    text = str(value)
    if len(text) > MOST_CHARACTERS:
        raise Refused(_l("A cell holds more than 5 000 characters: perhaps a quotation mark is never closed."))
    text = _CONTROL.sub(" ", _UNSEEN.sub("", unicodedata.normalize("NFC", text)))
    return text.replace("\u00a0", " ").replace("\u202f", " ").strip()


def text_of(cell: Cell) -> str:
    return cell.strftime("%d/%m/%Y") if isinstance(cell, date) else cell


def as_date(cell: Cell) -> date | None:
    """The day of a cell of a column of dates: typed as one writes it, or the number Excel keeps; ``None``: no day.

    Raises ``ValueError`` for what should be a date and is none.
    """
    if isinstance(cell, date) or not cell:
        return cell or None
    if found := _YEAR_FIRST.fullmatch(cell):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.fullmatch(cell):
        year = int(found[3])
        return date(year + 2000 if year < 70 else year + 1900 if year < 100 else year, int(found[2]), int(found[1]))
    number = cell.partition(".")[0]
    if number.isascii() and number.isdigit() and int(number) in _SERIALS:
        return _EXCEL_EPOCH + timedelta(days=int(number))
    raise ValueError(cell)


def is_rounded(cell: Cell) -> bool:
    """Whether a number was written « 1,00035E+10 » by a spreadsheet: its last digits are lost."""
    return isinstance(cell, str) and bool(_ROUNDED.fullmatch(cell.replace(" ", "")))


# --- Headings -------------------------------------------------------------------------------------


def _heading_row(rows: list[list[Cell]]) -> int:
    """The first line as wide as the table: titles above it stand alone."""
    filled = [sum(1 for cell in row if cell) for row in rows]
    widest = max(filled, default=0)
    if not widest:
        raise Refused(_l("This table is empty."))
    enough = 1 if widest == 1 else max(2, widest // 2)
    for at, count in enumerate(filled[: _TITLES + 1]):
        if count >= enough:
            values = sum(1 for cell in rows[at] if isinstance(cell, date) or "@" in cell or cell.isdigit())
            if values * 2 > count or any("@" in text_of(cell) for cell in rows[at]):
                break
            return at
    raise Refused(
        _l("The names of the columns were not found in the first lines: put them on one line above the values.")
    )


def _headings(cells: list[Cell], width: int) -> tuple[list[str], list[Any]]:
    headings: list[str] = []
    notices: list[Any] = []
    for at in range(width):
        text = " ".join(text_of(cells[at]).split())[:100] if at < len(cells) else ""
        name = text or str(_l("Column %(letter)s", letter=_letter(at)))
        if name in headings:
            notices.append(_l("Two columns are called “%(name)s”: look at which is which.", name=name))
            name = f"{name} ({sum(1 for known in headings if known.startswith(text)) + 1})"
        headings.append(name)
    return headings, notices


def _letter(at: int) -> str:
    return (chr(64 + at // 26) if at >= 26 else "") + chr(65 + at % 26)


def _trimmed(cells: list[Cell]) -> list[Cell]:
    while cells and cells[-1] == "":
        cells.pop()
    return cells


# --- Workbooks ------------------------------------------------------------------------------------


def _workbook(content: bytes, wanted: str) -> _Source:
    guard.check(content)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        shown = [
            one.name
            for one in book.sheets_metadata
            if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
        ]
        chosen = [wanted] if wanted in shown else shown
        sheet = next((one for one in map(book.get_sheet_by_name, chosen) if one.height), None)
    except CalamineError as error:
        raise Refused(guard.DAMAGED) from error
    if sheet is None:
        raise Refused(_l("This file holds no sheet with something in it."))
    return _Source(sheet.iter_rows, sheet.name, shown, _remarks(sheet, shown, wanted))


def _remarks(sheet: CalamineSheet, sheets: list[str], wanted: str) -> list[Any]:
    told: list[Any] = []
    if len(sheets) > 1 and sheet.name != wanted:
        told.append(_l("This file has several sheets: “%(name)s” is read.", name=sheet.name))
    if sheet.merged_cell_ranges:
        told.append(_l("Some cells are merged: only the first of them counts as filled, the others are read as empty."))
    return told


# --- Text -----------------------------------------------------------------------------------------


def _text(content: bytes, file_name: str) -> _Source:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Refused(guard.PROTECTED)
        raise Refused(_l("This is an old Excel or Word file: save the table as XLSX, then send it again."))
    text = _decoded(content)
    if text.lstrip()[:1] == "<" or file_name.lower().endswith((".pdf", ".docx", ".doc")):
        raise Refused(guard.NOT_A_TABLE)
    said = re.match("sep=(.)\r?\n", text)
    delimiter = said[1] if said else _delimiter(text)
    return _Source(lambda: _rows_of_text(text, delimiter, 1 if said else 0))


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in content[:65536] or content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8")):
        raise Refused(guard.NOT_A_TABLE)
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _MOJIBAKE.search(text):
            raise Refused(
                _l("The accents of this file are broken (“Ã©” for “é”): save it again as “CSV UTF-8”, or as XLSX.")
            )
        return text
    raise Refused(_l("The letters of this file could not be read: save it as “CSV UTF-8”, or as XLSX."))


def _delimiter(text: str) -> str:
    """The sign that cuts most lines of the beginning into the same number of cells."""
    sample = text[:20_000]

    def evenness(sign: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in islice(csv.reader(StringIO(sample), delimiter=sign), 20) if row]
        except csv.Error:
            return 0, 0
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual), usual) if usual > 1 else (0, 0)

    return max(_DELIMITERS, key=evenness)


def _rows_of_text(text: str, delimiter: str, skipped: int) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in islice(reader, skipped, None):
            if len(row) > guard.MOST_COLUMNS:
                while row and not row[-1]:
                    row.pop()
                if len(row) > guard.MOST_COLUMNS:
                    raise Refused(guard.TOO_WIDE)
            yield row
    except csv.Error as error:
        raise Refused(
            _l("A cell holds more than 5 000 characters: perhaps a quotation mark is never closed.")
        ) from error
