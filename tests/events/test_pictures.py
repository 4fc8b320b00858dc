"""A picture joined to an event is the picture alone: not the place where it was taken, nor whose telephone took it."""

import random
from io import BytesIO
from typing import Any
from zlib import compress, crc32

import pytest
import sqlalchemy as sa

from cop.core.db import db
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.events import rules_documents, rules_pictures
from cop.events.models_documents import EventDocument
from tests.people_of_the_tests import People, event

PLACE = b"47.4712 N 0.5518 W"
PIXEL = b"the picture itself"
TAKEN = "image/jpeg", "image/png", "image/webp"


def tiff(turn: int, order: Any = "big") -> bytes:
    """What a telephone writes: whose it is, which way up it was held, and after that where."""

    def number(value: int, length: int) -> bytes:
        return value.to_bytes(length, order)

    make = number(0x010F, 2) + number(2, 2) + number(len(PLACE), 4) + number(38, 4)
    held = number(0x0112, 2) + number(3, 2) + number(1, 4) + number(turn, 2) + number(0, 2)
    head = (b"MM\0*" if order == "big" else b"II*\0") + number(8, 4) + number(2, 2)
    return head + make + held + number(0, 4) + PLACE


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body


def jpeg(turn: int = 1, order: str = "big") -> bytes:
    """Two scans, with stuffed octets and a restart; then a second picture, as telephones join one."""
    around = segment(0xDB, bytes(65)) + segment(0xC2, bytes(15))
    first = segment(0xDA, b"\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00") + PIXEL + b"\xff\x00\xff\xd0\xff\x00"
    second = segment(0xC4, bytes(20)) + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + PIXEL + b"\xff\xd9"
    said = [
        segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01" + PLACE[:3]),
        segment(0xE1, b"Exif\0\0" + tiff(turn, order)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE),
        segment(0xE2, b"ICC_PROFILE\0\x01\x01colours"),
        segment(0xE2, b"MPF\0" + PLACE),
        segment(0xED, b"Photoshop 3.0\0" + PLACE),
        segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01"),
        segment(0xFE, PLACE),
    ]
    return b"\xff\xd8" + b"".join(said) + around + first + second + b"\xff\xd8" + PLACE


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + crc32(name + body).to_bytes(4)


def png(turn: int = 1, order: str = "big") -> bytes:
    head = chunk(b"IHDR", bytes((0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)))
    said = chunk(b"tEXt", b"Comment\0" + PLACE) + chunk(b"eXIf", tiff(turn, order)) + chunk(b"iTXt", PLACE)
    shown = chunk(b"gAMA", bytes(4)) + chunk(b"IDAT", compress(b"\0\x80")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + said + shown + PLACE


def webp(turn: int = 1, order: str = "big") -> bytes:
    shown = [(b"VP8X", bytes((0x2C, *bytes(9)))), (b"ICCP", b"colours"), (b"VP8L", b"\x2f" + PIXEL)]
    said = [(b"EXIF", tiff(turn, order)), (b"XMP ", PLACE), (b"MINE", PLACE)]
    body = b"".join(
        name + len(piece).to_bytes(4, "little") + piece + bytes(len(piece) % 2) for name, piece in [*shown, *said]
    )
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


PICTURES = {"image/jpeg": jpeg, "image/png": png, "image/webp": webp}


@pytest.mark.once
@pytest.mark.parametrize("media_type", PICTURES)
@pytest.mark.parametrize("order", ["big", "little"])
@pytest.mark.parametrize("turn", [1, 6])
def test_the_picture_alone_is_kept(media_type: str, order: str, turn: int) -> None:
    before = PICTURES[media_type](turn, order)
    assert rules_documents.kind_of(before).media_type == media_type
    kept = rules_pictures.bare(before, media_type)
    assert PLACE[:3] not in kept
    assert (rules_pictures._only(turn) in kept) is (turn == 6), "which way up, where it is not upright"
    assert rules_pictures.bare(kept, media_type) == kept, "nothing more to take away"
    assert rules_documents.kind_of(kept).media_type == media_type


@pytest.mark.once
def test_what_a_picture_is_drawn_with_stays() -> None:
    kept = rules_pictures.bare(jpeg(), "image/jpeg")
    assert kept.count(PIXEL) == 2, "both scans"
    assert kept.startswith(b"\xff\xd8" + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"))
    assert kept.endswith(PIXEL + b"\xff\xd9")
    assert b"colours" in kept
    assert b"Adobe" in kept
    assert chunk(b"gAMA", bytes(4)) in rules_pictures.bare(png(), "image/png")
    small = rules_pictures.bare(webp(), "image/webp")
    assert small[20] == 0x20, "it no longer says that more follows"
    assert int.from_bytes(small[4:8], "little") == len(small) - 8
    assert b"colours" in small
    assert PIXEL in small
    assert rules_pictures.bare(b"%PDF-1.7", "application/pdf") == b"%PDF-1.7"


@pytest.mark.once
def test_a_picture_cut_short_is_shown_as_far_as_it_goes() -> None:
    cut = jpeg().split(PIXEL)[0] + PIXEL[:7]
    assert rules_pictures.bare(cut, "image/jpeg").endswith(PIXEL[:7] + b"\xff\xd9")


@pytest.mark.once
@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\xff\xd8\xff\xe1\x00\x08Exif" + PLACE, "image/jpeg"),
        (b"\xff\xd8" + segment(0xFE, PLACE), "image/jpeg"),
        (b"\xff\xd8" + segment(0xFE, PLACE) + b"no marker", "image/jpeg"),
        (png()[:60], "image/png"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", PLACE) + chunk(b"IEND", b""), "image/png"),
        (b"RIFF\xff\0\0\0WEBPVP8 \xff\xff\0\0" + PLACE, "image/webp"),
        (b"RIFF\x0c\0\0\0WEBPEXIF\0\0\0\0", "image/webp"),
        (b"RIFF\x18\0\0\0WEBPVP8X\0\0\0\0VP8 \0\0\0\0", "image/webp"),
    ],
)
def test_a_damaged_one_is_refused(content: bytes, media_type: str) -> None:
    with pytest.raises(Refused, match="damaged"):
        rules_pictures.bare(content, media_type)


@pytest.mark.once
@pytest.mark.parametrize("media_type", PICTURES)
def test_whatever_is_sent_is_taken_or_refused(media_type: str) -> None:
    luck, whole = random.Random(media_type), PICTURES[media_type](6)
    for _turn in range(500):
        content = bytearray(whole)
        for _octet in range(luck.randint(1, 5)):
            content[luck.randrange(12, len(content))] = luck.randrange(256)
        try:
            kept = rules_pictures.bare(bytes(content[: luck.randrange(12, len(content))]), media_type)
        except Refused:
            continue
        assert rules_pictures.bare(kept, media_type) == kept


def test_joining_a_picture(people: People, client: Any, sign_in: Any) -> None:
    with unit_of_work():
        made = event(people).id
    browser, address = sign_in(people.bob), f"/animation/evenements/{made}/equipe"
    assert "ne sont pas gardés" in browser.get(address).text
    for content, code in ((jpeg(6), 303), (jpeg()[:300], 422)):
        sent = {"file-file": (BytesIO(content), "IMG_2041.JPG"), "file-title": "La salle", "file-seen_by": "everybody"}
        answer = browser.post(f"{address}/documents", data=sent)
        assert answer.status_code == code
    assert "Cette image est abîmée" in answer.text
    document = db.session.scalars(sa.select(EventDocument)).one()
    assert PLACE not in document.content
    assert PIXEL in document.content
    assert (document.size, document.file_name) == (len(document.content), "IMG-2041.jpg")
