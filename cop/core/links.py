"""Absolute addresses, for mails and calendars written far from any request."""

from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import current_app
from werkzeug.routing import Map, MapAdapter

from cop.core.settings import current_settings


def absolute_url(endpoint: str, **values: Any) -> str:
    """The public address of an endpoint, built on ``COP_PUBLIC_URL`` whatever host the request named.

    The request's Host header is chosen by the caller: a link mailed from it could be forged.
    """
    origin, adapter = _bound(current_app.url_map, current_settings().public_url)
    return urljoin(origin, adapter.build(endpoint, values, force_external=False))


@lru_cache(maxsize=4)
def _bound(url_map: Map, public_url: str) -> tuple[str, MapAdapter]:
    base = urlsplit(public_url)
    return (
        f"{base.scheme}://{base.netloc}",
        url_map.bind(base.netloc, url_scheme=base.scheme, script_name=base.path or "/"),
    )


def local_path(target: str | None) -> str | None:
    """``target`` if it leads to a page of this site, else ``None``: a ``next`` in an address is anybody's.

    Browsers read a backslash as a slash, drop tabs and line breaks, and take ``//name`` for another site.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(character) <= 32 or ord(character) == 127 for character in target):
        return None
    return target


def public_host() -> str:
    """The host name people see in addresses; the right-hand side of identifiers we make."""
    return urlsplit(current_settings().public_url).hostname or "localhost"
