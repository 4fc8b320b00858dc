"""The event page, and a whole registration, against a bare Flask application under the same server.

Both applications run under gunicorn, one process of four threads; one client process drives each in turn, over
four connections kept open, in interleaved rounds. A *whole registration* is what a newcomer does: open the
page, send the form, read the answer. Ours checks CSRF and rate limits, takes a seat, recognises the person,
composes the invitation and its calendar entry and commits; the bound inserts one row.
"""

import re
import socket
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.servers import SLUG, Server, gunicorn, prepare_bare, prepare_ours

NAME = "Event page and registration"
BOUND = "bare Flask application, one template, one query"
STRICTER = "the same, its database connections kept open"
AIM = 0.5
CONNECTIONS = 4
ROUNDS = 5
PAGES_A_ROUND = 600
REGISTRATIONS_A_ROUND = 120
SERIAL = count(1)


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            gunicorn("cop.app:create_app()", prepare_ours(folder)) as ours,
            gunicorn("benchmarks.bare:app", prepare_bare(folder)) as bare,
            gunicorn("benchmarks.bare:app", prepare_bare(folder, keeps_open=True)) as stricter,
        ):
            pages, registrations = _rounds([ours, bare, stricter])
    return [
        _row("Event page", BOUND, pages, 1, AIM),
        _row("Whole registration", BOUND, registrations, 1, AIM),
        _row("Event page", STRICTER, pages, 2),
        _row("Whole registration", STRICTER, registrations, 2),
    ]


@dataclass(frozen=True)
class Rate:
    """How many a second, all connections together, and the server's processor seconds for one."""

    per_second: float
    processor: float


def _rounds(servers: list[Server]) -> tuple[list[list[Rate]], list[list[Rate]]]:
    """In each round, what each server did: pages, then registrations."""
    for server in servers:
        for act in (_page, _registration):
            _rate(server, act, 60)  # warm: templates compiled, connections open
    pages, registrations = [], []
    for _ in range(ROUNDS):
        pages.append([_rate(server, _page, PAGES_A_ROUND) for server in servers])
        registrations.append([_rate(server, _registration, REGISTRATIONS_A_ROUND) for server in servers])
    return pages, registrations


def _row(name: str, bound: str, rounds: list[list[Rate]], which: int, aim: float | None = None) -> dict[str, Any]:
    ratios = [rates[0].per_second / rates[which].per_second for rates in rounds]
    ratio = statistics.median(ratios)
    ours, theirs = [rates[0] for rates in rounds], [rates[which] for rates in rounds]
    processor = statistics.median(rates[which].processor / rates[0].processor for rates in rounds)
    row = {
        "name": name,
        "bound": bound,
        "measured": f"{ratio:.2f}",
        "details": [
            (
                f"{_median(ours, 'per_second'):.0f}/s against {_median(theirs, 'per_second'):.0f}/s, "
                f"ratios {min(ratios):.2f} to {max(ratios):.2f} over {len(ratios)} rounds"
            ),
            (
                f"processor time of the server {_median(ours, 'processor') * 1000:.2f} ms against "
                f"{_median(theirs, 'processor') * 1000:.2f} ms each: {processor:.2f}"
            ),
        ],
    }
    return row if aim is None else {**row, "aim": f"≥ {aim}", "met": ratio >= aim}


def _median(rates: list[Rate], what: str) -> float:
    return statistics.median(getattr(rate, what) for rate in rates)


def read_pages(server: Server, times: int) -> None:
    """Have the page read, all connections together."""
    _rate(server, _page, times)


def _rate(server: Server, act: Any, times: int) -> Rate:
    before, started = server.processor_seconds(), time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lambda _: _work(server.port, act, times // CONNECTIONS), range(CONNECTIONS)))
    spent = time.perf_counter() - started
    return Rate(times / spent, (server.processor_seconds() - before) / times)


def _work(port: int, act: Any, times: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for _ in range(times):
            act(connection)


def _page(connection: socket.socket) -> None:
    status, _head, body = _exchange(connection, "GET", f"/evenements/{SLUG}")
    assert status == 200, status
    assert b"</form>" in body


def _registration(connection: socket.socket) -> None:
    status, head, body = _exchange(connection, "GET", f"/evenements/{SLUG}")
    assert status == 200, status
    number = next(SERIAL)
    values = {
        "given_name": "Diane",
        "family_name": f"Mesure{number}",
        "email": f"diane.{number}@cabinet.example",
        "profession": "91",
        "commune": "Angers (49000)",
    }
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', body)
    if token:
        values["csrf_token"] = token[1].decode()
    cookie = re.search(r"(?i)set-cookie: (cop=[^;]+)", head)
    headers = {"Cookie": cookie[1]} if cookie else {}
    # Newcomers come from many places; the rate limit is not what is measured.
    headers["X-Forwarded-For"] = f"198.51.{number // 250 % 250}.{number % 250}"
    status, head, _body = _exchange(connection, "POST", f"/evenements/{SLUG}/inscription", urlencode(values), headers)
    assert status == 303, (status, _body.decode()[:3000])
    there = re.search(r"(?i)location: (?:https?://[^/]+)?(\S+)", head)
    assert there
    cookie = re.search(r"(?i)set-cookie: (cop=[^;]+)", head)
    headers = {"Cookie": cookie[1]} if cookie else headers
    status, _head, _body = _exchange(connection, "GET", there[1], headers=headers)
    assert status == 200, status


def _exchange(
    connection: socket.socket, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
) -> tuple[int, str, bytes]:
    """One request on an open connection: raw, so that the client costs as little as can be."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{k}: {v}" for k, v in (headers or {}).items())]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body.encode())}"]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(connection)
    head, _, rest = received.partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    length = int((re.search(r"(?i)content-length: (\d+)", text) or [0, "0"])[1])
    while len(rest) < length:
        rest += _some(connection)
    return int(text.split(" ", 2)[1]), text, rest


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data
