"""Mails handed to an SMTP server from the outbox, against raw ``smtplib`` on one connection.

Both send the same ready bytes, a real invitation, to the same sink in another process. The bound does nothing
else; the outbox claims each mail in the database before it is sent and keeps its outcome before the next one.
``COP_BENCH_DATABASE_URL`` names a PostgreSQL database (its tables are emptied) to measure there as well.
"""

import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from cop.app import create_app, data_folder
from cop.core import clock, migrations
from cop.core.db import db
from cop.core.settings import load_settings
from cop.core.unit_of_work import unit_of_work
from cop.mail import service, service_delivery
from cop.mail.models import MailBody, MailMessage, Status

NAME = "Outbox"
BOUND = "raw smtplib, one connection, the same ready bytes"
ROOT = Path(__file__).resolve().parents[1]
AIM = 0.35
ROUNDS = 15
MAILS_A_ROUND = 200
SENDER = "contact@cokillaje.example"


def run() -> list[dict[str, Any]]:
    databases = {"SQLite": ""}
    if "COP_BENCH_DATABASE_URL" in os.environ:
        databases["PostgreSQL"] = os.environ["COP_BENCH_DATABASE_URL"]
    with _sink() as port:
        return [_measure(name, url, port) for name, url in databases.items()]


@contextmanager
def _sink() -> Iterator[int]:
    words = [sys.executable, "-m", "benchmarks.smtp_sink"]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        yield int(process.stdout.readline())
        process.stdin.close()


def _measure(name: str, url: str, port: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(_settings(folder, url, port))
        with app.app_context():
            migrations.upgrade(data_folder("migrations"))
            raw = _invitation()
            recipients = [f"p{number}@cabinet.example" for number in range(MAILS_A_ROUND)]
            raw_rounds, outbox_rounds = [], []
            for _ in range(ROUNDS + 1):
                raw_rounds.append(_timed(lambda: _send_raw(port, raw, recipients)))
                _fill(raw, recipients)
                outbox_rounds.append(_timed(lambda: _send_outbox(len(recipients))))
            db.session.remove()
            db.engine.dispose()
    # The first round warms: statements compiled, pages of the database in memory.
    return _row(name, len(raw), raw_rounds[1:], outbox_rounds[1:])


def _settings(folder: str, url: str, port: int) -> Any:
    return load_settings(
        {
            "COP_ENV": "test",
            "COP_SECRET_KEY": "benchmark-only-" + "x" * 32,
            "COP_INSTANCE": folder,
            "COP_DATABASE_URL": url,
            "COP_PUBLIC_URL": "http://localhost",
            "COP_MAIL_TRANSPORT": "smtp",
            "COP_MAIL_SERVER": "127.0.0.1",
            "COP_MAIL_PORT": str(port),
            "COP_MAIL_TLS": "none",
            "COP_MAIL_FROM": SENDER,
        }
    )


def _invitation() -> bytes:
    """One real mail, as it is kept: text, HTML, invitation and attached file."""
    values = {
        "given_name": "Diane",
        "title": "Écrire sans se faire mal",
        "day": "jeudi 14 janvier",
        "when": "jeudi 14 janvier 2027, de 9 h à 12 h 30",
        "half_days": [],
        "place": "Maison des associations, Angers",
        "online_url": "",
        "answers": True,
        "page": "http://localhost/inscription/" + "x" * 60,
        "event_page": "http://localhost/evenements/ecrire",
        "programme": "9 h Accueil\n9 h 30 Ateliers\n12 h Échanges",
    }
    calendar = "BEGIN:VCALENDAR\r\n" + "DESCRIPTION:une ligne de la rencontre\r\n" * 30 + "END:VCALENDAR\r\n"
    with unit_of_work():
        db.session.execute(sa.delete(MailMessage))
        message = service.enqueue(
            "benchmark", "benchmark", "service", "diane@cabinet.example", "Diane Dumas",
            "invitations/mail/confirmation", values, "fr", calendar=(calendar, "REQUEST"),
        )  # fmt: skip
        assert message
        assert message.raw
        return message.raw


def _fill(raw: bytes, recipients: list[str]) -> None:
    """An outbox of mails that are due, beside those already sent."""
    now, start = clock.now(), time.monotonic_ns()
    common = {
        "kind": "benchmark", "category": "service", "priority": 0, "recipient_name": "", "sender": SENDER,
        "subject": "Mesure", "message_id": "<x@localhost>", "status": Status.QUEUED,
        "attempts": 0, "not_before": now, "created_at": now,
    }  # fmt: skip
    with unit_of_work():
        db.session.execute(
            sa.update(MailMessage).where(MailMessage.status == Status.QUEUED).values(status=Status.CANCELLED)
        )
        rows = [{**common, "key": f"{start}:{recipient}", "recipient": recipient} for recipient in recipients]
        db.session.execute(sa.insert(MailMessage), rows)
        queued = db.session.scalars(sa.select(MailMessage.id).where(MailMessage.status == Status.QUEUED))
        bodies = [{"mail_id": mail_id, "text": "", "html": "", "raw": raw} for mail_id in queued]
        db.session.execute(sa.insert(MailBody), bodies)


def _send_raw(port: int, raw: bytes, recipients: list[str]) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as server:
        for recipient in recipients:
            server.sendmail(SENDER, (recipient,), raw)


def _send_outbox(count: int) -> None:
    assert service_delivery.deliver(limit=count) == count


def _timed(act: Callable[[], None]) -> tuple[float, float]:
    """Seconds on the wall and of this process's processor."""
    wall, processor = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - wall, time.process_time() - processor


def _row(name: str, size: int, raw: list[tuple[float, float]], outbox: list[tuple[float, float]]) -> dict[str, Any]:
    ratios = [one[0] / other[0] for one, other in zip(raw, outbox, strict=True)]
    processor = statistics.median(other[1] / one[1] for one, other in zip(raw, outbox, strict=True))
    ratio = statistics.median(ratios)
    per_second = [statistics.median(MAILS_A_ROUND / wall for wall, _ in rounds) for rounds in (outbox, raw)]
    best = [max(MAILS_A_ROUND / wall for wall, _ in rounds) for rounds in (outbox, raw)]
    return {
        "name": f"{NAME}, {name}",
        "bound": BOUND,
        "measured": f"{ratio:.2f}",
        "aim": f"≥ {AIM}",
        "met": ratio >= AIM,
        "details": [
            f"{per_second[0]:.0f}/s against {per_second[1]:.0f}/s, mails of {size / 1024:.1f} kB",
            f"ratios {min(ratios):.2f} to {max(ratios):.2f} over {len(ratios)} rounds of {MAILS_A_ROUND}",
            f"best rounds, the least disturbed: {best[0]:.0f}/s against {best[1]:.0f}/s, {best[0] / best[1]:.2f}",
            f"processor time {processor:.1f} times the bound's",
            f"claimed by {service_delivery.BATCH}, one committed outcome for each mail before the next is sent",
        ],
    }


if __name__ == "__main__":
    for row in run():
        print(row["name"], row["measured"], *row["details"], sep="\n  ")
