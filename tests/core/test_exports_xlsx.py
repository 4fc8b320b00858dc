"""A workbook whose cells are what they say: texts that run nothing, dates that are dates."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cop.core import exports, spreadsheets
from cop.core.web import Application

pytestmark = pytest.mark.usefixtures("app")


def test_values_come_back_as_they_were(app: Application) -> None:
    rows = [
        ["Nom", "Depuis", "Nombre", "Code"],
        ['=HYPERLINK("http://x.example")', date(2026, 1, 31), 12, "01000"],
        ["https://x.example", datetime(2026, 1, 31, 23, 30, tzinfo=UTC), Decimal("2.5"), None],
    ]
    table = spreadsheets.read(exports.xlsx_file(rows, "Adhésions [2026] : bénévoles & amis du réseau"), "a.xlsx")
    assert table.sheet == "Adhésions  2026    bénévoles &"
    assert [line.cells for line in table.lines()] == [
        ['=HYPERLINK("http://x.example")', date(2026, 1, 31), "12", "01000"],
        ["https://x.example", date(2026, 2, 1), "2.5", ""],
    ]


def test_nothing_in_the_file_is_a_formula_or_a_link() -> None:
    import io
    import zipfile

    data = exports.xlsx_file([["Nom"], ["=1+1"], ["https://x.example"], ["{=1}"]], "x")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_a_download_says_what_it_is() -> None:
    data, headers = exports.download([["Nom"], ["Petit"]], "personnes", "csv")
    assert data.decode().endswith("Nom\r\nPetit\r\n")
    assert headers["Content-Disposition"] == 'attachment; filename="personnes.csv"'
    data, headers = exports.download([["Nom"], ["Petit"]], "personnes", "xlsx", "Personnes")
    assert data.startswith(b"PK")
    assert "spreadsheetml" in headers["Content-Type"]
