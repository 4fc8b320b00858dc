"""Replacing the person a mail is for, in its header and in its calendar parts."""

import re
from email import message_from_bytes
from email.encoders import encode_base64
from email.message import EmailMessage
from typing import Final

from cop.mail.content_lines import join, unfold
from cop.mail.mime import POLICY, address

_CALENDARS: Final = ("text/calendar", "application/ics")


def redirected(raw: bytes, old: str, new: str) -> bytes:
    """The message as it would be, had it been written to ``new``; the subject says who it was for."""
    message = message_from_bytes(raw, policy=POLICY)
    if not isinstance(message, EmailMessage):
        raise TypeError("the policy makes EmailMessage")
    message.replace_header("To", address(f"for {old}", new))
    message.replace_header("Subject", f"[{old}] {message['Subject']}")
    for part in message.walk():
        if part.get_content_type() in _CALENDARS:
            _replace_in_calendar(part, old, new)
    return message.as_bytes()


def _replace_in_calendar(part: EmailMessage, old: str, new: str) -> None:
    octets = part.get_payload(decode=True)
    if not isinstance(octets, bytes):
        return
    text = re.sub(re.escape(old), new.replace("\\", "\\\\"), unfold(octets.decode()), flags=re.IGNORECASE)
    part.set_payload(join(text.rstrip("\r\n").split("\r\n")).encode())
    # set_payload keeps the bytes as they are: they must be encoded again for the wire.
    del part["Content-Transfer-Encoding"]
    encode_base64(part)
