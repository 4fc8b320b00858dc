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
            options = _options(host, parcel.recipient)
            refused = host.sendmail(envelope_from or parcel.sender, (parcel.recipient,), parcel.raw, options)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(*next(iter(error.recipients.values())), at_recipient=True) from error
        except smtplib.SMTPSenderRefused as error:
            raise _sender_refused(error) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            self._leave()
            raise Interrupted(_words(error)) from error
        if refused:
            raise _refusal(*next(iter(refused.values())), at_recipient=True)
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


def _options(host: smtplib.SMTP, recipient: str) -> tuple[str, ...]:
    if not is_international(recipient):
        return ()
    if not host.has_extn("smtputf8"):
        raise Refused(553, "the mail server cannot write to an address beyond ASCII (SMTPUTF8)")
    return ("SMTPUTF8", "BODY=8BITMIME")


def _sender_refused(error: smtplib.SMTPSenderRefused) -> Exception:
    """A server that takes nothing from us is a wrong setting: no mail may be given up for it. 552 is its size."""
    if 500 <= error.smtp_code < 600 and error.smtp_code != 552:
        return Unreachable(_words(error))
    return _refusal(error.smtp_code, error.smtp_error)


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
