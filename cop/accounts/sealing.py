"""Encrypting the little that must be read again: the secrets of applications of codes.

A password or a link is kept as a fingerprint; to check a code its secret is needed whole. Whoever copies the
database without the secret key of the site reads nothing.
"""

from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from cop.core import clock
from cop.core.settings import current_settings

# How long a secret that was shown may be confirmed by its first code.
OFFERED_FOR: Final = timedelta(minutes=30)


def seal(text: str, owner: int) -> str:
    """``text``, to be read again by :func:`unseal` for the same account only."""
    return _box(owner).encrypt_at_time(text.encode(), _now()).decode()


def unseal(sealed: str, owner: int, *, within: timedelta | None = None) -> str | None:
    """``None`` when it was altered, is another's, is too old, or the secret key of the site has changed."""
    box = _box(owner)
    try:
        opened = box.decrypt_at_time(sealed, int(within.total_seconds()), _now()) if within else box.decrypt(sealed)
    except InvalidToken:
        return None
    return opened.decode()


def _now() -> int:
    return int(clock.now().timestamp())


def _box(owner: int) -> Fernet:
    return _made(current_settings().secret_key, owner)


@lru_cache(maxsize=64)
def _made(secret_key: str, owner: int) -> Fernet:
    key = blake2b(f"{secret_key}:{owner}".encode(), digest_size=32, person=b"cop.seal").digest()
    return Fernet(urlsafe_b64encode(key))
