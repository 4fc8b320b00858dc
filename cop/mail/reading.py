"""What a mail that came in is: an answer from a calendar, a bounce, something automatic, or somebody's words.

Only the outermost message is looked at: a bounce carries our own invitation inside (``message/rfc822``), and an
answer quoted in a report is nobody's answer (RFC 6047; RFC 3464).
"""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses
from enum import StrEnum
from typing import Final

from cop.mail.content_lines import one_line

# An answer is some kilobytes; a megabyte is a photograph, or an attack on the parser.
LARGEST: Final = 512 * 1024
LARGEST_CALENDAR: Final = 256 * 1024
DEEPEST: Final = 8
CALENDAR_TYPES: Final = ("text/calendar", "application/ics")
_METHOD: Final = re.compile(r"^METHOD(?:;[^:\r\n]*)?:[ \t]*([A-Z]+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_AUTOMATIC_WORDS: Final = re.compile(
    r"out of (the )?office|automatic reply|auto[- ]?reply|réponse automatique|absence|absent du bureau|en congés?",
    re.IGNORECASE,
)
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


class Kind(StrEnum):
    ANSWER = "answer"  # METHOD:REPLY
    COUNTER = "counter"  # another time is proposed
    CALENDAR = "calendar"  # some other calendar object: an invitation of theirs, a cancellation
    BOUNCE = "bounce"
    AUTOMATIC = "automatic"  # a vacation notice, a list's own mail
    HUMAN = "human"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Bounce:
    """``action``: failed, delayed, delivered, relayed or expanded. ``status``: as 5.1.1 (RFC 3463)."""

    recipient: str
    action: str
    status: str
    original_message_id: str

    @property
    def final(self) -> bool:
        """Given up on, for good (5.…) or after days of trying (4.…: a mailbox that stayed full)."""
        return self.action == "failed" and self.status.startswith(("4", "5"))


@dataclass(frozen=True, slots=True)
class Incoming:
    """``sender``: the address of From, lower case. ``calendar``: the object's octets as they came."""

    kind: Kind
    message_id: str = ""
    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    text: str = ""
    calendar: bytes | None = None
    bounces: tuple[Bounce, ...] = ()
    automatic: bool = False


def read(raw: bytes) -> Incoming:
    """Whatever the octets are, an :class:`Incoming`: nothing that arrives may stop the mailbox from being read."""
    if len(raw) > LARGEST:
        raw = raw.split(b"\r\n\r\n", 1)[0][:65536] + b"\r\n\r\n"
        return _described(_parsed(raw), Kind.UNREADABLE)
    message = _parsed(raw)
    if _depth(message) > DEEPEST:
        return _described(message, Kind.UNREADABLE)
    if message.get_content_type() == "multipart/report" or _is_null_sender(message):
        return _report(message)
    found = _calendar(message)
    if found is not None:
        return _described(message, _kind_of(found), calendar=found[1])
    return _described(message, Kind.AUTOMATIC if is_automatic(message) else Kind.HUMAN)


def _parsed(raw: bytes) -> EmailMessage:
    # ``compat32`` would keep encoded words; ``default`` decodes them and forgives nearly everything.
    message: EmailMessage = message_from_bytes(raw, policy=policy.default)
    return message


def _described(
    message: EmailMessage, kind: Kind, *, calendar: bytes | None = None, bounces: tuple[Bounce, ...] = ()
) -> Incoming:
    name, address = _sender(message)
    return Incoming(
        kind=kind,
        message_id=_header(message, "Message-ID")[:255],
        sender=address,
        sender_name=name,
        subject=_header(message, "Subject")[:500],
        text="" if kind is Kind.UNREADABLE else _text(message),
        calendar=calendar,
        bounces=bounces,
        automatic=is_automatic(message),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return one_line(str(message.get(name, "")))
    except Exception:  # a header the parser cannot make sense of is no reason to lose the mail
        return ""


def _sender(message: EmailMessage) -> tuple[str, str]:
    """Name and address of From; empty when there are several, for then it is nobody's in particular."""
    pairs = getaddresses([_header(message, "From")])
    if len(pairs) != 1:
        return "", ""
    name, address = pairs[0]
    return one_line(name)[:200], address.strip().lower()[:320]


def is_automatic(message: EmailMessage) -> bool:
    """Sent by a program: never answered, or two programs would write to each other for ever (RFC 3834)."""
    submitted = _header(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if _header(message, "X-Autoreply") or _header(message, "X-Autorespond") or _is_null_sender(message):
        return True
    if _header(message, "Precedence").lower() in {"bulk", "list", "junk", "auto_reply"}:
        return True
    if _header(message, "X-Auto-Response-Suppress") and _AUTOMATIC_WORDS.search(_header(message, "Subject")):
        return True
    return bool(_header(message, "List-Id"))


def _is_null_sender(message: EmailMessage) -> bool:
    return _header(message, "Return-Path") == "<>"


# --- The calendar part ------------------------------------------------------------------------------


def _calendar(message: EmailMessage) -> tuple[str, bytes] | None:
    """The method its part declares and the octets of the first calendar part; an inline one before an attached one.

    Some programs send only the attachment; handling goes by type, never by file name, but for the octet
    streams of gateways that know no calendar.
    """
    parts = [part for part in _parts(message) if _is_calendar(part)]
    parts.sort(key=lambda part: (part.get_content_type() != "text/calendar", part.is_attachment()))
    for part in parts:
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and 0 < len(payload) <= LARGEST_CALENDAR:
            return str(part.get_param("method") or ""), payload
    return None


def _is_calendar(part: EmailMessage) -> bool:
    if part.get_content_type() in CALENDAR_TYPES:
        return True
    name = part.get_filename() or ""
    return part.get_content_type() == "application/octet-stream" and name.lower().endswith(".ics")


def _parts(message: Message) -> list[EmailMessage]:
    """The parts of this very message, never those of a message it carries."""
    if message.get_content_type() == "message/rfc822" or message.get_content_type() == "multipart/report":
        return []
    if not message.is_multipart():
        return [message] if isinstance(message, EmailMessage) else []
    payload = message.get_payload()
    inner = [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []
    return [found for part in inner for found in _parts(part)]


def _depth(message: Message) -> int:
    """How deep the parts are nested, without going deeper than is still of interest."""
    level, deep = [message], 0
    while level and deep <= DEEPEST:
        deep += 1
        level = [
            part
            for one in level
            if one.is_multipart() and isinstance(one.get_payload(), list)
            for part in one.get_payload()
            if isinstance(part, Message)
        ]
    return deep


def _kind_of(found: tuple[str, bytes]) -> Kind:
    """By METHOD in the object; by the part's parameter where the object has none (Outlook reads it so)."""
    declared, octets = found
    inside = _METHOD.search(octets.decode("utf-8", "replace"))
    method = (inside[1] if inside else declared).upper()
    return {"REPLY": Kind.ANSWER, "COUNTER": Kind.COUNTER}.get(method, Kind.CALENDAR)


# --- Words and reports ------------------------------------------------------------------------------


def _text(message: EmailMessage, longest: int = 5000) -> str:
    """What somebody wrote, without markup, cut: enough for a person to see what it is about."""
    for part in _parts(message):
        if part.get_content_type() == "text/plain" and not part.is_attachment():
            payload = part.get_payload(decode=True)
            charset = part.get_content_charset() or "utf-8"
            if isinstance(payload, bytes):
                return _decoded(payload, charset)[:longest]
    return ""


def _decoded(payload: bytes, charset: str) -> str:
    try:
        return payload.decode(charset, "replace").replace("\r\n", "\n").replace("\x00", "")
    except LookupError:
        return payload.decode("utf-8", "replace").replace("\r\n", "\n").replace("\x00", "")


def _report(message: EmailMessage) -> Incoming:
    """A delivery report (RFC 3464); without readable fields it stays a bounce, of nobody known."""
    fields, original = [], ""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            fields += [block for block in part.get_payload() if isinstance(block, Message)]
        elif part.get_content_type() in {"message/rfc822", "text/rfc822-headers"} and not original:
            original = _message_id_of(part)
    bounces = tuple(_bounce(block, original) for block in fields if block.get("Final-Recipient"))
    return _described(message, Kind.BOUNCE, bounces=bounces)


def _bounce(block: Message, original: str) -> Bounce:
    recipient = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
    status = _STATUS.search(str(block.get("Status", "")))
    return Bounce(
        recipient=recipient.partition(";")[2].strip().strip("<>").lower()[:320],
        action=one_line(str(block.get("Action", ""))).lower()[:20],
        status=status[0] if status else "",
        original_message_id=original,
    )


def _message_id_of(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return one_line(str(payload[0].get("Message-ID", "")))[:255]
    headers = message_from_bytes(str(payload).encode("utf-8", "replace"), policy=policy.default)
    return one_line(str(headers.get("Message-ID", "")))[:255]
