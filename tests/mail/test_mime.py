"""The message: the tree that Outlook, Gmail and Apple need, seven bits, and headers that nothing can break."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cop.mail import mime
from cop.mail.content_lines import one_line

ICS = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Été\r\nEND:VCALENDAR\r\n"


def letter(**changes: Any) -> mime.Letter:
    values: dict[str, Any] = {
        "sender": mime.address("Cokillaje", "contact@cokillaje.example"),
        "recipient": mime.address("Diane Dumas", "diane@cabinet.example"),
        "subject": "Vous êtes inscrit·e",
        "text": "Bonjour é\n" + "x" * 2000 + "\n.\n",
        "html": "<p>é</p>" * 400,
        "message_id": "<0123456789abcdef0123456789abcdef@agenda.cokillaje.example>",
        "date": datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        **changes,
    }
    return mime.Letter(**values)


def parse(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    assert not [part.defects for part in message.walk() if part.defects]
    return message


def test_the_tree_of_an_invitation() -> None:
    message = parse(mime.compose(letter(calendar=ICS, calendar_method="REQUEST")))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    alternative, attachment = message.iter_parts()
    calendar = list(alternative.iter_parts())[-1]
    assert calendar.get_param("method") == "REQUEST"
    assert str(calendar.get_param("charset")) == "UTF-8"
    assert calendar["Content-Disposition"] is None
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert attachment.get_filename() == "invite.ics"
    assert attachment.get_content_disposition() == "attachment"
    assert calendar.get_payload(decode=True) == attachment.get_payload(decode=True) == ICS.encode()


def test_a_mail_without_calendar_is_an_alternative() -> None:
    message = parse(mime.compose(letter()))
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_lines_are_short_and_of_seven_bits() -> None:
    raw = mime.compose(letter(calendar=ICS, calendar_method="REQUEST"))
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_headers_once_each() -> None:
    message = parse(mime.compose(letter(in_reply_to="<first@agenda.cokillaje.example>")))
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"):
        assert len(message.get_all(name, [])) == 1
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["In-Reply-To"] == message["References"] == "<first@agenda.cokillaje.example>"
    assert message["Date"].datetime == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def test_a_long_identifier_is_never_encoded() -> None:
    identifier = f"<{'0' * 32}@{'agenda.' * 9}example>"
    raw = mime.compose(letter(message_id=identifier, in_reply_to=identifier))
    assert raw.count(identifier.encode()) == 3


@settings(deadline=None)  # no test measures time
@given(st.text(), st.text())
@example("Objet\r\nBcc: mal@example.org", "Diane\r\nBcc: mal@example.org")
@example("é" * 300, '"Diane" <mal@example.org>, ')
@example("=?utf-8?q?x?=", "=?utf-8?q?x?=")
@example("", "Diane, " + "d" * 150 + "@mal.example, <mal@example.org>")
def test_no_value_can_begin_a_header(subject: str, name: str) -> None:
    message = parse(mime.compose(letter(subject=subject, recipient=mime.address(name, "diane@cabinet.example"))))
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert [address.addr_spec for address in message["To"].addresses] == ["diane@cabinet.example"]


@example("::::::::::: ’’’’’’ \u00a0:\u00a0")  # a blank was lost behind an encoded word
@settings(deadline=None)  # no test measures time
@given(st.text(alphabet='aé« »\u00a0\u202f’·:,;()[]"<>@ ', max_size=200))
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    message = parse(mime.compose(letter(subject=f"a{subject}b")))
    assert " ".join(message["Subject"].split(" ")) == one_line(f"a{subject}b")


@pytest.mark.parametrize(
    "wrong",
    [
        "", "diane", "@cabinet.example", "diane@", "a b@cabinet.example", "a@b@cabinet.example", "a,b@cabinet.example",
        "<a@cabinet.example>", "a@cabinet.example\r\nBcc: x@y.example", "a..b@cabinet.example", "jo sé@cabinet.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(mime.BadAddress):
        mime.address("Diane", wrong)


def test_a_domain_with_accents_is_written_in_ascii() -> None:
    assert mime.address("", "diane@hôpital.example").addr_spec == "diane@xn--hpital-ixa.example"


def test_a_local_part_with_accents_needs_an_international_message() -> None:
    recipient = mime.address("Josée", "josée@cabinet.example")
    assert mime.is_international(recipient.addr_spec)
    assert "josée@cabinet.example".encode() in mime.compose(letter(recipient=recipient))
