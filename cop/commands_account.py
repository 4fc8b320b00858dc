"""``cop account``: the first administrator, who opens the other accounts on screen."""

import click
import sqlalchemy as sa

from cop.accounts import passwords, queries, rules, service, service_factors, service_management
from cop.accounts.models import Account
from cop.accounts.roles import ROLES
from cop.activity.service import COMMAND
from cop.app import create_app
from cop.core import clock, links
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import speaking
from cop.core.unit_of_work import unit_of_work
from cop.territories.models import Territory


@click.group()
def account() -> None:
    """Open accounts from the server's keyboard."""


@account.command()
@click.argument("email")
@click.option("--name", default="", help="First and last name; by default the address.")
@click.option("--role", type=click.Choice(list(ROLES)), help="What the person may do.")
@click.option("--territory", help="Where, as kind:code (department:49, region:52); by default everywhere.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--password", "ask", is_flag=True, help="Ask for a password now. Otherwise a sign-in link is mailed.")
@click.option("--link", "show", is_flag=True, help="Show a sign-in link here, for a site that cannot mail yet.")
def create(
    email: str, name: str, role: str | None, territory: str | None, language: str, ask: bool, show: bool
) -> None:
    """Open an account for EMAIL and give it a role. Repeated, it adds the role to the account that exists."""
    with create_app().app_context(), speaking("en"):
        _check_address(email)
        password_hash = _asked_password(name, email) if ask else None
        with unit_of_work():
            opened = service_management.open_account(email, name or email, COMMAND, language=language, tell=False)
            if password_hash:
                service_management.set_password_hash(opened, password_hash, COMMAND)
            if role:
                place = _territory(territory)
                service_management.give_role(opened, role, place, clock.today(), None, COMMAND)
            _hand_over(opened, ask=ask, show=show)


def _check_address(email: str) -> None:
    if "@" not in email:
        raise Refused(f"“{email}” is not an e-mail address.")


def _asked_password(name: str, email: str) -> str:
    """Hashed before the transaction begins."""
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
    rules.check_password(password, [name, email])
    return passwords.hashed(password)


def _territory(text: str | None) -> int | None:
    if text is None:
        return None
    kind, _, code = text.partition(":")
    found = db.session.scalar(sa.select(Territory.id).where(Territory.kind == kind, Territory.code == code))
    if found is None:
        raise Refused(f"There is no territory “{text}”. Write kind:code, such as department:49 or epci:244900015.")
    return int(found)


def _hand_over(opened: Account, *, ask: bool, show: bool) -> None:
    click.echo(f"{opened.email} may sign in at {links.absolute_url('accounts.sign_in')}")
    if show:
        address = links.absolute_url("accounts.link", token=service.new_link(opened))
        click.echo(f"Sign-in link, once, within 30 minutes: {address}")
    elif not ask:
        service.request_link(opened.email)
        click.echo("A sign-in link was queued; it leaves when the worker runs (cop serve).")


@account.command("reset-factor")
@click.argument("email")
def reset_factor(email: str) -> None:
    """Take the second factor of EMAIL off and end its sessions: for the last administrator, whom nobody can help."""
    with create_app().app_context(), speaking("en"), unit_of_work():
        found = queries.by_email(email)
        if found is None:
            raise Refused(f"There is no account “{email}”.")
        if service_factors.reset(found, COMMAND):
            click.echo(
                f"The second factor of {found.email} is taken off and its sessions ended; a mail tells its owner."
            )
        else:
            click.echo(f"{found.email} has no second factor.")


@account.command("list")
def list_accounts() -> None:
    """Every account, with its roles in force."""
    with create_app().app_context(), speaking("en"), unit_of_work(write=False):
        for shown in queries.all_accounts():
            state = "" if shown.active else "  (suspended)"
            click.echo(f"{shown.email}  {shown.name}{state}")
            for grant in shown.grants:
                place = grant.territory.name if grant.territory else "everywhere"
                until = f" until {grant.ends_on}" if grant.ends_on else ""
                click.echo(f"    {grant.role}, {place}, from {grant.starts_on}{until}")
