"""From words to the bytes handed to the server (RFC 5322, 2045, 6047).

Flask-Mail cannot write ``method=REQUEST`` on a calendar part, without which no program shows the
buttons, and sends 8-bit lines of any length: the standard library writes the message, once.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address, HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import Final

from cop.mail.content_lines import one_line

# Identifiers longer than a line must be folded, never encoded: encoded, they name no message.
_HEADERS: Final = HeaderRegistry()
for _name in ("in-reply-to", "references"):
    _HEADERS.map_to_type(_name, MessageIDHeader)  # type: ignore[arg-type] # a mix-in, as the registry wants

# Seven bits everywhere: no server on the way has to announce 8BITMIME.
POLICY: Final = SMTP.clone(cte_type="7bit", header_factory=_HEADERS)
# A local part beyond ASCII ("josé@…") can be written in one way only (RFC 6531).
_INTERNATIONAL: Final = SMTPUTF8.clone(cte_type="7bit", header_factory=_HEADERS)
# The standard library drops the quotes of a long name when it folds the header; a comma in it would then
# end the address, an @ begin another.
_SPECIAL: Final = re.compile(r'[()<>\[\]:;@\\,"]')
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")


class BadAddress(ValueError):
    """Not an address a mail can be sent to."""


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    maintype: str
    subtype: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything a message is made of."""

    sender: Address
    recipient: Address
    subject: str
    text: str
    html: str
    message_id: str
    date: datetime
    in_reply_to: str | None = None
    calendar: str | None = None
    calendar_method: str = ""
    attachments: tuple[Attachment, ...] = ()


def address(name: str, email: str) -> Address:
    """A name and an address as a header may hold them. Raises :class:`BadAddress`.

    The domain is written in ASCII (IDNA); nothing that could end the header and begin another passes.
    """
    shown = one_line(_SPECIAL.sub(" ", one_line(name)))
    local, _, domain = email.strip().rpartition("@")
    if not local or one_line(email) != email.strip():
        raise BadAddress(email)
    try:
        if not domain.isascii():
            domain = domain.encode("idna").decode("ascii")
        if local.isascii():
            return Address(shown, addr_spec=f"{local}@{domain}")
        # The standard parser refuses RFC 6531: it is asked about the rest of the local part.
        Address(addr_spec=f"{_NOT_ASCII.sub('x', local)}@{domain}")
        return Address(shown, username=local, domain=domain)
    except (ValueError, IndexError, HeaderParseError) as error:  # IndexError: the parser, on an empty part
        raise BadAddress(email) from error


def is_international(email: str) -> bool:
    return not email.rpartition("@")[0].isascii()


def compose(letter: Letter) -> bytes:
    """The message, ready to be sent."""
    policy = _INTERNATIONAL if is_international(letter.recipient.addr_spec) else POLICY
    message = EmailMessage(policy=policy)
    message["From"] = letter.sender
    message["To"] = letter.recipient
    message["Subject"] = one_line(letter.subject)
    message["Date"] = letter.date
    message["Message-ID"] = letter.message_id
    if letter.in_reply_to:
        message["In-Reply-To"] = letter.in_reply_to
        message["References"] = letter.in_reply_to
    # Written by a program: absence notices must not answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.calendar is not None:
        _add_calendar(message, letter.calendar, letter.calendar_method)
    for attachment in letter.attachments:
        message.add_attachment(
            attachment.content,
            maintype=attachment.maintype,
            subtype=attachment.subtype,
            filename=attachment.filename,
        )
    return message.as_bytes()


def _add_calendar(message: EmailMessage, calendar: str, method: str) -> None:
    """The invitation twice: as the last alternative, where programs find the buttons, and as a file.

    Outlook looks in the first child of multipart/mixed only, and not at a part with a disposition;
    a file of type text/calendar would be a second invitation to some.
    """
    message.add_alternative(calendar, subtype="calendar", charset="UTF-8", cte="base64", params={"method": method})
    message.add_attachment(
        calendar.encode(), maintype="application", subtype="ics", filename="invite.ics", params={"name": "invite.ics"}
    )
