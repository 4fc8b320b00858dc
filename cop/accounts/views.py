"""Signing in and out, and one's own account. ``views_management``: other people's."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from cop.accounts import (
    access,
    queries,
    service,
    service_passkeys,
    service_sessions,
    sign_in,
    views_factor,
    views_management,
    views_security,
)
from cop.accounts.forms import ChangePasswordForm, ChoosePasswordForm, LinkForm, PasswordSignInForm, ProfileForm
from cop.accounts.forms_factors import PasskeyForm
from cop.accounts.models import Account
from cop.accounts.rules import normalised_email
from cop.core import rate_limits
from cop.core.access import Permission, public, signed_in
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.core.links import local_path

blueprint = Blueprint("accounts", __name__)
BLUEPRINTS: Final = (
    blueprint,
    views_factor.blueprint,
    views_security.blueprint,
    views_management.blueprint,
)

_ARRIVALS: Final = (
    (Permission.EVENT_READ, "events.desk"),
    (Permission.STATISTICS_READ, "statistics.engagement"),
    (Permission.ACCOUNT_MANAGE, "account_management.index"),
)


@blueprint.get("/connexion", endpoint="sign_in")
@public
def show_sign_in() -> Any:
    found = sign_in.visitor()
    return redirect(_arrival(found.account), 303) if found else _sign_in_page()


@blueprint.post("/connexion", endpoint="sign_in_post")
@public
def do_sign_in() -> Any:
    """One page, two forms: the field that came says which one was sent."""
    return _mail_link() if "link-email" in request.form else _check_password()


def _sign_in_page(**forms: Any) -> str:
    values = {
        "password_form": PasswordSignInForm(formdata=None),
        "link_form": LinkForm(formdata=None, prefix="link"),
        "passkey_form": PasskeyForm(formdata=None),
    }
    back = local_path(request.values.get("next"))
    return render_template("accounts/sign_in.html", **{**values, **forms}, next=back)


def _check_password() -> Any:
    form = PasswordSignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(password_form=form, form=form), 422
    rate_limits.hit("sign_in.from", request.remote_addr or "", limit=30, seconds=900)
    rate_limits.hit("sign_in.account", normalised_email(form.email.data), limit=10, seconds=900)
    account = service.sign_in_with_password(form.email.data, form.password.data)
    if account is None:
        refuse(form, Refused(_("This address and this password do not go together.")))
        return _sign_in_page(password_form=form, form=form), 422
    sign_in.start(account, by="password")
    return redirect(_arrival(account), 303)


def _mail_link() -> Any:
    form = LinkForm(prefix="link")
    if not form.validate_on_submit():
        return _sign_in_page(link_form=form, form=form), 422
    rate_limits.hit("sign_in_link.from", request.remote_addr or "", limit=20, seconds=3600)
    rate_limits.hit("sign_in_link.account", normalised_email(form.email.data), limit=3, seconds=900)
    service.request_link(form.email.data, local_path(request.form.get("next")))
    return redirect(url_for("accounts.link_sent"), 303)


def _arrival(account: Account) -> str:
    """Where they were going, or the first page their rights open; first to the second factor, if there is one."""
    found = (endpoint for permission, endpoint in _ARRIVALS if access.has_anywhere(account, permission))
    back = local_path(request.values.get("next"))
    return sign_in.onward(back or url_for(next(found, "registrations.mine")))


@blueprint.get("/connexion/lien-envoye")
@public
def link_sent() -> str:
    return render_template("accounts/link_sent.html")


@blueprint.get("/connexion/lien/<token>")
@public
def link(token: str) -> Any:
    """Mail scanners follow every link: this shows a button, the button signs in."""
    good = queries.link_is_good(token)
    page = render_template("accounts/link.html", token=token, good=good, next=local_path(request.args.get("next")))
    return page, 200 if good else 410


@blueprint.post("/connexion/lien/<token>")
@public
def use_link(token: str) -> Any:
    rate_limits.hit("sign_in_link.use", request.remote_addr or "", limit=60, seconds=900)
    account = service.spend_link(token)
    if account is None:
        return render_template("accounts/link.html", token=token, good=False, next=None), 410
    sign_in.start(account, by="link")
    return redirect(_arrival(account), 303)


@blueprint.post("/connexion/cle/demande")
@public
def ask_passkey() -> Any:
    """What the browser asks the devices at hand, as JSON: any key they have for this site."""
    rate_limits.hit("passkey.ask.from", request.remote_addr or "", limit=60, seconds=900)
    return views_factor.as_json(service_passkeys.ask_for_known(None))


@blueprint.post("/connexion/cle")
@public
def use_passkey() -> Any:
    form = PasskeyForm()
    rate_limits.hit("sign_in.from", request.remote_addr or "", limit=30, seconds=900)
    account = service_passkeys.accept(form.credential.data or "", None) if form.validate_on_submit() else None
    if account is None:
        refuse(form, Refused(_("This passkey was not accepted. Try again, or another way.")))
        return _sign_in_page(passkey_form=form, form=form), 422
    service.note_sign_in(account, by="passkey")
    sign_in.start(account, by="passkey")
    return redirect(_arrival(account), 303)


@blueprint.post("/deconnexion")
@public
def sign_out() -> Any:
    """On this browser, or with ``everywhere`` on all of them."""
    found = sign_in.visitor()
    if found and "everywhere" in request.form:
        service_sessions.end_all(found.account.id)
    sign_in.end()
    flash(_("You are signed out."), "done")
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.get("/moi/compte")
@signed_in
def profile() -> Any:
    return _profile_page()


@blueprint.post("/moi/compte")
@signed_in
def change_profile() -> Any:
    form = ProfileForm()
    if not form.validate_on_submit():
        return _profile_page(profile_form=form, form=form), 422
    account = _me()
    service.change_profile(account, form.name.data, form.language.data, sign_in.actor())
    flash(_("Your account was changed."), "done")
    return redirect(url_for("accounts.profile"), 303)


@blueprint.post("/moi/compte/mot-de-passe")
@signed_in
def change_password() -> Any:
    account = _me()
    form = _password_form(account)
    if not form.validate_on_submit():
        return _profile_page(password_form=form, form=form), 422
    rate_limits.hit("password", str(account.id), limit=10, seconds=900)
    current = form.current.data if isinstance(form, ChangePasswordForm) else None
    try:
        service.change_password(
            account.id, current, form.password.data, sign_in.actor(), session_id=sign_in.known_visitor().session_id
        )
    except Refused as refused:
        refuse(form, refused)
        return _profile_page(password_form=form, form=form), 422
    sign_in.prove_again(passed=False)
    flash(_("Your password was changed. Other devices are signed out."), "done")
    return redirect(url_for("accounts.profile"), 303)


def _me() -> Account:
    return sign_in.known_visitor().account


def _password_form(account: Account) -> ChoosePasswordForm:
    """The present password is asked for, unless there is none or its owner has just proved to read the mails."""
    if account.password_hash is None or sign_in.known_visitor().just_came_by_link:
        return ChoosePasswordForm()
    return ChangePasswordForm()


def _profile_page(**forms: Any) -> str:
    account = _me()
    values = {"profile_form": ProfileForm(formdata=None, obj=account), "password_form": _password_form(account)}
    return render_template("accounts/profile.html", **{**values, **forms}, me=account)
