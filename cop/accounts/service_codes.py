"""One-time codes of an application (RFC 6238): its secret is shown once, then each code is good once."""

from typing import Final

import pyotp
import segno
import sqlalchemy as sa
from markupsafe import Markup

from cop.accounts import queries_factors, sealing, service_factors
from cop.accounts.models import Account
from cop.accounts.models_factors import CodeGenerator
from cop.activity.service import Actor
from cop.core import clock, tokens
from cop.core.db import change, db
from cop.core.errors import Refused
from cop.core.i18n import _l

PERIOD: Final = 30


def offer() -> str:
    """A secret to show, as text and as an image; it counts for nothing until its first code comes back."""
    return pyotp.random_base32()


def address(secret: str, account: Account, issuer: str) -> str:
    """What the image says to the application: whose codes, and on which site."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=issuer)


def image(secret: str, account: Account, issuer: str) -> Markup:
    """The same as :func:`address`, to be read by a telephone: an SVG in the page, drawn here and by nobody else."""
    drawn = segno.make(address(secret, account, issuer), error="m", micro=False)
    return Markup(drawn.svg_inline(border=4, light="#fff", svgclass="qr", omitsize=True))  # noqa: S704 - bars and numbers


def set_up(account: Account, sealed: str, code: str, actor: Actor) -> list[str]:
    """Keep the secret that was shown, once the application gives its right code.

    Returns the recovery codes when this is the account's first factor, else nothing.
    """
    secret = sealing.unseal(sealed, account.id, within=sealing.OFFERED_FOR)
    if secret is None:
        raise Refused(_l("This image is more than half an hour old. Scan the new one."), "code")
    if queries_factors.generator(account.id):
        raise Refused(_l("An application of codes is set up already. Remove it first."), "code")
    step = _step_of(secret, code)
    if step is None:
        raise Refused(_l("This is not the code it shows now. Is the time of your telephone set automatically?"), "code")
    first = not queries_factors.has_any(account.id)
    sealed_secret = sealing.seal(secret, account.id)
    db.session.add(
        CodeGenerator(account_id=account.id, sealed_secret=sealed_secret, last_step=step, created_at=clock.now())
    )
    db.session.flush()
    return service_factors.added(account, "codes", actor, first=first)


def accept(account: Account, code: str) -> bool:
    """Whether this is the application's code of now (one period earlier or later too), used for the first time."""
    generator = queries_factors.generator(account.id)
    secret = sealing.unseal(generator.sealed_secret, account.id) if generator else None
    step = _step_of(secret, code) if secret else None
    if generator is None or step is None or step <= generator.last_step:
        return False
    # Two presses at once: one of them moves the mark.
    mark = sa.update(CodeGenerator).where(CodeGenerator.id == generator.id, CodeGenerator.last_step < step)
    return change(mark.values(last_step=step)) == 1


def _step_of(secret: str, code: str) -> int | None:
    """The period whose code this is, among the present one and its two neighbours."""
    typed = "".join(character for character in code if character.isdecimal())
    now = int(clock.now().timestamp()) // PERIOD
    generator = pyotp.TOTP(secret)
    return next((step for step in (now, now - 1, now + 1) if tokens.same(generator.generate_otp(step), typed)), None)


def remove(account: Account, actor: Actor) -> None:
    if queries_factors.generator(account.id) is None:
        return
    service_factors.check_may_lose_one(account)
    if change(sa.delete(CodeGenerator).where(CodeGenerator.account_id == account.id)):
        service_factors.removed(account, "codes", actor)
