"""Hashing passwords: argon2id, 64 MiB and about a tenth of a second each, a few at a time.

Never inside a transaction: whoever calls gives the database back first (``unit_of_work.release``).
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cop.core.errors import RateLimited

_HASHER: Final = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
# Each hash takes 64 MiB: a hundred sign-ins at once would otherwise take six gigabytes.
_AT_ONCE: Final = BoundedSemaphore(2)
_PATIENCE: Final = 10.0
# Verified when there is no account or no password, so that the answer takes as long; nobody knows its password.
DECOY: Final = "$argon2id$v=19$m=65536,t=3,p=4$UF2yVpg9IuqzczJOAk4+XA$i3/dtgJX/FHsfR+96nkZ0FlUHK2SCjP++TCs1TOyzH4"


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise RateLimited(retry_after=int(_PATIENCE))
    try:
        yield
    finally:
        _AT_ONCE.release()


def _bytes(password: str) -> bytes:
    """One keyboard types é as one character, another as two: they are the same password."""
    return unicodedata.normalize("NFKC", password).encode()


def hashed(password: str) -> str:
    with _turn():
        return _HASHER.hash(_bytes(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; without hash a decoy is verified and the answer is no."""
    with _turn():
        try:
            _HASHER.verify(password_hash or DECOY, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)
