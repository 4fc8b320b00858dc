"""Signed links: for one purpose, about one subject, until a moment.

People without an account act through them. A token shows; only a POST acts.
"""

from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

from itsdangerous import BadData, URLSafeSerializer

from cop.core import clock
from cop.core.settings import current_settings

# What follows the ? of a public page that somebody came to by a link of their own.
INVITE: Final = "invite"
_NEVER: Final = 0


class BadToken(Exception):
    """The link was altered, made for something else, or is too old (``expired``)."""

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("expired" if expired else "invalid")
        self.expired = expired


def _serializer(purpose: str) -> URLSafeSerializer:
    return _made(current_settings().secret_key, purpose)


@lru_cache(maxsize=32)
def _made(secret: str, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=f"cop.link.{purpose}")


def sign(purpose: str, subject: str, expires_at: datetime | None = None) -> str:
    """A URL-safe token; ``expires_at`` is an aware moment, ``None`` for a link that stays."""
    until = int(expires_at.timestamp()) if expires_at else _NEVER
    return str(_serializer(purpose).dumps([subject, until]))


def read(purpose: str, token: str) -> str:
    """The subject of a token made by :func:`sign` for the same purpose. Raises :class:`BadToken`."""
    try:
        subject, until = _serializer(purpose).loads(token)
    except (BadData, ValueError, TypeError):
        raise BadToken from None
    if until != _NEVER and clock.now().timestamp() > until:
        raise BadToken(expired=True)
    return str(subject)


def is_key(name: str) -> bool:
    """Whether an address that holds something of this name speaks for a person. Routes name their arguments by it."""
    return name == INVITE or "token" in name or "secret" in name


def digest(secret: str) -> str:
    """What is kept of a secret (feed address, one-time link): enough to recognise it, not to use it."""
    return blake2b(secret.encode(), digest_size=32).hexdigest()


def same(one: str, other: str) -> bool:
    return compare_digest(one.encode(), other.encode())
