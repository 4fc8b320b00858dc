"""Reading the official extract of the register, in one streaming pass.

`PS_LibreAcces_Personne_activite`: one line per activity, cells between `|`, no quoting whatever
(a quote opens cells that never close: a reader that believes in quotes swallows lines). Blocks of
whole lines are matched by one pattern made from the header; a block that holds anything unusual is
read again line by line, so that every refused line is reported with its number and its reason.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final
from zlib import crc32

from cop.core.errors import Refused
from cop.core.i18n import _, _l
from cop.territories import rules

HEADER: Final = Path(__file__).resolve().parent / "data" / "register_header.txt"
BLOCK: Final = 64 * 1024  # larger blocks leave the processor's cache and take longer
LONGEST_LINE: Final = 1024 * 1024
EXAMPLES: Final = 8  # line numbers given for each reason

KIND: Final = "Type d'identifiant PP"
NUMBER: Final = "Identifiant PP"
NATIONAL: Final = "Identification nationale PP"
PROFESSION: Final = "Code profession"
CATEGORY: Final = "Code catégorie professionnelle"
MODE: Final = "Code mode exercice"
ACTIVITY: Final = "Code genre activité"
POSTAL_CODE: Final = "Code postal (coord. structure)"
COMMUNE: Final = "Code commune (coord. structure)"

CATEGORIES: Final = frozenset({b"C", b"M"})  # civil, military; students share the codes of practitioners
MODES: Final = frozenset({b"L", b"S"})  # liberal, salaried; not the volunteers
ACTIVITIES: Final = frozenset({b"GENR01", b""})  # care; not replacements, not management

REASONS: Final = {
    "cells": _l("wrong number of cells"),
    "encoding": _l("not UTF-8 text"),
    "identifier": _l("missing or contradictory identifier"),
    "check_digit": _l("wrong check digit"),
}

# Number, profession, place. The number is the eleven digits of the RPPS, or the national form of an
# older register (ADELI: it begins with 0). The place is "postal code|commune code"; it is empty for
# the lines of people who do not practise. Nothing else leaves this module.
Row = tuple[bytes, bytes, bytes]


@dataclass(slots=True)
class Reading:
    """What the pass has met so far."""

    lines: int = 0
    older_identifiers: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[int, str]] = field(default_factory=list)
    unknown_professions: Counter[str] = field(default_factory=Counter)

    def refuse(self, line: int, reason: str) -> None:
        self.refused[reason] += 1
        if self.refused[reason] <= EXAMPLES:
            self.examples.append((line, reason))

    def as_report(self) -> dict[str, Any]:
        return {
            "refused": dict(self.refused),
            "examples": self.examples,
            "unknown_professions": dict(self.unknown_professions),
            "older_identifiers": self.older_identifiers,
        }

    def unknown_profession(self, code: bytes) -> None:
        # Something else than a code here may be a name pushed out of its column: it is not repeated.
        plausible = re.fullmatch(rb"[0-9A-Z-]{1,6}", code)
        self.unknown_professions[code.decode() if plausible else "?"] += 1


class Layout:
    """The columns of one file, found by name: their order has no meaning."""

    def __init__(self, header: bytes) -> None:
        names = _header_cells(header)
        # Files of 2021 to early 2025 end each line with a separator: the header alone decides.
        self.trailing = names[-1] == ""
        if self.trailing:
            names.pop()
        _check_names(names)
        self.width = len(names)
        self._at = {name: index for index, name in enumerate(names)}
        # Only the official order is worth a pattern; any other is read line by line.
        self._pattern = _ordinary_line(self._at, self.trailing) if names == _official_names() else None

    def rows(self, block: bytes) -> list[Row] | None:
        """The lines of a block without anything unusual; ``None`` if some line must be looked at."""
        try:
            block.decode()
        except UnicodeDecodeError:
            return None
        rows: list[Row] = self._pattern.findall(block) if self._pattern else []
        # A cell of a short line swallows the next line. As many matches as line ends, each holding one at
        # its end at least, means that every line was matched alone and whole.
        if len(rows) != block.count(b"\n"):
            return None
        return rows if rules.check_digits_valid(b"".join([row[0] for row in rows])) else None

    def row(self, line: bytes, reading: Reading) -> Row | str:
        """One line looked at alone: what is kept of it, or the reason of its refusal."""
        try:
            line.decode()
        except UnicodeDecodeError:
            return "encoding"
        cells = line.split(b"|")
        if self.trailing and cells.pop():
            return "cells"
        if len(cells) != self.width:
            return "cells"
        kind, number, national = (cells[self._at[name]] for name in (KIND, NUMBER, NATIONAL))
        if not number or national != kind + number:
            return "identifier"
        if kind != b"8":
            reading.older_identifiers += 1
            number = national
        elif len(number) != 11 or not rules.luhn_valid(number.decode()):
            return "check_digit"
        return number, cells[self._at[PROFESSION]], self._place(cells)

    def _place(self, cells: list[bytes]) -> bytes:
        category, mode, activity = (cells[self._at[name]] for name in (CATEGORY, MODE, ACTIVITY))
        if category in CATEGORIES and mode in MODES and activity in ACTIVITIES:
            return cells[self._at[POSTAL_CODE]] + b"|" + cells[self._at[COMMUNE]]
        return b""


def _ordinary_line(at: dict[str, int], trailing: bool) -> re.Pattern[bytes]:
    """A line with the right number of cells and an RPPS number written twice alike.

    Possessive repeats: no way back, hence no second look at any byte. "Anything but a separator" is by
    far the fastest repeat there is, so the last cell swallows the line end and the first cell of the next line.
    Three groups: number, profession, and the place when the line is one of somebody who practises.
    """
    any_text = rb"[^|]*+"
    line_end = rb"\n(?:8\||\Z)" if trailing else rb"(?:(?<=\n8)\||(?<=\n)\Z)"
    wanted = {
        NUMBER: rb"(.{11})",  # whether these are digits is asked of all the numbers of the block at once
        NATIONAL: rb"8\1",
        PROFESSION: rb"([^|]*+)",
    }
    practising = {
        CATEGORY: _one_of(CATEGORIES),
        MODE: _one_of(MODES),
        POSTAL_CODE: rb"([^|]*+",
        COMMUNE: rb"[^|]*+)",
        ACTIVITY: _one_of(ACTIVITIES),
    }
    names = sorted(at, key=at.__getitem__)
    fork = at[CATEGORY]
    head = [wanted.get(name, any_text) for name in names[1:fork]]
    tail = [practising.get(name, any_text) for name in names[fork:]]
    other = [any_text] * len(tail)
    last = rb"\|" + line_end if trailing else line_end
    either = b"|".join(rb"\|".join(cells) + last for cells in (tail, other))
    return re.compile(rb"(?<=^8\|)" + rb"\|".join([*head, b"(?:" + either + b")"]), re.MULTILINE)


def _one_of(values: frozenset[bytes]) -> bytes:
    return b"(?:" + b"|".join(sorted(values, reverse=True)) + b")"


def _header_cells(header: bytes) -> list[str]:
    try:
        text = header.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(_("The first line of the file is not UTF-8 text: this is not the register’s extract.")) from None
    return text.rstrip("\r\n").split("|")


def _official_names() -> list[str]:
    return HEADER.read_text(encoding="utf-8").rstrip("\n").split("|")


def _check_names(names: list[str]) -> None:
    expected = _official_names()
    missing = [name for name in expected if name not in names]
    if len(missing) > len(expected) // 2:
        raise Refused(_("The first line of the file is not the header of the register’s extract."))
    if missing:
        raise Refused(_("Columns are missing from the file: %(names)s.", names=", ".join(missing)))
    unknown = [name or "(…)" for name in names if name not in expected]
    if unknown:
        raise Refused(_("The file has columns that are not known: %(names)s.", names=", ".join(unknown)))
    if len(names) != len(expected):
        raise Refused(_("A column appears twice in the header of the file."))


@dataclass(slots=True)
class Extract:
    """An open extract: call :meth:`rows` once."""

    name: str
    size: int
    layout: Layout
    stream: IO[bytes]
    crc: int
    reading: Reading = field(default_factory=Reading)

    @property
    def checksum(self) -> str:
        """Of what was read so far."""
        return f"{self.size}-{self.crc:08x}"

    def rows(self, professions: frozenset[bytes], progress: Callable[[int], Any] | None = None) -> Iterator[list[Row]]:
        """The lines that can be read, a block at a time. ``progress`` receives the bytes read since."""
        for block in _blocks(self.stream):
            self.crc = crc32(block, self.crc)
            if progress:
                progress(len(block))
            if b"\r" in block:
                block = block.replace(b"\r\n", b"\n")
            rows = self._rows(block if block.endswith(b"\n") else block + b"\n")
            if not {row[1] for row in rows} <= professions:
                for _number, profession, _place in rows:
                    if profession not in professions:
                        self.reading.unknown_profession(profession)
            yield rows

    def _rows(self, block: bytes) -> list[Row]:
        rows = self.layout.rows(block)
        if rows is not None:
            self.reading.lines += len(rows)
            return rows
        return list(self._looked_at(block))

    def _looked_at(self, block: bytes) -> Iterator[Row]:
        for line in block.removesuffix(b"\n").split(b"\n"):
            self.reading.lines += 1
            row = self.layout.row(line, self.reading)
            if isinstance(row, str):
                # Counted from the header, as an editor shows it.
                self.reading.refuse(self.reading.lines + 1, row)
            else:
                yield row


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        if not block.endswith(b"\n"):
            block += stream.readline(LONGEST_LINE)
        yield block


@contextmanager
def open_extract(path: Path) -> Iterator[Extract]:
    """Open the extract, plain or in the zip it is published in, and check its header."""
    if not path.is_file():
        raise Refused(_("There is no file “%(name)s”.", name=path.name))
    if not zipfile.is_zipfile(path):
        with path.open("rb") as stream:
            yield _opened(path.name, path.stat().st_size, stream)
        return
    with zipfile.ZipFile(path) as archive:
        member = _member(archive, path)
        with archive.open(member) as compressed, io.BufferedReader(compressed, BLOCK) as stream:  # type: ignore[type-var]
            yield _opened(Path(member.filename).name, member.file_size, stream)


def checksum_of(path: Path) -> str:
    """The checksum an extract will have once read; of an archive, without reading it."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            member = _member(archive, path)
            return f"{member.file_size}-{member.CRC:08x}"
    crc = 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            crc = crc32(block, crc)
    return f"{path.stat().st_size}-{crc:08x}"


def _member(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if member.filename.lower().endswith(".txt")]
    members = [member for member in members if "Personne_activite" in member.filename] or members
    if len(members) != 1:
        raise Refused(_("The archive “%(name)s” should hold one text file.", name=path.name))
    return members[0]


def _opened(name: str, size: int, stream: IO[bytes]) -> Extract:
    header = stream.readline(LONGEST_LINE)
    if not header.strip():
        raise Refused(_("The file “%(name)s” is empty.", name=name))
    return Extract(name, size, Layout(header), stream, crc32(header))
