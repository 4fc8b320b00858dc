"""The mails about accounts."""

from datetime import datetime

from cop.accounts.models import Account
from cop.accounts.rules import LINK_LIFETIME
from cop.core import clock, links, tokens
from cop.mail import service as mail


def sign_in_link(
    key: str, email: str, name: str, language: str, token: str, expires_at: datetime, back: str | None
) -> None:
    """The one-time link; worthless once it has expired, so it is not sent after."""
    mail.enqueue(
        key,
        "accounts.sign_in_link",
        "service",
        email,
        name,
        "accounts/mail/sign_in_link",
        {
            "name": name,
            "url": links.absolute_url("accounts.link", token=token, next=back),
            "minutes": int(LINK_LIFETIME.total_seconds() // 60),
            "expires_at": expires_at,
        },
        language,
        expires_at=expires_at,
    )


def account_opened(account: Account) -> None:
    """Somebody gave this person an account: where to sign in."""
    mail.enqueue(
        f"account:{account.id}:opened",
        "accounts.account_opened",
        "service",
        account.email,
        account.name,
        "accounts/mail/account_opened",
        {"name": account.name, "email": account.email, "url": links.absolute_url("accounts.sign_in")},
        account.language,
    )


def password_changed(account: Account) -> None:
    """Said at once, so that a change made by somebody else does not stay unseen."""
    mail.enqueue(
        f"account:{account.id}:password:{tokens.digest(account.password_hash or '')[:20]}",
        "accounts.password_changed",
        "service",
        account.email,
        account.name,
        "accounts/mail/password_changed",
        {"name": account.name, "url": links.absolute_url("accounts.sign_in")},
        account.language,
    )


def second_factor(account: Account, what: str, **values: int) -> None:
    """Something changed in how this person proves who they are: said at once, as for a password."""
    mail.enqueue(
        f"account:{account.id}:second_factor:{what}:{clock.now().timestamp()}",
        "accounts.second_factor",
        "service",
        account.email,
        account.name,
        "accounts/mail/second_factor",
        {"name": account.name, "what": what, "left": values.get("left", 0), "url": links.absolute_url("security.show")},
        account.language,
    )
