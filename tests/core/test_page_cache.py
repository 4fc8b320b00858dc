"""The cache of pages: bounded, and only as fresh as its stamp."""

from collections.abc import Mapping
from typing import Any

from cop.core import page_cache
from cop.core.page_cache import PageCache
from cop.core.web import Application


class Maker:
    """Makes a page of two slots and counts how often."""

    def __init__(self, words: str = "words") -> None:
        self.words = words
        self.times = 0

    def __call__(self, marks: Mapping[str, Any]) -> str:
        self.times += 1
        return f"<p>{self.words} {marks['name']}, {marks['name']}</p>"


def ask(cache: PageCache, make: Maker, key: str = "key", stamp: Any = 1, name: str = "Ada") -> str:
    return cache.page(key, stamp, make, {"name": lambda: name})


def test_slots_are_filled_each_time_and_escaped(app: Application) -> None:
    cache, make = PageCache(), Maker()
    with app.test_request_context():
        assert ask(cache, make) == "<p>words Ada, Ada</p>"
        assert ask(cache, make, name="<i>") == "<p>words &lt;i&gt;, &lt;i&gt;</p>"
    assert make.times == 1


def test_another_stamp_makes_another_page(app: Application) -> None:
    cache, make = PageCache(), Maker()
    with app.test_request_context():
        for stamp in (1, 1, 2, 2, 1):
            ask(cache, make, stamp=stamp)
    assert make.times == 3


def test_memory_is_bounded(app: Application) -> None:
    cache, make = PageCache(), Maker()
    with app.test_request_context():
        for number in range(page_cache.MOST_PAGES + 5):
            ask(cache, make, key=f"key {number}")
            ask(cache, make, key="key 0")  # the one read most stays
        assert len(cache._pages) == page_cache.MOST_PAGES
        assert "key 0" in cache._pages
        ask(cache, Maker("w" * page_cache.LONGEST_PAGE), key="long")
        assert "long" not in cache._pages


def test_a_page_that_cannot_be_made_is_not_kept(app: Application) -> None:
    cache = PageCache()

    def broken(_marks: Any) -> str:
        raise ZeroDivisionError

    with app.test_request_context():
        for _ in range(2):
            try:
                cache.page("key", 1, broken, {})
            except ZeroDivisionError:
                continue
            raise AssertionError("it must be raised again")
        assert ask(cache, Maker()) == "<p>words Ada, Ada</p>"
