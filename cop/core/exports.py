"""Tables handed over as files: CSV that a spreadsheet opens rightly, and that cannot act on who opens it.

French spreadsheets expect semicolons and a decimal comma; without the byte order mark Excel reads UTF-8 as
Latin-1 and breaks every accent.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from cop.core import formats

BYTE_ORDER_MARK: Final = "\ufeff"
CSV_TYPE: Final = "text/csv; charset=utf-8"
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


def attachment(file_name: str) -> dict[str, str]:
    """The headers of a download; the name is ours, in plain letters."""
    return {"Content-Type": CSV_TYPE, "Content-Disposition": f'attachment; filename="{file_name}"'}
