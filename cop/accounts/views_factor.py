"""Showing the second factor: after the password or the link, or again before changing what protects the account."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for

from cop.accounts import passwords, queries_factors, service_codes, service_factors, service_passkeys, sign_in
from cop.accounts.forms_factors import CodeForm, PasskeyForm, PasswordAgainForm, RecoveryForm
from cop.accounts.models import Account
from cop.accounts.rules_sessions import Standing
from cop.core import rate_limits
from cop.core.access import signing_in
from cop.core.errors import Refused
from cop.core.forms import Form, refuse
from cop.core.i18n import _
from cop.core.links import local_path
from cop.core.unit_of_work import release

blueprint = Blueprint("second_factor", __name__, url_prefix="/connexion/verification")


@blueprint.get("")
@signing_in
def show() -> str:
    return _page()


@blueprint.post("", endpoint="prove")
@signing_in
def prove() -> Any:
    """One page, several forms: the field that came says which one was sent."""
    found = sign_in.known_visitor()
    way = next((name for name in _WAYS if name in request.form), None)
    if way is None or (way == "password" and found.standing is Standing.TO_PASS):
        return _page(), 422
    make, check, words = _WAYS[way]
    form = make()
    if not form.validate_on_submit():
        return _page(**{way: form}, form=form), 422
    _limit(found.account.id)
    if not check(found.account, form[way].data):
        refuse(form, Refused(words(), None if way == "credential" else way))
        return _page(**{way: form}, form=form), 422
    sign_in.prove_again(passed=way != "password")
    return redirect(local_path(request.form.get("next")) or url_for("security.show"), 303)


@blueprint.post("/cle")
@signing_in
def ask_passkey() -> Response:
    """What the browser asks the device, as JSON."""
    account = sign_in.known_visitor().account
    rate_limits.hit("passkey.ask", str(account.id), limit=30, seconds=900)
    return as_json(service_passkeys.ask_for_known(account))


def as_json(text: str) -> Response:
    return current_app.response_class(text, mimetype="application/json")


def _limit(account_id: int) -> None:
    """A million codes, three of them good at a time: fifty tries a day find one in twenty years."""
    rate_limits.hit("second_factor", str(account_id), limit=6, seconds=900)
    rate_limits.hit("second_factor.day", str(account_id), limit=50, seconds=86_400)


def _page(**forms: Any) -> str:
    found = sign_in.known_visitor()
    empty = {name: way[0](formdata=None) for name, way in _WAYS.items()}
    values = {
        "standing": found.standing,
        "factors": queries_factors.of_account(found.account.id),
        "who": found.account,
        "next": local_path(request.values.get("next")),
    }
    return render_template("accounts/second_factor.html", **{**empty, **forms, **values})


def _code_is_right(account: Account, code: str) -> bool:
    if service_codes.accept(account, code):
        return True
    service_factors.note_failure(account)
    return False


def _recovery_is_right(account: Account, code: str) -> bool:
    if service_factors.use_recovery_code(account, code):
        return True
    service_factors.note_failure(account)
    return False


def _password_is_right(account: Account, password: str) -> bool:
    known = account.password_hash
    release()
    return passwords.matches(known, password)


def _passkey_is_right(account: Account, answer: str) -> bool:
    return service_passkeys.accept(answer, account) is not None


# For each field: its form, what tells whether it is right, and what is said when it is not.
_WAYS: Final[Mapping[str, tuple[Callable[..., Form], Callable[[Account, str], bool], Callable[[], str]]]] = {
    "code": (
        CodeForm,
        _code_is_right,
        lambda: _("This code is not right, or was used already. Wait for the next one."),
    ),
    "recovery": (
        RecoveryForm,
        _recovery_is_right,
        lambda: _("This is none of your recovery codes, or it was used already."),
    ),
    "credential": (
        PasskeyForm,
        _passkey_is_right,
        lambda: _("This passkey was not accepted. Try again, or another way."),
    ),
    "password": (PasswordAgainForm, _password_is_right, lambda: _("This is not your password.")),
}
