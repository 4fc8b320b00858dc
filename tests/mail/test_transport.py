"""Handing over to a real SMTP server on loopback: verified encryption, every refusal, every way to hang up."""

import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import icalendar
import pytest

from cop.core import clock as core_clock
from cop.core.web import Application
from cop.mail import queries, service, transport
from cop.mail.models import MailMessage, Status
from cop.mail.service_delivery import deliver
from tests.mail import sink as smtp

Queue = Callable[..., int]
Read = Callable[[int], MailMessage]


@pytest.fixture(scope="module")
def localhost(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return smtp.certificate(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture
def server(app: Application, settings: Any) -> Iterator[Callable[..., smtp.Sink]]:
    """Start a server and point the application at it: ``server(tls=…, ca=…, **settings)``."""
    with ExitStack() as stack:

        def start(ca: Path | None = None, script: smtp.Script | None = None, **options: Any) -> smtp.Sink:
            names = {"tls", "implicit", "extensions"} & set(options)
            sink = stack.enter_context(smtp.running(**{name: options.pop(name) for name in names}))
            sink.script = script or sink.script
            settings(
                **{
                    "mail_transport": "smtp",
                    "mail_server": "localhost",
                    "mail_port": sink.port,
                    "mail_tls": "starttls" if sink.tls else "none",
                    "mail_ca_file": str(ca or ""),
                    **options,
                }
            )
            return sink

        yield start


def parse(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize("implicit", [False, True])
def test_a_mail_travels_encrypted_and_arrives_as_it_was_written(
    queue: Queue, read: Read, server: Any, localhost: Any, implicit: bool
) -> None:
    tls, authority = localhost
    encryption = "implicit" if implicit else "starttls"
    sink = server(tls=tls, implicit=implicit, ca=authority, mail_tls=encryption, mail_username="cop", mail_password="s")
    mail = read(queue(values={"title": ".\n..\n.été"}))
    assert deliver() == 1
    [arrived] = sink.mails
    assert arrived.encrypted
    assert arrived.data == mail.raw
    assert (arrived.sender, arrived.recipient) == ("contact@cokillaje.example", "diane@cabinet.example")
    assert base64.b64decode(sink.logins[0].split()[1]) == b"\0cop\0s"
    assert set(sink.hello) == {"localhost"}, "the name of the site, never that of the machine"


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["step by step", "pipelined"])
def test_many_mails_share_a_connection_and_a_connection_is_renewed(
    queue: Queue, server: Any, extensions: tuple[str, ...]
) -> None:
    sink = server(extensions=extensions)
    for i in range(120):
        queue(f"p{i}@cabinet.example")
    assert deliver() == 120
    assert [mail.recipient for mail in sink.mails] == [f"p{i}@cabinet.example" for i in range(120)]
    assert sink.connections == 2


def test_a_certificate_nobody_vouches_for_is_refused(queue: Queue, read: Read, server: Any, localhost: Any) -> None:
    tls, _ = localhost
    sink = server(tls=tls, mail_username="cop", mail_password="s")
    number = queue()
    assert deliver() == 0
    assert (sink.mails, sink.logins) == ([], [])
    assert (read(number).status, read(number).attempts) == (Status.QUEUED, 0)
    assert "CERTIFICATE_VERIFY_FAILED" in (queries.health(core_clock.now()).unreachable or "")


def test_a_certificate_of_another_server_is_refused(queue: Queue, server: Any, tmp_path: Path) -> None:
    tls, authority = smtp.certificate(tmp_path, "smtp.autre.example")
    sink = server(tls=tls, ca=authority)
    queue()
    assert deliver() == 0
    assert sink.mails == []


def test_a_server_without_encryption_is_refused(queue: Queue, server: Any) -> None:
    sink = server(mail_tls="starttls")
    queue()
    assert deliver() == 0
    assert sink.mails == []


def test_nobody_listening_is_a_server_that_cannot_be_reached(queue: Queue, read: Read, settings: Any) -> None:
    with smtp.running() as gone:
        port = gone.port
    settings(mail_transport="smtp", mail_server="localhost", mail_port=port, mail_tls="none")
    number = queue()
    assert deliver() == 0
    assert (read(number).status, read(number).attempts) == (Status.QUEUED, 0)
    assert "refused" in (queries.health(core_clock.now()).unreachable or "")


def at(verb: str, answer: str) -> smtp.Script:
    return lambda said, *_: answer if said == verb else None


@pytest.mark.parametrize(
    ("script", "status", "attempts", "suppressed"),
    [
        (at("RCPT", "550 5.1.1 user unknown"), Status.FAILED, 1, True),
        (at("RCPT", "550 5.7.1 refused by policy"), Status.FAILED, 1, False),
        (at("RCPT", "450 4.2.1 greylisted, come back"), Status.QUEUED, 1, False),
        (at("AFTER DATA", "554 5.6.0 no such user, says the filter"), Status.FAILED, 1, False),
        (at("AFTER DATA", "452 4.3.1 disk full"), Status.QUEUED, 1, False),
        (at("AFTER DATA", "drop"), Status.QUEUED, 1, False),
        (at("AFTER DATA", "taken, then drop"), Status.QUEUED, 1, False),
        (at("RCPT", "drop"), Status.QUEUED, 1, False),
        (at("MAIL", "421 4.7.0 too many"), Status.QUEUED, 1, False),
        (at("MAIL", "550 5.7.1 you may not send as this"), Status.QUEUED, 0, False),
        (at("MAIL", "552 5.3.4 too big"), Status.FAILED, 1, False),
        (at("EHLO", "drop"), Status.QUEUED, 0, False),
    ],
)
@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["step by step", "pipelined"])
def test_what_each_answer_does(
    queue: Queue,
    read: Read,
    server: Any,
    script: smtp.Script,
    status: str,
    attempts: int,
    suppressed: bool,
    extensions: tuple[str, ...],
) -> None:
    server(script=script, extensions=extensions)
    number = queue()
    assert deliver() == 0
    mail = read(number)
    assert (mail.status, mail.attempts) == (status, attempts)
    assert service.is_suppressed("diane@cabinet.example") is suppressed


def test_a_wrong_password_is_no_mail_s_fault(queue: Queue, read: Read, server: Any, localhost: Any) -> None:
    tls, authority = localhost
    server(tls=tls, ca=authority, mail_username="cop", mail_password="x", script=at("AUTH", "535 5.7.8 no"))
    number = queue()
    deliver()
    assert (read(number).status, read(number).attempts) == (Status.QUEUED, 0)
    assert "535" in (queries.health(core_clock.now()).unreachable or "")


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["step by step", "pipelined"])
def test_one_refused_person_does_not_keep_the_others_from_their_mail(
    queue: Queue, read: Read, server: Any, extensions: tuple[str, ...]
) -> None:
    def script(verb: str, argument: str, count: int) -> str | None:
        return "550 5.1.1 unknown" if verb == "RCPT" and "p1@" in argument else None

    sink = server(script=script, extensions=extensions)
    numbers = [queue(f"p{i}@cabinet.example") for i in range(3)]
    assert deliver() == 2
    assert [read(number).status for number in numbers] == [Status.SENT, Status.FAILED, Status.SENT]
    assert sink.connections == 1
    assert [mail.recipient for mail in sink.mails] == ["p0@cabinet.example", "p2@cabinet.example"]


def test_after_a_broken_conversation_the_next_mail_opens_another(queue: Queue, read: Read, server: Any) -> None:
    def script(verb: str, argument: str, count: int) -> str | None:
        return "drop" if verb == "AFTER DATA" and argument.startswith("p1@") else None

    sink = server(script=script)
    numbers = [queue(f"p{i}@cabinet.example") for i in range(3)]
    assert deliver() == 2
    assert [read(number).status for number in numbers] == [Status.SENT, Status.QUEUED, Status.SENT]
    assert sink.connections == 2


def test_a_server_that_hangs_up_at_the_farewell_changes_no_outcome(queue: Queue, read: Read, server: Any) -> None:
    server(script=at("QUIT", "drop"))
    number = queue()
    assert deliver() == 1
    assert read(number).status == Status.SENT


def test_an_address_beyond_ascii_needs_a_server_that_can(queue: Queue, read: Read, server: Any) -> None:
    server()
    number = queue("josée@cabinet.example")
    deliver()
    assert read(number).status == Status.FAILED
    assert "SMTPUTF8" in (read(number).error or "")


def test_an_address_beyond_ascii_is_written_to_by_a_server_that_can(queue: Queue, server: Any) -> None:
    sink = server(extensions=("SMTPUTF8",))
    queue("josée@cabinet.example")
    assert deliver() == 1
    assert sink.mails[0].recipient == "josée@cabinet.example"


def test_redirect_writes_to_one_address_only(queue: Queue, server: Any) -> None:
    sink = server(mail_transport="redirect", mail_redirect_to="essai@cokillaje.example")
    address = "mailto:" + "d" * 60 + "@cabinet.example"
    attendee = f'ATTENDEE;CN="Diane":{address[:30]}\r\n {address[30:]}'
    calendar = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{attendee}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    queue("D" * 60 + "@cabinet.example", calendar=(calendar, "REQUEST"))
    assert deliver() == 1
    [arrived] = sink.mails
    message = parse(arrived.data)
    assert arrived.recipient == "essai@cokillaje.example"
    assert [address.addr_spec for address in message["To"].addresses] == ["essai@cokillaje.example"]
    assert message["Subject"].startswith("[" + "D" * 60)
    parts = [part for part in message.walk() if part.get_content_type() in ("text/calendar", "application/ics")]
    assert len(parts) == 2
    for part in parts:
        octets = part.get_payload(decode=True)
        assert isinstance(octets, bytes)
        [event] = icalendar.Calendar.from_ical(octets).events
        assert str(event["ATTENDEE"]) == "mailto:essai@cokillaje.example"
    assert parts[0].get_payload(decode=True) == parts[1].get_payload(decode=True)
    assert arrived.data.isascii()


def test_preview_keeps_and_sends_nothing(queue: Queue, read: Read, settings: Any) -> None:
    settings(mail_transport="preview")
    number = queue()
    assert deliver() == 1
    assert read(number).status == Status.SENT
    assert transport.MEMORY.parcels == []
