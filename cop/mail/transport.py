"""The one door to the mail server.

Flask-Mail's connection, made safe: its certificate checks, time limits and host name are added; it
carries messages that are ready, and every way a server can refuse becomes one of three plain outcomes.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from flask_mail import Connection, Mail

from cop.core import links
from cop.core.settings import Settings, current_settings
from cop.mail.mime import is_international
from cop.mail.redirect import redirected
from cop.mail.rules import is_unknown_user

TIMEOUT: Final = 30  # seconds, for each answer of the server
# Several providers close a connection after a hundred mails.
MAILS_PER_CONNECTION: Final = 100


class Unreachable(Exception):
    """No conversation with the server: nobody's mail is at fault, all wait."""


class Interrupted(Exception):
    """The conversation broke during this mail; whether it was taken is not known."""


class Refused(Exception):
    """The server said no to this mail."""

    def __init__(self, code: int, reply: str) -> None:
        super().__init__(f"{code} {reply}")
        self.code = code
        self.permanent = 500 <= code < 600
        self.unknown_user = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message that is ready, with its envelope."""

    sender: str
    recipient: str
    raw: bytes


class Door(Protocol):
    def send(self, parcel: Parcel) -> None:
        """Hand one mail over. Raises :class:`Unreachable`, :class:`Interrupted` or :class:`Refused`."""


class VerifiedConnection(Connection):
    """One SMTP connection, opened for the first mail and opened again when the server closed it."""

    def __init__(self, settings: Settings, host_name: str) -> None:
        super().__init__(_flask_mail_state(settings))
        self.settings = settings
        self.host_name = host_name

    def __enter__(self) -> "VerifiedConnection":
        self.host = None
        self.num_emails = 0
        return self

    def __exit__(self, *_: object) -> None:
        # The mails are handed over: a server that does not wait for the farewell changes nothing.
        self._leave()

    def _leave(self) -> None:
        host, self.host, self.num_emails = self.host, None, 0
        if host is not None:
            with suppress(smtplib.SMTPException, OSError):
                host.quit()
            host.close()

    def configure_host(self) -> smtplib.SMTP:
        """Connect, encrypt with a verified certificate, sign in."""
        host = self._dial()
        try:
            if self.settings.mail_tls == "starttls":
                host.starttls(context=self._context())
            host.ehlo_or_helo_if_needed()
            if self.settings.mail_username:
                host.login(self.settings.mail_username, self.settings.mail_password)
        except BaseException:
            host.close()
            raise
        return host

    def _dial(self) -> smtplib.SMTP:
        server, port = self.settings.mail_server, self.settings.mail_port
        if self.settings.mail_tls == "implicit":
            context = self._context()
            return smtplib.SMTP_SSL(server, port, local_hostname=self.host_name, timeout=TIMEOUT, context=context)
        return smtplib.SMTP(server, port, local_hostname=self.host_name, timeout=TIMEOUT)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.settings.mail_ca_file or None)

    def send(self, parcel: Parcel, envelope_from: Any = None) -> None:  # type: ignore[override]
        """Flask-Mail's ``send``, of bytes that are ready."""
        host = self._connected()
        try:
            refusal = _hand_over(host, envelope_from or parcel.sender, parcel)
            if refusal and _code(refusal) != 421:
                host.rset()
        except (smtplib.SMTPException, OSError) as error:
            self._leave()
            raise Interrupted(_words(error)) from error
        if refusal:
            if _code(refusal) == 421:  # it hangs up
                self._leave()
            raise refusal
        self.num_emails += 1

    def _connected(self) -> smtplib.SMTP:
        # smtplib drops the socket when the server says 421.
        if self.host is not None and (self.host.sock is None or self.num_emails >= MAILS_PER_CONNECTION):
            self._leave()
        if self.host is None:
            try:
                self.host = self.configure_host()
            except (smtplib.SMTPException, OSError) as error:
                raise Unreachable(_words(error)) from error
        return self.host


def _flask_mail_state(settings: Settings) -> Any:
    return Mail().init_mail(
        {
            "MAIL_SERVER": settings.mail_server,
            "MAIL_PORT": settings.mail_port,
            "MAIL_USERNAME": settings.mail_username,
            "MAIL_PASSWORD": settings.mail_password,
            "MAIL_SUPPRESS_SEND": False,
        }
    )


def _hand_over(host: smtplib.SMTP, sender: str, parcel: Parcel) -> Unreachable | Refused | None:
    """One mail in the conversation; what the server had against it.

    ``smtplib.sendmail`` waits for four answers one after the other, and parses the addresses again. A server
    that says PIPELINING (nearly all do) takes the envelope in one go: two waits, which is what counts over
    a network.
    """
    international = is_international(parcel.recipient)
    if international and not host.has_extn("smtputf8"):
        return Refused(553, "the mail server cannot write to an address beyond ASCII (SMTPUTF8)")
    options = " SMTPUTF8 BODY=8BITMIME" if international else ""
    if host.has_extn("size"):
        options += f" SIZE={len(parcel.raw)}"
    host.command_encoding = "utf-8" if international else "ascii"
    answers = _envelope(host, [f"MAIL FROM:<{sender}>{options}", f"RCPT TO:<{parcel.recipient}>", "DATA"])
    refusal = _objection(answers)
    if refusal:
        if len(answers) == 3 and answers[2][0] == 354:  # it waits for a message that nobody may get
            host.send(b".\r\n")
            host.getreply()
        return refusal
    host.send(_stuffed(parcel.raw))
    code, reply = host.getreply()
    return None if code == 250 else _refusal(code, reply)


Answer = tuple[int, bytes]
_EXPECTED: Final = (2, 2, 3)  # the kind of answer that lets MAIL, RCPT and DATA go on


def _envelope(host: smtplib.SMTP, commands: list[str]) -> list[Answer]:
    """The answers, in order; asked one by one, nothing is asked after a refusal."""
    if host.has_extn("pipelining"):
        host.send("".join(f"{command}\r\n" for command in commands).encode(host.command_encoding))
        return [host.getreply() for _ in commands]
    answers: list[Answer] = []
    for command in commands:
        host.putcmd(command)
        answers.append(host.getreply())
        if answers[-1][0] // 100 != _EXPECTED[len(answers) - 1]:
            break
    return answers


def _objection(answers: list[Answer]) -> Unreachable | Refused | None:
    """The first refusal: of the sender, of the recipient, or of the wish to send."""
    for stage, (code, reply) in enumerate(answers):
        if code // 100 != _EXPECTED[stage]:
            return _sender_refused(code, reply) if stage == 0 else _refusal(code, reply, at_recipient=stage == 1)
    return None


def _stuffed(raw: bytes) -> bytes:
    """The message as it travels: a line that is one dot would end it (RFC 5321, 4.5.2)."""
    return (raw.replace(b"\n.", b"\n..") if b"\n." in raw else raw) + b".\r\n"


def _sender_refused(code: int, reply: bytes) -> Unreachable | Refused:
    """A server that takes nothing from us is a wrong setting: no mail may be given up for it. 552 is its size."""
    refusal = _refusal(code, reply)
    return Unreachable(str(refusal)) if refusal.permanent and code != 552 else refusal


def _code(refusal: Unreachable | Refused) -> int:
    return refusal.code if isinstance(refusal, Refused) else 0


def _refusal(code: int, reply: bytes | str, *, at_recipient: bool = False) -> Refused:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    refusal = Refused(code, " ".join(text.split())[:400])
    # Only the answer to RCPT speaks of the person; the same code later is about the message.
    refusal.unknown_user = at_recipient and is_unknown_user(code, text)
    return refusal


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:400]


class Shelf:
    """Keeps mails instead of sending them: the preview shows the rows, the tests read the list."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []

    def send(self, parcel: Parcel) -> None:
        self.parcels.append(parcel)


class Nowhere:
    """The preview: the row itself is what people read."""

    def send(self, parcel: Parcel) -> None:
        pass


class Redirected:
    """Sends everything to one address: a rehearsal must not write to people."""

    def __init__(self, door: Door, address: str) -> None:
        self.door = door
        self.address = address

    def send(self, parcel: Parcel) -> None:
        raw = redirected(parcel.raw, parcel.recipient, self.address)
        self.door.send(replace(parcel, recipient=self.address, raw=raw))


# What the memory transport was given, oldest first.
MEMORY: Final = Shelf()


@contextmanager
def open_door() -> Iterator[Door]:
    """The way out that the settings name. Nothing is contacted before the first mail."""
    settings = current_settings()
    if settings.mail_transport == "memory":
        yield MEMORY
    elif settings.mail_transport == "preview":
        yield Nowhere()
    else:
        with VerifiedConnection(settings, links.public_host()) as connection:
            if settings.mail_transport == "redirect":
                yield Redirected(connection, settings.mail_redirect_to)
            else:
                yield connection
