"""Opening accounts, giving and taking back roles."""

from datetime import date, timedelta

from cop.accounts import access, mails, queries, rules, service_sessions
from cop.accounts.models import Account, Grant
from cop.accounts.roles import ROLES
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import DEFAULT_LANGUAGE, _l
from cop.territories.models import Territory


def open_account(
    email: str,
    name: str,
    actor: Actor,
    *,
    language: str = DEFAULT_LANGUAGE,
    password_hash: str | None = None,
    tell: bool = True,
) -> Account:
    """The account of this address: a new one, which its owner is told of, or the one that exists."""
    known = queries.by_email(email)
    if known is not None:
        return known
    account = Account(
        email=rules.normalised_email(email),
        name=name.strip(),
        language=language,
        password_hash=password_hash,
        created_at=clock.now(),
    )
    db.session.add(account)
    db.session.flush()
    activity.record(actor, "account.opened", account)
    if tell:
        mails.account_opened(account)
    return account


def set_password_hash(account: Account, password_hash: str, actor: Actor) -> None:
    """A password chosen at the keyboard of the server; sessions under way end."""
    account.password_hash = password_hash
    service_sessions.end_all(account.id)
    activity.record(actor, "account.password_changed", account)
    db.session.flush()


def give_role(
    account: Account,
    role: str,
    territory_id: int | None,
    starts_on: date,
    ends_on: date | None,
    actor: Actor,
    *,
    giver: Account | None = None,
) -> Grant:
    """Give a role on a territory and all it contains. ``giver``: who gives it, ``None`` for a command of the server."""
    if role not in ROLES:
        raise Refused(_l("This role does not exist."), "role")
    if territory_id is not None and db.session.get(Territory, territory_id) is None:
        raise Refused(_l("This territory does not exist."), "territory_id")
    if giver is not None and not queries.may_give_on(giver, territory_id):
        raise Refused(_l("You can give a role only on the territories where you manage accounts."), "territory_id")
    rules.check_period(starts_on, ends_on)
    values = {"role": role, "territory_id": territory_id, "starts_on": starts_on, "ends_on": ends_on}
    twice = queries.same_grant(account, **values, subject="", origin="")
    if twice is not None:  # a double press
        return twice
    grant = Grant(account=account, **values)
    db.session.add(grant)
    db.session.flush()
    access.forget(account)
    activity.record(actor, "account.role_given", account, role=role, territory_id=territory_id)
    return grant


def withdraw_role(grant: Grant, actor: Actor) -> None:
    """Take a role back as of now. The line stays as history, unless it had not begun."""
    if grant.origin:
        raise Refused(
            _l("This role comes with a mandate or a task: it ends with it. Change that one; the role follows.")
        )
    account, today = grant.account, clock.today()
    if grant.role == "administrator" and grant.territory_id is None:
        _keep_one_administrator(account)
    activity.record(actor, "account.role_withdrawn", account, role=grant.role, territory_id=grant.territory_id)
    if grant.starts_on >= today:
        db.session.delete(grant)
    elif grant.ends_on is None or grant.ends_on >= today:
        grant.ends_on = today - timedelta(days=1)
    db.session.flush()
    db.session.expire(account, ["grants"])
    access.forget(account)


def suspend(account: Account, actor: Actor) -> None:
    """Nobody signs in with this account any more, and its sessions end."""
    if not account.active:
        return
    if any(grant.role == "administrator" and grant.territory_id is None for grant in account.grants):
        _keep_one_administrator(account)
    account.active = False
    service_sessions.end_all(account.id)
    activity.record(actor, "account.suspended", account)
    db.session.flush()


def restore(account: Account, actor: Actor) -> None:
    if account.active:
        return
    account.active = True
    activity.record(actor, "account.restored", account)
    db.session.flush()


def _keep_one_administrator(account: Account) -> None:
    """Without anybody who manages accounts, only the server's command line could open the door again."""
    if queries.is_administrator(account) and queries.administrators_in_force() <= 1:
        raise Refused(_l("This is the last account that manages accounts. Give that role to somebody else first."))
