"""``cop migrate``, ``cop init``, ``cop demo``: bringing a database to life."""

import sys
from time import monotonic
from typing import Final

import click

from cop.app import create_app, data_folder
from cop.core import links, migrations
from cop.core.i18n import speaking
from cop.core.settings import current_settings
from cop.core.unit_of_work import unit_of_work
from cop.host import queries as host


@click.command()
def migrate() -> None:
    """Bring the database to the present schema. An SQLite file that holds data is copied first."""
    with create_app().app_context():
        _migrate()
        click.echo(f"The database is up to date ({migrations.current()}).")


def _migrate() -> None:
    copy = migrations.upgrade_with_copy(data_folder("migrations"))
    if copy:
        click.echo(f"The database was copied before its migration: {copy}", err=True)


@click.command()
@click.option("--preset", required=True, help="Kind of organisation; an unknown name lists them.")
def init(preset: str) -> None:
    """Make this installation the organisation of a preset. Repeated, it only adds what is missing."""
    from cop.presets import loader

    with create_app().app_context(), speaking("en"):
        _migrate()
        with unit_of_work():
            name = loader.apply(preset).name
        click.echo(f"{name} is set up.")
        if not _has_accounts():
            click.echo("Next: cop account create ADDRESS --role administrator")


@click.command()
@click.option("--preset", default="cokillaje", show_default=True, help="Kind of organisation to live.")
def demo(preset: str) -> None:
    """Fill an empty database with a small believable community."""
    with create_app().app_context():
        _migrate()
        if not _load_demo(preset):
            raise click.ClickException("this database is not empty: the demonstration would mix with real people.")
        for line in _demo_accounts():
            click.echo(line)


def _load_demo(preset: str = "cokillaje") -> bool:
    """Load the demonstration into a database that holds no organisation yet."""
    if host.current_host() is not None:
        return False
    from cop import demo as community

    community.load(Progress(), preset)
    return True


class Progress:
    """Says what is being loaded, and how far: silence looks like a hang."""

    WORDS: Final = {
        "territories": "territories and professions",
        "register": "a made-up register extract",
        "life": "a year and a half of events",
    }

    def __init__(self) -> None:
        self.at = monotonic()
        self.phase = ""

    def __call__(self, phase: str, share: float) -> None:
        if phase != self.phase:
            self._close()
            self.phase, self.at = phase, monotonic()
            if phase in self.WORDS:
                click.echo(f"  · {self.WORDS[phase]} … ", nl=False, err=True)
        elif sys.stderr.isatty():
            click.echo(f"\r  · {self.WORDS[phase]} … {share:4.0%} ", nl=False, err=True)

    def _close(self) -> None:
        if self.phase in self.WORDS:
            click.echo(f"{monotonic() - self.at:.1f} s", err=True)


@click.command(hidden=True)
def prepare() -> None:
    """What ``cop serve`` does before serving. Says on the standard output what to tell once the site answers."""
    with create_app().app_context():
        _migrate()
        if current_settings().demo:
            _load_demo()
        for line in _welcome():
            click.echo(line)


def _welcome() -> list[str]:
    settings = current_settings()
    organisation = host.current_host()
    lines = ["", f"  {organisation.name if organisation else 'Community of practice'} — {settings.public_url}"]
    if organisation is None:
        lines.append("  Not set up yet:  cop init --preset NAME")
    if settings.demo:
        lines += _demo_accounts()
    if settings.mail_transport == "preview":
        lines += [f"  Outgoing mails are kept, not sent. Read them: {links.absolute_url('mail.mailbox')}"]
    return [*lines, "  Ctrl-C stops everything; the data stay.", ""]


def _demo_accounts() -> list[str]:
    from cop import demo as community

    return [
        "  Accounts:",
        *(f"    {email:30} {password:28} {words}" for email, password, words in community.accounts()),
    ]


def _has_accounts() -> bool:
    from cop.accounts import queries as accounts

    return accounts.administrators_in_force() > 0
