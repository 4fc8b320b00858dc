"""What may be joined to an event, told by the content of the file: its name says what it likes."""

import re
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Final
from unicodedata import normalize
from zipfile import BadZipFile, ZipFile

from cop.core.errors import Refused
from cop.core.i18n import _l

LARGEST: Final = 10 * 1024 * 1024
MOST: Final = 20
LONGEST_TITLE: Final = 160
_LONGEST_STEM: Final = 80


class SeenBy(StrEnum):
    EVERYBODY = "everybody"
    REGISTERED = "registered"  # who has a seat, by their personal page
    STAFF = "staff"


SEEN_BY: Final = {
    SeenBy.EVERYBODY: _l("Everybody, on the public page"),
    SeenBy.REGISTERED: _l("Those registered, on their personal page"),
    SeenBy.STAFF: _l("Those who run the event"),
}

WRONG_KIND: Final = _l(
    "This kind of file is not taken: PDF, picture (JPEG, PNG, WebP) or document (Word, Excel, PowerPoint of today, "
    "OpenDocument). Save it as a PDF."
)
TOO_LARGE: Final = _l("This file is larger than 10 MB: reduce its pictures, or give a link to where it is kept.")
MACROS: Final = _l("This document holds macros, programs that open with it: save it without them, or as a PDF.")
EMPTY: Final = _l("This file is empty: it was not received whole.")
TOO_MANY: Final = _l("Twenty documents and links at most for one event: take one away first.")


@dataclass(frozen=True, slots=True)
class FileKind:
    ending: str
    media_type: str


_STARTS: Final = (
    (b"%PDF-", FileKind("pdf", "application/pdf")),
    (b"\x89PNG\r\n\x1a\n", FileKind("png", "image/png")),
    (b"\xff\xd8\xff", FileKind("jpg", "image/jpeg")),
)
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_OPEN: Final = "application/vnd.oasis.opendocument."
_BY_PART: Final = {
    "word/document.xml": FileKind("docx", f"{_OFFICE}wordprocessingml.document"),
    "xl/workbook.xml": FileKind("xlsx", f"{_OFFICE}spreadsheetml.sheet"),
    "ppt/presentation.xml": FileKind("pptx", f"{_OFFICE}presentationml.presentation"),
}
_BY_MIMETYPE: Final = {
    f"{_OPEN}text".encode(): FileKind("odt", f"{_OPEN}text"),
    f"{_OPEN}spreadsheet".encode(): FileKind("ods", f"{_OPEN}spreadsheet"),
    f"{_OPEN}presentation".encode(): FileKind("odp", f"{_OPEN}presentation"),
}
_MACROS: Final = re.compile(r"vbaproject\.bin$|^basic/|^scripts/", re.IGNORECASE)


def kind_of(content: bytes) -> FileKind:
    """What the file is; raises ``Refused`` for anything a browser or an office program could run."""
    if not content:
        raise Refused(EMPTY, "file")
    if len(content) > LARGEST:
        raise Refused(TOO_LARGE, "file")
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return FileKind("webp", "image/webp")
    if content.startswith(b"PK\x03\x04"):
        return _office_kind(content)
    raise Refused(WRONG_KIND, "file")


def _office_kind(content: bytes) -> FileKind:
    """By the names of what it packs; nothing is unpacked but the first bytes of OpenDocument's own label."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            kind = next((kind for part, kind in _BY_PART.items() if part in names), None)
            if kind is None and "mimetype" in names:
                with archive.open("mimetype") as label:
                    kind = _BY_MIMETYPE.get(label.read(100).strip())
    except (BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError):
        raise Refused(WRONG_KIND, "file") from None
    if kind is None:
        raise Refused(WRONG_KIND, "file")
    if any(_MACROS.search(name) for name in names):
        raise Refused(MACROS, "file")
    return kind


def file_name(given: str, kind: FileKind) -> str:
    """A plain name with the ending the content deserves: no path, no second ending, no text turned around."""
    stem = re.split(r"[\\/]", given)[-1].rpartition(".")[0] or given
    plain = normalize("NFKD", stem).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:_LONGEST_STEM].strip("-")
    return f"{words or 'document'}.{kind.ending}"


def title_of(given: str) -> str:
    """What a file is called when nobody says: its name, without its ending."""
    stem = re.split(r"[\\/]", given)[-1]
    return " ".join((stem.rpartition(".")[0] or stem).replace("_", " ").split())[:LONGEST_TITLE]


def check_room(there: int, field: str) -> None:
    if there >= MOST:
        raise Refused(TOO_MANY, field)


def shown_to(seen_by: str, *, registered: bool, staff: bool) -> bool:
    return staff or seen_by == SeenBy.EVERYBODY or (registered and seen_by == SeenBy.REGISTERED)
