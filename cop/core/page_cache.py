"""Pages that say the same to everybody who has not signed in, kept ready in the memory of the process.

What is one reader's own is a *slot*: left open in what is kept, filled at each request. The CSRF token is always
one; the view names the others. What changes often goes into the stamp, which the view reads at each request: a page
is only used under the stamp it was made with. What changes once a year (the organisation's name, the list of
professions) is covered by the short life of a page.
"""

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from flask import g, session
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from cop.core import clock

LIFE: Final = timedelta(seconds=60)
MOST_PAGES: Final = 128
LONGEST_PAGE: Final = 64 * 1024  # characters: with MOST_PAGES, some megabytes at worst

# Where Flask-WTF keeps a request's token once made, and the name of the slot it fills.
_TOKEN: Final = "csrf_token"  # noqa: S105 - a name
# Unguessable, or a title could hold a slot; plain letters and hyphens, which no escaping changes.
_MARK: Final = f"slot-{secrets.token_hex(12)}-"
_SLOT: Final = re.compile(f"{_MARK}([a-z_]+)-")


@dataclass(frozen=True, slots=True)
class Page:
    """Text and names of slots in turn."""

    stamp: Hashable
    made_at: datetime
    pieces: tuple[str, ...]

    def filled(self, slots: Mapping[str, Callable[[], Any]]) -> str:
        values = {name: str(escape(slots[name]())) for name in set(self.pieces[1::2])}
        return "".join(values[piece] if place % 2 else piece for place, piece in enumerate(self.pieces))


class PageCache:
    """The pages used last. Shared by the threads of the process."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()
        self._lock = Lock()

    def page(
        self,
        key: Hashable,
        stamp: Hashable,
        make: Callable[[Mapping[str, Markup]], str],
        slots: Mapping[str, Callable[[], Any]],
    ) -> str:
        """The page, made by ``make`` unless it is kept. ``make`` is given the mark to show in place of each slot."""
        found = self._fresh(key, stamp)
        if found is None:
            found = Page(stamp, clock.now(), tuple(_SLOT.split(_made(make, slots))))
            self._keep(key, found)
        return found.filled({**slots, _TOKEN: generate_csrf})

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()

    def _fresh(self, key: Hashable, stamp: Hashable) -> Page | None:
        with self._lock:
            found = self._pages.get(key)
            if found is None or found.stamp != stamp or not timedelta() <= clock.now() - found.made_at < LIFE:
                return None
            self._pages.move_to_end(key)
            return found

    def _keep(self, key: Hashable, page: Page) -> None:
        if sum(map(len, page.pieces)) > LONGEST_PAGE:
            return
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)


def _made(make: Callable[[Mapping[str, Markup]], str], slots: Mapping[str, Any]) -> str:
    """The page with a mark in each slot; nothing of this request stays in it."""
    token = g.pop(_TOKEN, None)
    setattr(g, _TOKEN, str(_mark(_TOKEN)))
    try:
        return make({name: _mark(name) for name in slots})
    finally:
        g.pop(_TOKEN)
        if token is not None:
            setattr(g, _TOKEN, token)


def _mark(name: str) -> Markup:
    return Markup(f"{_MARK}{name}-")  # noqa: S704 - made of letters, figures and hyphens


def may_serve() -> bool:
    """Whether this request may be answered from the cache, for a reader who has not signed in: nothing waits to be
    told on the next page."""
    return "_flashes" not in session


pages: Final = PageCache()
