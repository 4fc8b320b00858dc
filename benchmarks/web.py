"""The event page, and a whole registration, against a bare Flask application under the same server.

Both applications run under gunicorn, one process of four threads; one client process drives each in turn, over
four connections kept open, in interleaved rounds. A *whole registration* is what a newcomer does: open the
page, send the form, read the answer. Ours checks CSRF and rate limits, takes a seat, recognises the person,
composes the invitation and its calendar entry and commits; the bound inserts one row.
"""

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

NAME = "Event page and registration"
BOUND = "bare Flask application, one template, one query"
ROOT = Path(__file__).resolve().parents[1]
CONNECTIONS = 4
ROUNDS = 5
PAGES_A_ROUND = 600
REGISTRATIONS_A_ROUND = 120
SLUG = "mesure"
SERIAL = count(1)


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder, _ours(Path(folder)) as ours, _bare(Path(folder)) as bare:
        pages: dict[int, list[float]] = {ours: [], bare: []}
        registrations: dict[int, list[float]] = {ours: [], bare: []}
        for port in (ours, bare):
            _rate(port, _page, 50)  # warm: templates compiled, connections open
        for _ in range(ROUNDS):
            for port in (ours, bare):
                pages[port].append(_rate(port, _page, PAGES_A_ROUND))
                registrations[port].append(_rate(port, _registration, REGISTRATIONS_A_ROUND))
    return [
        _row("Event page", pages[ours], pages[bare], 0.5),
        _row("Whole registration", registrations[ours], registrations[bare], 0.5),
    ]


def _row(name: str, ours: list[float], bound: list[float], aim: float) -> dict[str, Any]:
    ratios = [one / other for one, other in zip(ours, bound, strict=True)]
    ratio = statistics.median(ratios)
    return {
        "name": name,
        "bound": BOUND,
        "measured": f"{ratio:.2f}",
        "aim": f"≥ {aim}",
        "met": ratio >= aim,
        "details": [
            (
                f"{statistics.median(ours):.0f}/s against {statistics.median(bound):.0f}/s, "
                f"ratios {min(ratios):.2f} to {max(ratios):.2f} over {len(ratios)} rounds"
            )
        ],
    }


def _rate(port: int, act: Any, times: int) -> float:
    """How many a second, all connections together."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        started = time.perf_counter()
        list(pool.map(lambda _: _work(port, act, times // CONNECTIONS), range(CONNECTIONS)))
        return times / (time.perf_counter() - started)


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


@contextmanager
def _ours(folder: Path) -> Iterator[int]:
    environ = {
        "COP_ENV": "production",
        "COP_SECRET_KEY": "benchmark-only-" + "x" * 32,
        "COP_PUBLIC_URL": "http://localhost",
        "COP_INSTANCE": str(folder / "ours"),
        "COP_MAIL_TRANSPORT": "preview",
        "COP_TRUSTED_PROXIES": "1",
        "COP_LOG_LEVEL": "WARNING",
    }
    _cop(["init", "--preset", "cokillaje"], environ)
    subprocess.run(
        [sys.executable, "-c", "from benchmarks.web import prepare; prepare()"],
        env={**os.environ, **environ},
        cwd=ROOT,
        check=True,
    )
    with _gunicorn("cop.app:create_app()", environ) as port:
        yield port


def prepare() -> None:
    """In a process of its own: one published event with room for everybody."""
    import sqlalchemy as sa

    from cop.app import create_app
    from cop.core import clock
    from cop.core.db import db
    from cop.core.unit_of_work import unit_of_work
    from cop.events.models import Event, EventKind, HalfDay
    from cop.territories.models import Territory

    with create_app().app_context(), unit_of_work():
        angers = db.session.scalars(sa.select(Territory).filter_by(kind="commune", code="49007")).one()
        kind = db.session.scalars(sa.select(EventKind).order_by(EventKind.position)).first()
        starts_at = clock.now() + timedelta(days=30)
        event = Event(
            slug=SLUG,
            kind=kind,
            title="Matinée d’études : ce que nous changeons lundi",
            summary="Un repérage précoce change le parcours.",
            programme="9 h Accueil\n9 h 20 Ce que disent les recommandations\n10 h 30 Ateliers",
            territory=angers,
            commune=angers,
            venue_name="Maison des associations",
            capacity=100_000,
            status="published",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=3),
            created_at=clock.now(),
            changed_at=clock.now(),
            published_at=clock.now(),
        )
        event.half_days.append(HalfDay(starts_at=event.starts_at, ends_at=event.ends_at))
        db.session.add(event)


@contextmanager
def _bare(folder: Path) -> Iterator[int]:
    environ = {"BARE_DATABASE": str(folder / "bare.sqlite3")}
    code = "from benchmarks.bare import create_database; create_database()"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **environ}, cwd=ROOT, check=True)
    with _gunicorn("benchmarks.bare:app", environ) as port:
        yield port


def _cop(words: list[str], environ: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cop.commands", *words],
        env={**os.environ, **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"cop {' '.join(words)}: {done.stdout}{done.stderr}")


@contextmanager
def _gunicorn(application: str, environ: dict[str, str]) -> Iterator[int]:
    port = _free_port()
    words = [
        "--bind",
        f"127.0.0.1:{port}",
        "--worker-class",
        "gthread",
        "--workers",
        "1",
        "--threads",
        str(CONNECTIONS),
    ]
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            application,
            *words,
            "--keep-alive",
            "30",
            "--log-level",
            "warning",
            "--no-control-socket",
        ],
        env={**os.environ, **environ},
        cwd=ROOT,
    )
    try:
        _wait(port)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing answers on port {port}")
