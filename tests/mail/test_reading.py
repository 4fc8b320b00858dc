"""Telling what came in apart: answers of each program, bounces, automatic mails, people's words, rubbish."""

from datetime import UTC, datetime

import pytest

from cop.mail import reading
from cop.mail.reading import Kind
from tests.mail import answers_of_programs as programs

AT = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
DIANE = "diane@cabinet.example"


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_an_answer_of_each_program(name: str) -> None:
    found = reading.read(programs.PROGRAMS[name]("uid-1@reseau.example", DIANE, "ACCEPTED", AT))
    assert found.kind is Kind.ANSWER
    assert found.sender == DIANE
    assert found.calendar is not None
    assert b"uid-1@reseau.example" in found.calendar
    assert not found.automatic


def test_another_time_proposed() -> None:
    assert reading.read(programs.counter("u@x.example", DIANE, AT)).kind is Kind.COUNTER


def test_an_answer_inside_a_bounce_is_nobody_s() -> None:
    inside = programs.gmail("u@x.example", DIANE, "DECLINED", AT).decode().split("\r\n\r\n", 4)[-1]
    found = reading.read(programs.bounce(DIANE, "<ours@reseau.example>", inside=inside))
    assert found.kind is Kind.BOUNCE
    assert found.calendar is None
    (bounced,) = found.bounces
    assert (bounced.recipient, bounced.status, bounced.original_message_id) == (DIANE, "5.1.1", "<ours@reseau.example>")
    assert bounced.final


def test_a_delay_is_no_failure() -> None:
    (bounced,) = reading.read(programs.bounce(DIANE, "<o@x.example>", status="4.4.1", action="delayed")).bounces
    assert not bounced.final


def test_an_answer_in_a_forwarded_mail_is_nobody_s() -> None:
    answer = programs.gmail("u@x.example", DIANE, "DECLINED", AT)
    raw = (
        b"From: x@ailleurs.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=f\r\n\r\n"
        b"--f\r\nContent-Type: text/plain\r\n\r\nRegarde\r\n--f\r\nContent-Type: message/rfc822\r\n\r\n"
        + answer
        + b"--f--\r\n"
    )
    assert reading.read(raw).kind is Kind.HUMAN


def test_automatic_mails_and_words() -> None:
    assert reading.read(programs.vacation(DIANE)).kind is Kind.AUTOMATIC
    found = reading.read(programs.human(DIANE))
    assert found.kind is Kind.HUMAN
    assert "parking" in found.text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe not a mail",
        b"From: a@b.example, c@d.example\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
        b"Content-Type: text/calendar; method=REPLY; charset=nothing-known\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n",
        b"Content-Type: multipart/report\r\n\r\nno parts",
        b"Subject: =?utf-8?b?////?=\r\nFrom: =?x?Q?=?= <a@b.example>\r\n\r\n\xe9",
        b"From: a@b.example\r\n\r\n" + b"x" * (reading.LARGEST + 10),
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(200)),
    ],
)
def test_whatever_arrives_is_read(raw: bytes) -> None:
    assert isinstance(reading.read(raw), reading.Incoming)
