"""One's own second factors and the devices one is signed in on."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from cop.accounts import (
    queries_factors,
    queries_sessions,
    sealing,
    service_codes,
    service_factors,
    service_passkeys,
    service_sessions,
    sign_in,
)
from cop.accounts.forms_factors import NewPasskeyForm, SetUpCodesForm
from cop.accounts.rules_sessions import Standing
from cop.accounts.service_recovery import HOW_MANY
from cop.accounts.views_factor import as_json
from cop.core import rate_limits
from cop.core.access import securing, signed_in
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _n
from cop.core.links import local_path
from cop.host import queries as host

blueprint = Blueprint("security", __name__, url_prefix="/moi/securite")


@blueprint.get("")
@securing
def show() -> str:
    return _page()


def _page(**forms: Any) -> str:
    found = sign_in.known_visitor()
    return render_template(
        "accounts/security.html",
        **{"new_passkey": NewPasskeyForm(formdata=None), **forms},
        required=found.standing is Standing.TO_SET_UP,
        factors=queries_factors.of_account(found.account.id),
        how_many=HOW_MANY,
        sessions=queries_sessions.in_use(found.account),
        this_session=found.session_id,
        next=local_path(request.values.get("next")),
        who=found.account,
    )


def _back() -> Any:
    return redirect(url_for("security.show"), 303)


def _must_prove() -> Any:
    """The answer that asks again who this is, unless they have just shown it."""
    if sign_in.known_visitor().just_proved:
        return None
    path = url_for("security.show", next=local_path(request.values.get("next")))
    return redirect(url_for("second_factor.show", next=path), 303)


def _codes_page(codes: list[str]) -> Any:
    """Recovery codes, this once; without any, back to the page of security, or where one was going."""
    onward = local_path(request.values.get("next"))
    if not codes:
        return redirect(onward or url_for("security.show"), 303)
    return render_template("accounts/recovery_codes.html", codes=codes, next=onward)


# --- The application of codes


@blueprint.get("/application")
@securing
def offer_codes() -> Any:
    sealed = sealing.seal(service_codes.offer(), sign_in.known_visitor().account.id)
    return _must_prove() or _codes_form(SetUpCodesForm(formdata=None, sealed=sealed))


def _codes_form(codes_form: SetUpCodesForm, **values: Any) -> str:
    account = sign_in.known_visitor().account
    secret = sealing.unseal(codes_form.sealed.data or "", account.id) or ""
    issuer = host.current_host()
    return render_template(
        "accounts/set_up_codes.html",
        codes_form=codes_form,
        image=service_codes.image(secret, account, issuer.name if issuer else "cop") if secret else "",
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        next=local_path(request.values.get("next")),
        **values,
    )


@blueprint.post("/application")
@securing
def set_up_codes() -> Any:
    if refused := _must_prove():
        return refused
    form = SetUpCodesForm()
    if not form.validate_on_submit():
        return _codes_form(form, form=form), 422
    found = sign_in.known_visitor()
    rate_limits.hit("second_factor.set_up", str(found.account.id), limit=20, seconds=900)
    try:
        codes = service_codes.set_up(found.account, form.sealed.data, form.code.data, found.actor)
    except Refused as refusal:
        refuse(form, refusal)
        return _codes_form(form, form=form), 422
    sign_in.prove_again(passed=True)
    flash(_("The application of codes is set up."), "done")
    return _codes_page(codes)


@blueprint.post("/application/retirer")
@signed_in
def remove_codes() -> Any:
    found = sign_in.known_visitor()
    return _must_prove() or _done(
        lambda: service_codes.remove(found.account, found.actor), _("The application of codes is taken off.")
    )


def _done(act: Any, words: str) -> Any:
    """Do it, or say why not; either way back to the page."""
    try:
        act()
    except Refused as refused:
        flash(str(refused.message), "refused")
    else:
        flash(words, "done")
    return _back()


# --- Passkeys


@blueprint.post("/cle/demande")
@securing
def ask_passkey() -> Response:
    """What the browser hands to the device, as JSON."""
    found, organisation = sign_in.known_visitor(), host.current_host()
    rate_limits.hit("passkey.new", str(found.account.id), limit=30, seconds=900)
    return as_json(service_passkeys.ask_for_new(found.account, organisation.name if organisation else "cop"))


@blueprint.post("/cle")
@securing
def add_passkey() -> Any:
    if refused := _must_prove():
        return refused
    form, found = NewPasskeyForm(), sign_in.known_visitor()
    try:
        if not form.validate_on_submit():
            return _page(new_passkey=form, form=form), 422
        codes = service_passkeys.add(found.account, form.credential.data or "", form.name.data, found.actor)
    except Refused as refusal:
        refuse(form, refusal)
        return _page(new_passkey=form, form=form), 422
    sign_in.prove_again(passed=True)
    flash(_("The passkey is added."), "done")
    return _codes_page(codes)


@blueprint.post("/cle/<int:passkey_id>/retirer")
@signed_in
def remove_passkey(passkey_id: int) -> Any:
    return _must_prove() or _done(lambda: _remove(passkey_id), _("The passkey is taken off."))


def _remove(passkey_id: int) -> None:
    found = sign_in.known_visitor()
    if not service_passkeys.remove(found.account, passkey_id, found.actor):
        raise NotFound


@blueprint.post("/codes-de-secours")
@signed_in
def renew_recovery_codes() -> Any:
    if refused := _must_prove():
        return refused
    found = sign_in.known_visitor()
    if not queries_factors.has_any(found.account.id):
        return _back()
    return _codes_page(service_factors.renew_recovery_codes(found.account, found.actor))


# --- Devices


@blueprint.post("/appareils/deconnecter")
@signed_in
def end_others() -> Any:
    found = sign_in.known_visitor()
    ended = service_factors.end_other_sessions(found.account, found.session_id, found.actor)
    flash(_n("%(num)s other device is signed out.", "%(num)s other devices are signed out.", ended), "done")
    return _back()


@blueprint.post("/appareils/<int:session_id>/deconnecter")
@signed_in
def end_session(session_id: int) -> Any:
    if not service_sessions.end(sign_in.known_visitor().account.id, session_id):
        raise NotFound
    flash(_("That device is signed out."), "done")
    return _back()
