"""What is alike for all second factors: who is told, what is kept in the log, and how they are taken off."""

import sqlalchemy as sa

from cop.accounts import access, mails, queries_factors, service_recovery, service_sessions
from cop.accounts.models import Account
from cop.accounts.models_factors import CodeGenerator, Passkey, PasskeyChallenge
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import change, db
from cop.core.errors import Refused
from cop.core.i18n import _l


def added(account: Account, what: str, actor: Actor, *, first: bool) -> list[str]:
    """A factor was added (``what``: "codes", "passkey"). With the first come recovery codes, returned to be shown."""
    codes = service_recovery.make(account.id) if first else []
    activity.record(actor, "account.factor_added", account, what=what)
    mails.second_factor(account, f"{what}_added")
    return codes


def check_may_lose_one(account: Account) -> None:
    """Raises ``Refused`` when it is the last one, and this account may not be without."""
    found = queries_factors.of_account(account.id)
    if access.needs_second_factor(account) and len(found.passkeys) + bool(found.generator) <= 1:
        raise Refused(_l("Your role needs a second factor, and this is the last one. Add another one first."))


def removed(account: Account, what: str, actor: Actor) -> None:
    """A factor was taken off; without any, recovery codes replace nothing and no session has passed one."""
    if not queries_factors.has_any(account.id):
        service_recovery.forget(account.id)
        service_sessions.ask_again(account.id)
    activity.record(actor, "account.factor_removed", account, what=what)
    mails.second_factor(account, f"{what}_removed")


def renew_recovery_codes(account: Account, actor: Actor) -> list[str]:
    codes = service_recovery.make(account.id)
    activity.record(actor, "account.recovery_codes_renewed", account)
    mails.second_factor(account, "recovery_renewed")
    return codes


def use_recovery_code(account: Account, typed: str) -> bool:
    """Whether the code is good, for this once; its owner is told, since a code may have been found by another."""
    if not service_recovery.use(account.id, typed):
        return False
    left = queries_factors.of_account(account.id).recovery_left
    activity.record(Actor("account", account.id), "account.recovery_code_used", account)
    mails.second_factor(account, "recovery_used", left=left)
    return True


def reset(account: Account, actor: Actor) -> bool:
    """Take every factor off and end every session, for somebody who lost their device; whether there was any."""
    if not queries_factors.has_any(account.id):
        return False
    for kind in (CodeGenerator, Passkey, PasskeyChallenge):
        db.session.execute(sa.delete(kind).where(kind.account_id == account.id))
    service_recovery.forget(account.id)
    service_sessions.end_all(account.id)
    activity.record(actor, "account.factors_reset", account)
    mails.second_factor(account, "reset")
    return True


def note_failure(account: Account) -> None:
    """Keep that a wrong factor was shown; in a transaction of its own, since what is refused is rolled back."""
    account_id = account.id
    db.session.rollback()
    activity.record_apart(Actor("account", account_id), "account.second_factor_failed", "account", account_id)


def end_other_sessions(account: Account, session_id: int, actor: Actor) -> int:
    ended = service_sessions.end_all(account.id, but=session_id)
    if ended:
        activity.record(actor, "account.sessions_ended", account, ended=ended)
    return ended


def forget_challenges() -> int:
    """Delete the challenges nobody answered."""
    return change(sa.delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < clock.now()))
