"""From words to the bytes handed to the server (RFC 5322, 2045, 6047).

Flask-Mail cannot write ``method=REQUEST`` on a calendar part, without which no program shows the
buttons, and sends 8-bit lines of any length: the standard library writes the message, once.
"""

import re
import secrets
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, MessageIDHeader
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, Final

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
_PLAIN: Final = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")
LONGEST: Final = 76  # characters of a header's line, as RFC 5322 (2.1.1) recommends with room to spare
_AS_IT_IS: Final = re.compile("[!-~]+(?: [!-~]+)*")
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
    reply_to: Address | None = None  # who is answered, when it is not the sender
    calendar: str | None = None
    calendar_method: str = ""
    attachments: tuple[Attachment, ...] = ()
    unsubscribe: str = ""  # the address that stops mails of this kind


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
        if _PLAIN.fullmatch(f"{local}@{domain}"):  # nearly all: the standard parser takes as long as the rest
            return Address(shown, username=local, domain=domain)
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
    body = [
        _part("text/plain; charset=utf-8", "quoted-printable", _printable(letter.text)),
        _part("text/html; charset=utf-8", "quoted-printable", _printable(letter.html)),
    ]
    files = [_file(a.filename, f"{a.maintype}/{a.subtype}", _base64(a.content)) for a in letter.attachments]
    if letter.calendar is not None:
        # The invitation twice: as the last alternative, where programs find the buttons, and as a file. Outlook
        # looks in the first child of multipart/mixed only, and not at a part with a disposition; a file of type
        # text/calendar would be a second invitation to some.
        octets = _base64(letter.calendar.encode())
        body.append(_part(f"text/calendar; method={letter.calendar_method}; charset=UTF-8", "base64", octets))
        files.insert(0, _file("invite.ics", "application/ics", octets))
    content = _container("alternative", body)
    if files:
        content = _container("mixed", [content, *files])
    return _headers(letter) + b"MIME-Version: 1.0\r\n" + content


def _headers(letter: Letter) -> bytes:
    policy = _INTERNATIONAL if is_international(letter.recipient.addr_spec) else POLICY
    headers: list[tuple[str, Any]] = [
        ("From", letter.sender),
        ("To", letter.recipient),
        ("Subject", one_line(letter.subject)),
        ("Date", format_datetime(letter.date)),
        ("Message-ID", letter.message_id),
        # Written by a program: absence notices must not answer (RFC 3834).
        ("Auto-Submitted", "auto-generated"),
    ]
    # One beyond ASCII cannot be written for a server that may not read it: the mail says it in words.
    if letter.reply_to and (policy is _INTERNATIONAL or not is_international(letter.reply_to.addr_spec)):
        headers.append(("Reply-To", letter.reply_to))
    if letter.in_reply_to:
        headers += [("In-Reply-To", letter.in_reply_to), ("References", letter.in_reply_to)]
    return b"".join(_header(policy, name, value) for name, value in headers) + _one_click(letter.unsubscribe)


def _one_click(url: str) -> bytes:
    """The button of mail programs that stops such mails (RFC 2369, RFC 8058). Written by hand: folded by the standard
    library, a long address would be encoded, and lead nowhere."""
    if not url:
        return b""
    return f"List-Unsubscribe:\r\n <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode("ascii")


def _header(policy: "EmailPolicy[Any]", name: str, value: Any) -> bytes:
    """The standard library encodes and folds; what needs neither is written as it is, at a twentieth of the cost."""
    line = f"{name}: {value}"
    if len(line) <= LONGEST and _AS_IT_IS.fullmatch(line) and "=?" not in line:
        return line.encode() + b"\r\n"
    # Everybody told of the same meeting is told under the same subject.
    return _subject(policy, value) if name == "Subject" else _folded(policy, name, value)


def _folded(policy: "EmailPolicy[Any]", name: str, value: Any) -> bytes:
    return policy.fold_binary(name, policy.header_factory(name, value))


@lru_cache(maxsize=64)
def _subject(policy: "EmailPolicy[Any]", value: str) -> bytes:
    """Whole in encoded words: the modern folder loses a blank where one of them ends and plain text begins."""
    if value.isascii():
        return _folded(policy, "Subject", value)
    words = Header(value, "utf-8", maxlinelen=76, header_name="Subject").encode(linesep="\r\n")
    return f"Subject: {words}\r\n".encode("ascii")


# Below are constants and file names of ours, in lines that need no folding: with the objects that the standard
# library makes of each, a mail costs six times as much, in the request of whoever registers.


def _part(content_type: str, encoding: str, payload: bytes, disposition: str = "") -> bytes:
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n"
    if disposition:
        head += f"Content-Disposition: {disposition}\r\n"
    return head.encode() + b"\r\n" + payload


def _file(name: str, kind: str, content: bytes) -> bytes:
    if not _FILE_NAME.fullmatch(name):
        raise ValueError(f"{name!r}: not a plain file name")
    return _part(f'{kind};\r\n name="{name}"', "base64", content, f'attachment;\r\n filename="{name}"')


def _container(kind: str, parts: list[bytes]) -> bytes:
    # No encoded text holds these characters in this order: base64 has no "_", quoted-printable writes "=" as "=3D".
    boundary = f"=_{secrets.token_hex(12)}"
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'
    pieces = [f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts]
    return head.encode() + b"".join(pieces) + f"--{boundary}--\r\n".encode()


def _printable(text: str) -> bytes:
    return b2a_qp(text.encode(), istext=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _base64(octets: bytes) -> bytes:
    return encodebytes(octets).replace(b"\n", b"\r\n")
