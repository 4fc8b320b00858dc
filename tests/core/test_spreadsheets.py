"""Tables as people send them are read; those that are none, or traps, are refused with a sentence."""

import resource
from datetime import date, datetime
from typing import Any

import pytest

from cop.core import spreadsheets
from cop.core.errors import Refused
from cop.core.web import Application
from tests.core.sheets_of_the_tests import book, ods, ods_row, with_part, xlsx, zipped

pytestmark = pytest.mark.usefixtures("app")
SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def rows(content: bytes, name: str = "liste.csv", **more: Any) -> list[list[Any]]:
    table = spreadsheets.read(content, name, **more)
    return [table.headings, *(line.cells for line in table.lines())]


def refusal(content: bytes, name: str = "liste.csv") -> str:
    with pytest.raises(Refused) as refused:
        rows(content, name)
    return plain(refused.value)


def plain(words: Any) -> str:
    return str(words).replace("\u202f", " ").replace("\u00a0", " ")


LIST = [["Nom", "Prénom", "Ville"], ["Lévêque", "Zoé", "Angers"], ["Noël", "Ève", ""]]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_of_any_kind(delimiter: str, encoding: str) -> None:
    text = "\r\n".join(delimiter.join(row) for row in LIST)
    assert rows(text.encode(encoding)) == LIST


def test_csv_with_quotes_and_lines_inside_cells() -> None:
    text = 'Nom;Remarque\n"Le Goff; Anne";"dit ""Nanou""\nsur deux lignes"\n\nPetit;x\n'
    table = spreadsheets.read(text.encode(), "liste.csv")
    lines = list(table.lines())
    assert lines[0].cells == ["Le Goff; Anne", 'dit "Nanou"\nsur deux lignes']
    assert [line.number for line in lines] == [2, 4], "as a spreadsheet shows them: the blank line counts"


def test_the_first_line_of_excel_that_says_its_separator() -> None:
    assert rows(b"sep=|\r\nNom|Ville, pays\r\nPetit|Angers, France") == [
        ["Nom", "Ville, pays"],
        ["Petit", "Angers, France"],
    ]


def test_a_single_column_is_a_table() -> None:
    assert rows(b"E-mail\nanne@cabinet.example\n") == [["E-mail"], ["anne@cabinet.example"]]


def test_a_workbook() -> None:
    table = [["Nom", "Depuis", "Nombre"], ["Petit", date(2026, 3, 1), 12], ["=cmd()", None, 3.5]]
    assert rows(xlsx(table), "liste.xlsx") == [
        ["Nom", "Depuis", "Nombre"],
        ["Petit", date(2026, 3, 1), "12"],
        ["=cmd()", "", "3.5"],
    ]


def test_an_open_document() -> None:
    """LibreOffice fills the sheet to its end with repeated empty cells."""
    empty = '<table:table-cell table:number-columns-repeated="16380"/>'
    content = ods(
        ods_row("Nom", "Ville", empty)
        + ods_row("Petit", "Angers", empty)
        + ods_row("Grand", "Angers", empty, repeated=2)
        + ods_row('<table:table-cell table:number-columns-repeated="16384"/>', repeated=1_048_000)
    )
    assert rows(content, "liste.ods") == [["Nom", "Ville"], ["Petit", "Angers"], *[["Grand", "Angers"]] * 2]


def test_titles_and_blanks_above_the_headings() -> None:
    text = "Liste des adhérents 2026;;\n;;\nNom;Prénom;Ville\nPetit;Zoé;Angers\n"
    table = spreadsheets.read(text.encode(), "liste.csv")
    assert table.headings == ["Nom", "Prénom", "Ville"]
    assert [line.number for line in table.lines()] == [4]


def test_headings_are_each_there_once() -> None:
    table = spreadsheets.read(b"Nom;Nom;;Ville;;\nA;B;C;D;;\n", "liste.csv")
    assert table.headings == ["Nom", "Nom (2)", "Colonne C", "Ville"]
    assert [plain(notice) for notice in table.notices] == [
        "Deux colonnes s’appellent « Nom » : regardez laquelle est laquelle."
    ]


def test_a_line_with_more_cells_than_headings_says_so() -> None:
    text = "Nom;Ville\n" + "A;B\n" * 60 + "A;B;C\n"
    faults = [line.fault for line in spreadsheets.read(text.encode()).lines()]
    assert [bool(fault) for fault in faults] == [*[False] * 60, True]


def test_the_sheet_that_is_read_is_told_and_may_be_chosen() -> None:
    def fill(made: Any) -> None:
        made.add_worksheet("Vide")
        for name in ("Membres", "Contacts"):
            made.add_worksheet(name).write_column(0, 0, ["Nom", name])

    content = book(fill)
    table = spreadsheets.read(content, "liste.xlsx")
    assert (table.sheet, table.sheets) == ("Membres", ["Vide", "Membres", "Contacts"])
    assert plain(table.notices[0]) == "Ce fichier contient plusieurs feuilles : « Membres » est lue."
    assert rows(content, "liste.xlsx", sheet="Contacts") == [["Nom"], ["Contacts"]]
    assert rows(content, "liste.xlsx", sheet="Partie") == [["Nom"], ["Membres"]]


def test_merged_cells_count_once_and_it_is_told() -> None:
    def fill(made: Any) -> None:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["Nom", "Ville"])
        sheet.merge_range(1, 0, 1, 1, "Petit")

    table = spreadsheets.read(book(fill), "liste.xlsx")
    assert [line.cells for line in table.lines()] == [["Petit", ""]]
    assert "fusionnées" in str(table.notices[0])


def test_the_value_of_a_formula_is_read_never_the_formula() -> None:
    def fill(made: Any) -> None:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["Nom", "Nombre"])
        sheet.write_formula(1, 0, '=CONCATENATE("Pe","tit")', None, "Petit")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 1, "=6*7", None, 42)

    assert rows(book(fill), "liste.xlsx")[1:] in ([["Petit", ""], ["", "42"]], [["Petit", "#DIV/0!"], ["", "42"]])


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (2.0, "2"),
        (10003456789.0, "10003456789"),
        (0.5, "0.5"),
        (True, "1"),
        (datetime(2026, 1, 2, 13, 30), date(2026, 1, 2)),  # noqa: DTZ001
        ("  Anne\u00a0Petit ", "Anne Petit"),
        ("Anne\u200b\u202ePetit", "AnnePetit"),
        ("An\x00ne", "An ne"),
        ("E\u0301lodie", "Élodie"),
        ("=1+1", "=1+1"),
        ("01000", "01000"),
    ],
)
def test_how_a_cell_is_read(value: Any, read: Any) -> None:
    assert spreadsheets.clean(value) == read


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("", None),
        (date(2026, 5, 4), date(2026, 5, 4)),
        ("46146", date(2026, 5, 4)),
        ("46146.5", date(2026, 5, 4)),
        ("04/05/2026", date(2026, 5, 4)),
        ("4.5.26", date(2026, 5, 4)),
        ("2026-05-04", date(2026, 5, 4)),
        ("2026-05-04T10:00:00", date(2026, 5, 4)),
        ("04/05/1998 00:00", date(1998, 5, 4)),
    ],
)
def test_a_cell_that_should_be_a_day(cell: Any, day: Any) -> None:
    assert spreadsheets.as_date(cell) == day


@pytest.mark.parametrize("cell", ["demain", "31/02/2026", "12", "1234567", "2026-13-01"])
def test_a_cell_that_is_no_day(cell: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        spreadsheets.as_date(cell)


def test_a_number_that_lost_its_last_digits() -> None:
    assert spreadsheets.is_rounded("1,00035E+10")
    assert spreadsheets.is_rounded("1E+10")
    assert not spreadsheets.is_rounded("10003456789")
    assert not spreadsheets.is_rounded("E12")


# --- What is refused ------------------------------------------------------------------------------

GOOD = xlsx([["Nom", "Ville"], ["Petit", "Angers"]])
ROW_AND = f'<worksheet {NAMESPACE}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Nom</t></is></c></row>%s'


def far(place: str) -> bytes:
    return (ROW_AND % f'<row r="1048576"><c r="{place}"><v>1</v></c>').encode()


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf\r\n  \r\n", "vide"),
        (b";;;\n;;;\n", "vide"),
        (b"%PDF-1.7 \x00\x01", "pas un tableau"),
        (b"\x89PNG\r\n\x1a\n\x00", "pas un tableau"),
        (b"Nom;Ville\nA\x00B;C", "pas un tableau"),
        (b"<html><table><tr><td>Nom</td></tr></table></html>", "pas un tableau"),
        (b"PK\x03\x04" + b"x" * 100, "abîmé"),
        (GOOD[:-200], "abîmé"),
        (zipped({"word/document.xml": b"<x/>"}), "document texte"),
        (zipped({"xl/workbook.bin": b"x"}), "XLSB"),
        (zipped({"photo.jpg": b"x"}), "pas un tableau"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "ancien"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
        ("Nom;Prénom\nLévêque;Zoé".encode().decode("cp1252").encode(), "accents"),
        (b"Nom;Pr\x81nom\nA;B\x8d", "lettres de ce fichier"),
        (b"anne@cabinet.example;Angers\nluc@cabinet.example;Nantes\n", "noms des colonnes"),
        (";".join(f"c{n}" for n in range(201)).encode() + b"\n", "200 colonnes"),
        (b";".join([b"x"] * 100_000) + b"\n", "200 colonnes"),
        (b"Nom;Ville\n" + b"x" * 10_000_000, "5 000 caractères"),
        (b'Nom;Ville\n"Petit;Angers\n' + b"A;B\n" * 5000, "5 000 caractères"),
        (b"Nom;Ville\n" + b"A;B\n" * 50_001, "50 000 lignes"),
        (with_part(GOOD, "docProps/app.xml", b" " * 100_000_000), "beaucoup plus"),
        (with_part(GOOD, "xl/media/a.png", b"\x00" * 200_000_000), "beaucoup plus"),
        (with_part(GOOD, "xl/sharedStrings.xml", f"{ENTITIES}]><sst>&j;</sst>".encode()), "beaucoup plus"),
        (with_part(GOOD, SHEET, far("XFD1048576")), "200 colonnes"),
        (with_part(GOOD, SHEET, far("B1048576")), "50 000 lignes"),
        (with_part(GOOD, SHEET, (ROW_AND % ("<row>" + "<c><v>1</v></c>" * 300)).encode()), "200 colonnes"),
        (with_part(GOOD, SHEET, b"<worksheet"), "abîmé"),
        (ods(ods_row("Nom", '<table:table-cell table:number-columns-repeated="900000000"/>', "x")), "200 colonnes"),
        (ods(ods_row("Nom") + ods_row("x", repeated=900_000_000)), "50 000 lignes"),
        (
            zipped({"content.xml": b"<a/>", "META-INF/manifest.xml": b'<m xmlns="u"><encryption-data/></m>'}),
            "mot de passe",
        ),
        (zipped({f"xl/{n}": b"" for n in range(2000)} | {"xl/workbook.xml": b"<a/>"}), "beaucoup plus"),
    ],
)  # fmt: skip
def test_what_is_refused(content: bytes, words: str) -> None:
    assert words in refusal(content)


def test_a_trap_takes_no_memory(app: Application) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sparse = ROW_AND % '<row r="49999"><c r="A49999"><v>1</v></c></row><row r="999999"><c r="ZZ999999"><v>1</v></c>'
    assert refusal(with_part(GOOD, SHEET, sparse.encode()))
    assert refusal(with_part(GOOD, "docProps/app.xml", b" " * 120_000_000))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # kB; the test itself makes the trap


def test_sizes_said_by_the_file_are_not_believed() -> None:
    """The directory of the archive says ten bytes; a hundred million come out."""
    content = bytearray(with_part(GOOD, "xl/media/a.png", b"\x00" * 100_000_000))
    said = (100_000_000).to_bytes(4, "little")
    assert bytes(content).count(said) >= 1
    lying = bytes(content).replace(said, (10).to_bytes(4, "little"))
    assert "beaucoup plus" in refusal(lying)
