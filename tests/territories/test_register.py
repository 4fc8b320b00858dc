"""Reading an extract: header, cells, line ends, encodings, and what is refused with which words."""

import zipfile
from pathlib import Path

import pytest

from cop.core.errors import Refused
from cop.territories import register
from cop.territories.register import Row, open_extract
from tests.territories.make_register import HERE, NAMES, Maker

KNOWN = frozenset(code.encode() for code in ("10", "60", "70", "71", "91", "93", "94", "99", "950"))


def read(path: Path) -> tuple[list[Row], register.Reading]:
    with open_extract(path) as extract:
        rows = [row for block in extract.rows(KNOWN) for row in block]
        return rows, extract.reading


def line(profession: str = "70", **cells: str) -> bytes:
    """One line of Angers; ``cells`` by the name of their column."""
    text = Maker()._line("99000000374", profession, "C", "L", "GENR01", HERE[8])
    values = dict(zip(NAMES, text.split("|"), strict=True)) | cells
    return "|".join(values.values()).encode()


def written(tmp_path: Path, *lines: bytes, header: str = "|".join(NAMES), end: bytes = b"\n") -> Path:
    path = tmp_path / "extract.txt"
    path.write_bytes(end.join((header.encode(), *lines)) + end)
    return path


GOOD = (b"99000000374", b"70", b"49100|49007")


def test_a_line_gives_number_profession_and_place(tmp_path: Path) -> None:
    rows, reading = read(written(tmp_path, line()))
    assert rows == [GOOD]
    assert reading.lines == 1
    assert not reading.refused


@pytest.mark.parametrize(
    "cells",
    [
        {"Code catégorie professionnelle": "E"},
        {"Code mode exercice": "B"},
        {"Code mode exercice": ""},
        {"Code genre activité": "GENR02"},
        {"Code genre activité": "GENR04"},
    ],
)
def test_people_who_do_not_practise_have_no_place(tmp_path: Path, cells: dict[str, str]) -> None:
    rows, _reading = read(written(tmp_path, line(**cells)))
    assert rows == [(b"99000000374", b"70", b"")]


@pytest.mark.parametrize(
    "cells", [{"Code catégorie professionnelle": "M"}, {"Code mode exercice": "S"}, {"Code genre activité": ""}]
)
def test_military_salaried_and_unspecified_practise(tmp_path: Path, cells: dict[str, str]) -> None:
    assert read(written(tmp_path, line(**cells)))[0] == [GOOD]


def test_a_quote_is_a_letter_like_another(tmp_path: Path) -> None:
    quoted = line(**{"Raison sociale site": '"LE BOCAGE', "Nom d'exercice": 'O"BRIEN'})
    assert read(written(tmp_path, quoted, line(), quoted))[0] == [GOOD] * 3


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("trailing", [False, True])
def test_line_ends_mark_and_trailing_separator(tmp_path: Path, end: bytes, mark: str, trailing: bool) -> None:
    pipe = b"|" if trailing else b""
    path = written(tmp_path, line() + pipe, line("91") + pipe, header=mark + "|".join(NAMES) + pipe.decode(), end=end)
    rows, reading = read(path)
    assert rows == [GOOD, (GOOD[0], b"91", GOOD[2])]
    assert not reading.refused


def test_the_header_alone_decides_of_a_trailing_separator(tmp_path: Path) -> None:
    rows, reading = read(written(tmp_path, line() + b"|", line()))
    assert rows == [GOOD]
    assert reading.examples == [(2, "cells")]
    rows, reading = read(written(tmp_path, line() + b"|", line(), line() + b"|x", header="|".join(NAMES) + "|"))
    assert rows == [GOOD]
    assert reading.refused == {"cells": 2}


def test_a_last_line_without_end_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, line(), line())
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    assert read(path)[0] == [GOOD] * 2


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    names = [*reversed(NAMES)]
    path = tmp_path / "extract.txt"
    truth = Maker(3).write(path, 300, names=names, bad=True)
    straight = tmp_path / "straight.txt"
    Maker(3).write(straight, 300, bad=True)
    rows, reading = read(path)
    assert rows == read(straight)[0]
    assert reading.refused == truth.refused


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (NAMES[:-1], "Libellé genre activité"),
        ([*NAMES, "Code du jour"], "Code du jour"),
        (["Code profession" if n == "Libellé profession" else n for n in NAMES], "Libellé profession"),
        ([*NAMES, "Code profession"], "twice"),
        (["nom", "prénom"], "not the header"),
        ([*NAMES, "", ""], "not known"),
    ],
)
def test_a_column_missing_or_unknown_refuses_the_file(tmp_path: Path, names: list[str], words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(written(tmp_path, line(), header="|".join(names)))


def test_no_file_an_empty_one_or_another_encoding(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no file"):
        read(tmp_path / "absent.txt")
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    with pytest.raises(Refused, match="empty"):
        read(empty)
    empty.write_bytes("|".join(NAMES).encode("latin-1"))
    with pytest.raises(Refused, match="not UTF-8"):
        read(empty)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (line()[:120], "cells"),
        (line() + b"|", "cells"),
        (b"|" + line(), "cells"),
        (b"8|" + line(), "cells"),
        (b"", "cells"),
        (line(**{"Raison sociale site": "CABINET | ANNEXE"}), "cells"),
        (line().replace(b"PARIS", b"PARIS").replace(b"R\xc3\x89PUBLIQUE", b"R\xc9PUBLIQUE"), "encoding"),
        (line() + b"\xff", "encoding"),
        (line(**{"Identifiant PP": "", "Identification nationale PP": ""}), "identifier"),
        (line(**{"Identification nationale PP": "899000000004"}), "identifier"),
        (line(**{"Identifiant PP": "9900000O374", "Identification nationale PP": "89900000O374"}), "check_digit"),
        (line(**{"Identifiant PP": "99000000375", "Identification nationale PP": "899000000375"}), "check_digit"),
        (line(**{"Identifiant PP": "9900000037", "Identification nationale PP": "89900000037"}), "check_digit"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_its_neighbours_are_kept(
    tmp_path: Path, bad: bytes, reason: str
) -> None:
    rows, reading = read(written(tmp_path, line(), line("91"), bad, line()))
    assert rows == [GOOD, (GOOD[0], b"91", GOOD[2]), GOOD]
    assert reading.refused == {reason: 1}
    assert reading.examples == [(4, reason)]
    assert reading.lines == 4


def test_a_line_broken_in_two_is_two_bad_lines(tmp_path: Path) -> None:
    """Together they have the right number of cells, and would pass for one line."""
    broken = line(**{"Raison sociale site": "CABINET\nANNEXE"})
    rows, reading = read(written(tmp_path, line(), broken, line()))
    assert rows == [GOOD] * 2
    assert reading.examples == [(3, "cells"), (4, "cells")]


def test_one_cell_less_then_one_more_do_not_make_up_for_each_other(tmp_path: Path) -> None:
    cells = line().split(b"|")
    less, more = b"|".join([*cells[:24], *cells[25:]]), b"|".join([*cells[:24], b"", *cells[24:]])
    rows, reading = read(written(tmp_path, line(), less, more, line()))
    assert rows == [GOOD] * 2
    assert reading.examples == [(3, "cells"), (4, "cells")]


def test_line_numbers_hold_beyond_the_first_block(tmp_path: Path) -> None:
    lines = [line()] * 1500
    lines[1200] = b"nonsense"
    assert len(b"\n".join(lines)) > 4 * register.BLOCK
    rows, reading = read(written(tmp_path, *lines))
    assert len(rows) == 1499
    assert reading.examples == [(1202, "cells")]


def test_a_line_without_end_in_sight_is_cut(tmp_path: Path) -> None:
    rows, reading = read(written(tmp_path, line(), b"x" * (2 * register.LONGEST_LINE), line()))
    assert rows == [GOOD] * 2
    assert reading.refused["cells"] >= 1


def test_an_older_identifier_is_read_without_check_digit(tmp_path: Path) -> None:
    older = {"Type d'identifiant PP": "0", "Identifiant PP": "2A1234567", "Identification nationale PP": "02A1234567"}
    rows, reading = read(written(tmp_path, line(), line(**older)))
    assert rows == [GOOD, (b"02A1234567", *GOOD[1:])]
    assert reading.older_identifiers == 1


def test_an_unknown_profession_is_kept_and_shown(tmp_path: Path) -> None:
    rows, reading = read(written(tmp_path, line("ZZ"), line(), line("ZZ"), line("")))
    assert [row[1] for row in rows] == [b"ZZ", b"70", b"ZZ", b""]
    assert reading.unknown_professions == {"ZZ": 2, "?": 1}


def test_a_name_pushed_into_the_profession_is_not_repeated(tmp_path: Path) -> None:
    _rows, reading = read(written(tmp_path, line("Dupont-Durand")))
    assert reading.unknown_professions == {"?": 1}


def test_the_same_text_zipped_or_not_has_the_same_checksum(tmp_path: Path) -> None:
    path = written(tmp_path, line(), line("91"))
    archive = tmp_path / "extract.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(path, "PS_LibreAcces_Personne_activite_202609230712.txt")
        file.writestr("PS_LibreAcces_SavoirFaire_202609230712.txt", "another file")
    assert read(archive)[0] == read(path)[0]
    with open_extract(archive) as extract:
        list(extract.rows(KNOWN))
        assert extract.name == "PS_LibreAcces_Personne_activite_202609230712.txt"
        assert extract.checksum == register.checksum_of(archive) == register.checksum_of(path)


def test_an_archive_must_hold_one_extract(tmp_path: Path) -> None:
    archive = tmp_path / "extract.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("readme.md", "nothing")
    with pytest.raises(Refused, match="one text file"):
        read(archive)
