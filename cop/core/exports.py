"""Tables handed over as files, CSV or XLSX, that a spreadsheet opens rightly and that cannot act on who opens them.

French spreadsheets expect semicolons and a decimal comma; without the byte order mark Excel reads UTF-8 as
Latin-1 and breaks every accent.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter

from cop.core import clock, formats

BYTE_ORDER_MARK: Final = "\ufeff"
CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_IN_A_CELL: Final = 32_767
# A cell that begins so is run as a formula by spreadsheets: a name typed on a public form would act on
# the computer of whoever opens the list (OWASP, "CSV injection"). Full-width forms are folded by some of them.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: Any) -> str:
    """A value as its cell: numbers with a decimal comma, dates as one writes them, text made harmless."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f").replace(".", ",")
    if isinstance(value, date | datetime):
        return formats.date_short(value)
    text = str(value)
    # Blanks in front do not protect: some spreadsheets trim before they look.
    return f"'{text}" if text.lstrip(" \u00a0\u202f").startswith(_FORMULA_STARTS) else text


def csv_file(rows: Iterable[Sequence[Any]]) -> bytes:
    """The rows as a file, headings included by the caller."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerows([cell(value) for value in row] for row in rows)
    return (BYTE_ORDER_MARK + buffer.getvalue()).encode()


def xlsx_file(rows: Iterable[Sequence[Any]], title: str) -> bytes:
    """The rows as a workbook of one sheet called ``title``, headings included by the caller.

    Every text is written as a text: nothing is run, no address becomes a link, and 01000 keeps its zero.
    """
    buffer = io.BytesIO()
    # Row by row through a file: a list of twenty thousand people does not stand in memory twice.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, {**options, "strings_to_numbers": False})
    sheet = book.add_worksheet(_sheet_name(title))
    heading, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if number == 0:
                sheet.write_string(0, column, str(value), heading)
                sheet.set_column(column, column, min(max(len(str(value)) + 2, 12), 40))
            elif isinstance(value, bool) or not isinstance(value, int | Decimal | float | date):
                sheet.write_string(number, column, "" if value is None else str(value)[:_MOST_IN_A_CELL])
            elif isinstance(value, date):
                sheet.write_datetime(number, column, _local_day(value), day)
            else:
                sheet.write_number(number, column, float(value))
    book.close()
    return buffer.getvalue()


def _local_day(value: date) -> date:
    """As the text formats show it: a moment falls on its day where we are."""
    return clock.local_date(value) if isinstance(value, datetime) else value


def _sheet_name(title: str) -> str:
    """At most 31 characters, and none of those a spreadsheet refuses."""
    return "".join(" " if c in "[]:*?/\\" else c for c in title)[:31].strip(" '") or "1"


def download(rows: Iterable[Sequence[Any]], name: str, kind: str, title: str = "") -> tuple[bytes, dict[str, str]]:
    """A table as a file and its headers, ``kind`` being "csv" or "xlsx": ``Response(data, headers=headers)``.

    ``name`` is ours, in plain letters and without ending. Whoever hands over people's data records it first, in the
    same transaction: ``activity.record(actor, "person.exported", …, rows=…)``; hence by a POST.
    """
    if kind == "xlsx":
        return xlsx_file(rows, title or name), attachment(f"{name}.xlsx")
    return csv_file(rows), attachment(f"{name}.csv")


def kept_file(file_name: str, media_type: str) -> dict[str, str]:
    """The headers of a file that somebody sent us: it is saved, never shown as a page of ours, and runs nothing."""
    return {
        "Content-Type": media_type,
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }


def attachment(file_name: str) -> dict[str, str]:
    """The headers of a download; the name is ours, in plain letters."""
    kind = XLSX_TYPE if file_name.endswith(".xlsx") else CSV_TYPE
    return {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{file_name}"'}
