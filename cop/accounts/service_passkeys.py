"""Passkeys (WebAuthn level 3): made on a device, unlocked there by a gesture of their owner, checked here.

Always with user verification: the device and the gesture are two factors, so a passkey signs in by itself. Only the
site named by ``COP_PUBLIC_URL`` may ask for them: a copy of it elsewhere gets no answer, which no code can claim.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import urlsplit

import sqlalchemy as sa
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers import parse_authentication_credential_json as parse_answer
from webauthn.helpers import parse_registration_credential_json as parse_new_key
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from cop.accounts import queries_factors, service_factors
from cop.accounts.models import Account
from cop.accounts.models_factors import Passkey, PasskeyChallenge
from cop.activity.service import Actor
from cop.core import clock, tokens
from cop.core.db import change, db
from cop.core.errors import Refused
from cop.core.i18n import _, _l
from cop.core.settings import current_settings

PATIENCE: Final = timedelta(minutes=5)
MOST: Final = 20  # of one account: more are a mistake
# What a hostile answer makes the library raise, besides its own refusals.
_NONSENSE: Final = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError)


@dataclass(frozen=True, slots=True)
class _Site:
    """What a key is bound to: the name of the site, and where its pages come from."""

    name: str
    origin: str


def _site() -> _Site:
    parts = urlsplit(current_settings().public_url)
    return _Site(parts.hostname or "localhost", f"{parts.scheme}://{parts.netloc}")


def ask_for_new(account: Account, site_title: str) -> str:
    """What the browser hands to the device to make a key, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=_site().name,
        rp_name=site_title,
        user_id=_handle(account.id),
        user_name=account.email,
        user_display_name=account.name,
        timeout=_milliseconds(),
        exclude_credentials=_descriptors(account.id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    _remember(options.challenge, account.id)
    return webauthn.options_to_json(options)


def add(account: Account, answer: str, name: str, actor: Actor) -> list[str]:
    """Keep the key the device made. Returns the recovery codes when it is the account's first factor."""
    try:
        given = parse_new_key(answer)
        challenge = parse_client_data_json(given.response.client_data_json).challenge
        key = webauthn.verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=_site().name,
            expected_origin=_site().origin,
            require_user_verification=True,
        )
    except _NONSENSE as error:
        raise Refused(_l("This passkey was not accepted. Try again, or use an application of codes.")) from error
    credential_id = bytes_to_base64url(key.credential_id)
    known = queries_factors.passkeys(account.id)
    if _by_credential(credential_id) or len(known) >= MOST:
        raise Refused(_l("This passkey is known already."))
    _spend(challenge, account.id)
    first = not queries_factors.has_any(account.id)
    values = {"credential_id": credential_id, "public_key": key.credential_public_key, "sign_count": key.sign_count}
    title = name[:60] or _("Passkey no. %(number)s", number=len(known) + 1)
    db.session.add(Passkey(account_id=account.id, name=title, created_at=clock.now(), **values))
    db.session.flush()
    return service_factors.added(account, "passkey", actor, first=first)


def ask_for_known(account: Account | None) -> str:
    """What the browser hands to the device to use a key, as JSON; without account, any key it has for this site."""
    options = webauthn.generate_authentication_options(
        rp_id=_site().name,
        timeout=_milliseconds(),
        allow_credentials=_descriptors(account.id) if account else [],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _remember(options.challenge, account.id if account else None)
    return webauthn.options_to_json(options)


def accept(answer: str, account: Account | None) -> Account | None:
    """The account whose key answered, ``None`` when the answer is not good. ``account``: it must be this one's."""
    key = _key_of(answer)
    if key is None or (account is not None and key.account_id != account.id):
        return None
    owner = db.session.get_one(Account, key.account_id)
    try:
        given = parse_answer(answer)
        challenge = parse_client_data_json(given.response.client_data_json).challenge
        checked = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=_site().name,
            expected_origin=_site().origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
        if not owner.active:
            return None
        _spend(challenge, account.id if account else None)
    except (*_NONSENSE, Refused):
        service_factors.note_failure(owner)
        return None
    key.sign_count, key.last_used_at = checked.new_sign_count, clock.now()
    db.session.flush()
    return owner


def _key_of(answer: str) -> Passkey | None:
    try:
        return _by_credential(bytes_to_base64url(parse_answer(answer).raw_id))
    except _NONSENSE:
        return None


def _by_credential(credential_id: str) -> Passkey | None:
    return db.session.scalar(sa.select(Passkey).where(Passkey.credential_id == credential_id))


def remove(account: Account, passkey_id: int, actor: Actor) -> bool:
    """Whether the account had this key; it is taken off."""
    mine = (Passkey.id == passkey_id, Passkey.account_id == account.id)
    if db.session.scalar(sa.select(Passkey.id).where(*mine)) is None:
        return False
    service_factors.check_may_lose_one(account)
    change(sa.delete(Passkey).where(*mine))
    service_factors.removed(account, "passkey", actor)
    return True


def _descriptors(account_id: int) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id))
        for key in queries_factors.passkeys(account_id)
    ]


def _handle(account_id: int) -> bytes:
    """What the device keeps to know the account by: no number, no name (WebAuthn, 14.6.1)."""
    secret = current_settings().secret_key
    return blake2b(f"{secret}:{account_id}".encode(), digest_size=32, person=b"cop.passkey").digest()


def _milliseconds() -> int:
    return int(PATIENCE.total_seconds() * 1000)


def _remember(challenge: bytes, account_id: int | None) -> None:
    challenge_hash = tokens.digest(bytes_to_base64url(challenge))
    expires_at = clock.now() + PATIENCE
    db.session.add(PasskeyChallenge(account_id=account_id, challenge_hash=challenge_hash, expires_at=expires_at))
    db.session.flush()


def _spend(challenge: bytes, account_id: int | None) -> None:
    """Use up a challenge we gave, once; raises ``Refused`` when it is not ours, is too old or was answered before."""
    given: tuple[Any, ...] = (
        PasskeyChallenge.challenge_hash == tokens.digest(bytes_to_base64url(challenge)),
        PasskeyChallenge.account_id.is_(None) if account_id is None else PasskeyChallenge.account_id == account_id,
        PasskeyChallenge.expires_at > clock.now(),
    )
    there = db.session.scalar(sa.select(PasskeyChallenge.id).where(*given))
    if there is None or change(sa.delete(PasskeyChallenge).where(PasskeyChallenge.id == there)) != 1:
        raise Refused(_l("It took too long. Try again."))
