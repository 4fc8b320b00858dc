"""The one door to the mailbox answers come to: IMAP over TLS, certificate verified.

Read with PEEK, so that what people have not read stays unread for them; only what the application has dealt
with is moved away, because somebody may read this mailbox too.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from cop.core.settings import Settings

TIMEOUT: Final = 30  # seconds, for each answer of the server
AT_ONCE: Final = 100
_UID_VALIDITY: Final = re.compile(rb"\d+")


class Unreachable(Exception):
    """No conversation with the mailbox; it is tried again at the next tick."""


class Mailbox:
    """An open folder. UIDs are its numbers, which stay with their message."""

    def __init__(self, connection: imaplib.IMAP4, folder: str) -> None:
        self._connection = connection
        # Servers tell more once one has signed in, and imaplib keeps what they told before.
        told = _ok(connection.capability(), "the server does not say what it can do")
        self._can = set((told[0] or b"").decode("ascii", "replace").upper().split())
        self._folders: set[str] = set()
        _ok(connection.select(_quoted(folder)), f"the folder {folder} cannot be opened")
        found = connection.response("UIDVALIDITY")[1]
        number = _UID_VALIDITY.search(found[0]) if found and found[0] else None
        self.uid_validity = int(number[0]) if number else 0

    def after(self, uid: int) -> list[int]:
        """The messages behind ``uid``, oldest first, some at a time."""
        data = _ok(self._connection.uid("SEARCH", f"UID {uid + 1}:*"), "the folder cannot be searched")
        # "n:*" also gives the last message when it is before n (RFC 3501, 6.4.8).
        uids = sorted(int(word) for word in (data[0] or b"").split())
        return [found for found in uids if found > uid][:AT_ONCE]

    def fetch(self, uid: int, limit: int) -> bytes | None:
        """The message as it lies there, its first ``limit`` octets; ``None`` when it is gone."""
        data: list[Any] = _ok(
            self._connection.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{limit}>)"), "a message cannot be read"
        )
        return next((bytes(part[1]) for part in data if isinstance(part, tuple)), None)

    def move(self, uid: int, folder: str) -> None:
        """Take a message away; where the server has no MOVE (RFC 6851), by copy and delete."""
        if folder not in self._folders:
            with suppress(imaplib.IMAP4.error):  # it is there already
                self._connection.create(_quoted(folder))
            self._folders.add(folder)
        if "MOVE" in self._can:
            _ok(self._connection.uid("MOVE", str(uid), _quoted(folder)), "a message cannot be moved")
            return
        _ok(self._connection.uid("COPY", str(uid), _quoted(folder)), "a message cannot be copied")
        _ok(self._connection.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)"), "a message cannot be deleted")
        if "UIDPLUS" in self._can:
            _ok(self._connection.uid("EXPUNGE", str(uid)), "a message cannot be deleted")


@contextmanager
def opened(settings: Settings) -> Iterator[Mailbox]:
    """The folder answers come to. Raises :class:`Unreachable`, also when the conversation breaks later."""
    connection: imaplib.IMAP4 | None = None
    try:
        connection = _dial(settings)
        connection.login(settings.inbox_username, settings.inbox_password)
        yield Mailbox(connection, settings.inbox_folder)
    except (imaplib.IMAP4.error, OSError, ssl.SSLError) as error:
        raise Unreachable(_words(error)) from error
    finally:
        if connection is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                connection.logout()


def _dial(settings: Settings) -> imaplib.IMAP4:
    context = ssl.create_default_context(cafile=settings.inbox_ca_file or None)
    host, port = settings.inbox_server, settings.inbox_port
    if settings.inbox_tls == "implicit":
        return imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=TIMEOUT)
    connection = imaplib.IMAP4(host, port, timeout=TIMEOUT)
    try:
        if settings.inbox_tls == "starttls":
            connection.starttls(context)
    except BaseException:
        connection.shutdown()
        raise
    return connection


def _ok(answer: tuple[str, Any], otherwise: str) -> list[Any]:
    status = answer[0]
    data: list[Any] = answer[1]
    if status != "OK":
        raise imaplib.IMAP4.error(otherwise)
    return data


def _quoted(folder: str) -> str:
    """A folder's name as an IMAP string. Names are settings, in plain letters."""
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
