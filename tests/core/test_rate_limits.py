"""Tries are counted in our own database, whatever becomes of the request."""

import threading
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import rate_limits
from cop.core.db import db
from cop.core.errors import RateLimited
from cop.core.rate_limits import RateLimit
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application


def tries(count: int, who: str = "somebody", limit: int = 3) -> list[int]:
    """0 for each try let through, else the seconds to wait."""
    answers = []
    for _ in range(count):
        try:
            rate_limits.hit("test", who, limit=limit, seconds=60)
            answers.append(0)
        except RateLimited as refused:
            answers.append(refused.retry_after)
    return answers


def test_past_the_limit_one_waits_for_the_window_to_end(app: Application, clock: Any) -> None:
    clock.set("2026-11-20 10:00:20")
    assert tries(5) == [0, 0, 0, 40, 40]
    clock.advance(seconds=39)
    assert tries(1) == [1]
    clock.advance(seconds=1)
    assert tries(1) == [0]


def test_each_is_counted_apart(app: Application) -> None:
    assert tries(4)[:3] == [0, 0, 0]
    assert tries(3, who="somebody else") == [0, 0, 0]


def test_a_request_that_is_refused_is_counted_all_the_same(app: Application) -> None:
    def refused() -> None:
        with unit_of_work():
            rate_limits.hit("test", "somebody", limit=3, seconds=60)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        refused()
    assert db.session.scalar(sa.select(RateLimit.hits)) == 1


def test_only_a_fingerprint_of_who_is_kept(app: Application) -> None:
    tries(1, who="diane@cabinet.example")
    assert "diane" not in db.session.scalars(sa.select(RateLimit.key)).one()


def test_a_crowd_at_once_is_counted_exactly(app: Application) -> None:
    let_through: list[int] = []
    start = threading.Barrier(8)

    def one() -> None:
        with app.app_context():
            start.wait()
            let_through.extend(tries(5, limit=10))

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_through) == 40
    assert let_through.count(0) == 10


def test_windows_that_are_over_are_forgotten(app: Application, clock: Any) -> None:
    clock.set("2026-11-20 10:00:20")
    tries(1)
    clock.advance(minutes=2)
    tries(1)
    with unit_of_work():
        assert rate_limits.forget_old() == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RateLimit)) == 1
