"""Rate limits kept in our own database, so that they hold across processes without another server.

Fixed windows: simple, and at worst twice the limit over a window's border.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from cop.core import clock
from cop.core.db import Model, UTCDateTime, change, db
from cop.core.errors import RateLimited
from cop.core.tokens import digest
from cop.core.unit_of_work import release


class RateLimit(Model):
    """How often ``key`` was hit in the window that began at ``window`` (seconds since 1970)."""

    __tablename__ = "rate_limit"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


def hit(name: str, who: str, *, limit: int, seconds: int) -> None:
    """Count one try of ``who`` (an address, an account) at ``name``; raises ``RateLimited`` past ``limit``.

    Counted in a transaction of its own: a refused request is rolled back, its try is not forgotten. To be
    called before anything is written: on SQLite the transaction under way would keep this one waiting.
    ``who`` is kept as a fingerprint only.
    """
    release()
    moment = clock.now()
    start = int(moment.timestamp()) // seconds * seconds
    key = digest(f"{name}:{who}")
    ends_at = datetime.fromtimestamp(start + seconds, UTC)
    with db.engine.begin() as connection:
        values = {"key": key, "window": start, "hits": 1, "expires_at": ends_at}
        hits = connection.execute(_count(connection.dialect.name), values).scalar_one()
    if hits > limit:
        raise RateLimited(retry_after=max(1, start + seconds - int(moment.timestamp())))


@cache
def _count(dialect: str) -> Any:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    table = RateLimit.__table__
    statement = insert(table).on_conflict_do_update(index_elements=["key", "window"], set_={"hits": table.c.hits + 1})
    return statement.returning(table.c.hits)


def forget_old() -> int:
    """Delete the windows that are over; returns how many."""
    return change(sa.delete(RateLimit).where(RateLimit.expires_at < clock.now()))
