"""``cop check``: is this installation well? In plain words, with an exit code for programs."""

import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import click
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from cop.admin import queries
from cop.admin.rules import State
from cop.app import create_app, data_folder
from cop.core import clock, links, migrations
from cop.core.db import db
from cop.core.i18n import speaking
from cop.core.settings import Settings, current_settings, load_settings
from cop.core.unit_of_work import unit_of_work
from cop.mail.transport import VerifiedConnection
from cop.registrations import queries_seats

Finding = tuple[State, str, str]

_MARKS: Final = {State.GOOD: "ok   ", State.WARN: "look ", State.BAD: "FAULT"}
_DRIFT: Final = timedelta(seconds=5)


@click.command()
def check() -> None:
    """Look at settings, database, mail, clock and jobs. Exit code 0: all is well, or only worth a look; 1: a fault."""
    settings = load_settings(os.environ)
    states = [_say((State.GOOD, "Settings", f"right, for {settings.env} at {settings.public_url}"))]
    with create_app(settings).app_context(), speaking("en"):
        for look in (_database, _clock, _mail, _seats, _rest):
            states += [_say(finding) for finding in _guarded(look)]
    sys.exit(1 if State.BAD in states else 0)


def _say(finding: Finding) -> State:
    state, title, words = finding
    click.echo(f"{_MARKS[state]} {title}: {words}")
    return state


def _guarded(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """One thing that cannot be looked at does not hide the others."""
    try:
        yield from look()
    except SQLAlchemyError as error:
        yield State.BAD, "Database", f"it does not answer: {str(error).splitlines()[0]}"


def _database() -> Iterator[Finding]:
    address = db.engine.url.render_as_string(hide_password=True)
    standing, heads = migrations.current(), migrations.heads(data_folder("migrations"))
    if standing is None:
        yield State.BAD, "Database", f"{address} is empty. Make its tables: cop migrate"
    elif [standing] != heads:
        yield State.BAD, "Database", f"{address} stands at {standing}, not {heads[0]}. Bring it up to date: cop migrate"
    else:
        yield State.GOOD, "Database", f"{address} answers and is up to date ({standing})"


def _clock() -> Iterator[Finding]:
    here = f"{clock.local(clock.now()):%d/%m/%Y %H:%M:%S} in Paris"
    if db.engine.dialect.name != "postgresql":
        yield State.GOOD, "Clock", f"it says {here}; the database has no clock of its own"
        return
    with db.engine.connect() as connection:
        theirs: datetime = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    gap = abs(clock.now() - theirs.astimezone(UTC))
    if gap > _DRIFT:
        yield (
            State.BAD,
            "Clock",
            f"it says {here}, {gap.total_seconds():.0f} s away from the database's: set both by NTP",
        )
    else:
        yield State.GOOD, "Clock", f"it says {here}, as the database does"


def _mail() -> Iterator[Finding]:
    settings = current_settings()
    if settings.mail_transport not in {"smtp", "redirect"}:
        state = State.BAD if settings.production else State.GOOD
        yield state, "Mail", f"transport “{settings.mail_transport}”: mails are kept, none leaves"
        return
    server = f"{settings.mail_server}:{settings.mail_port}"
    try:
        _greet(settings)
    except OSError as error:  # what smtplib raises is one, and so is a certificate that does not hold
        yield State.BAD, "Mail", f"{server} cannot be used ({type(error).__name__}: {error})"
        return
    secured = "without TLS" if settings.mail_tls == "none" else f"over verified TLS ({settings.mail_tls})"
    yield State.GOOD, "Mail", f"{server} answers {secured}" + (", signed in" if settings.mail_username else "")
    if settings.mail_transport == "redirect":
        yield State.WARN, "Mail", f"every mail goes to {settings.mail_redirect_to}, none to people"


def _greet(settings: Settings) -> None:
    """Connect, encrypt, sign in, take leave: everything but a mail."""
    server = VerifiedConnection(settings, links.public_host()).configure_host()
    server.quit()


def _seats() -> Iterator[Finding]:
    """The counters that give seats, against the registrations they count."""
    with unit_of_work(write=False):
        wrong = queries_seats.wrong_counters()
    if wrong:
        numbers = ", ".join(str(number) for number in wrong[:10])
        yield State.BAD, "Seats", f"{len(wrong)} events do not count what their registrations say: {numbers}"
    else:
        yield State.GOOD, "Seats", "every event counts its registrations right"


def _rest() -> Iterator[Finding]:
    """What the page of the system's health says: worker, jobs, outbox, register extract."""
    with unit_of_work(write=False):
        for found in queries.health(clock.now()):
            if found.code != "database":
                yield found.state, found.title, f"{found.words} {found.advice}".strip()
