"""Who has an account, with which roles, where and until when."""

from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for

from cop.accounts import access, queries, queries_factors, service_factors, service_management
from cop.accounts.forms import OpenAccountForm, RoleForm
from cop.accounts.models import Account
from cop.accounts.roles import ROLES
from cop.accounts.sign_in import actor, current_account
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _, label

FormT = TypeVar("FormT", bound=RoleForm)
blueprint = Blueprint("account_management", __name__, url_prefix="/administration/comptes")


def _viewer() -> Account:
    account = current_account()
    if account is None:
        raise NotFound
    return account


def _offered(form: FormT) -> FormT:
    viewer = _viewer()
    everywhere = access.can_everywhere(viewer, Permission.ACCOUNT_MANAGE)
    form.offer(queries.mission_territories(viewer), everywhere=everywhere)
    return form


def _page(template: str, **values: Any) -> str:
    return render_template(template, roles=ROLES, today=clock.today(), **values)


def _back(account_id: int) -> Any:
    return redirect(url_for("account_management.show", account_id=account_id), 303)


@blueprint.get("")
@requires(Permission.ACCOUNT_MANAGE)
def index() -> str:
    search = request.args.get("q", "").strip()
    accounts = queries.page_of_accounts(_viewer(), request.args.get("page", 1, type=int), search)
    secured = queries_factors.having_one([account.id for account in accounts.items])
    return _page("accounts/list.html", accounts=accounts, search=search, in_force=access.in_force, secured=secured)


@blueprint.get("/nouveau")
@requires(Permission.ACCOUNT_MANAGE)
def create() -> str:
    return _page("accounts/form.html", form=_offered(OpenAccountForm(formdata=None, starts_on=clock.today())))


@blueprint.post("/nouveau")
@requires(Permission.ACCOUNT_MANAGE)
def do_create() -> Any:
    form = _offered(OpenAccountForm())
    try:
        if not form.validate_on_submit():
            return _page("accounts/form.html", form=form), 422
        known = queries.by_email(form.email.data)
        account = known or service_management.open_account(
            form.email.data, form.name.data, actor(), language=form.language.data
        )
        _give(form, account)
    except Refused as refused:
        refuse(form, refused)
        return _page("accounts/form.html", form=form), 422
    words = _("This address had an account: the role was added to it.")
    flash(words if known else _("The account is open. A mail tells its owner how to sign in."), "done")
    return _back(account.id)


def _give(form: RoleForm, account: Account) -> None:
    service_management.give_role(
        account, form.role.data, form.place, form.starts_on.data, form.ends_on.data, actor(), giver=_viewer()
    )


@blueprint.get("/<int:account_id>")
@requires(Permission.ACCOUNT_MANAGE)
def show(account_id: int) -> str:
    account = queries.account(_viewer(), account_id)
    return _show(account, _offered(RoleForm(formdata=None, starts_on=clock.today())))


def _show(account: Account, role_form: RoleForm, **values: Any) -> str:
    viewer = _viewer()
    mine = {grant.id for grant in account.grants if queries.may_give_on(viewer, grant.territory_id)}
    held = {"mine": mine, "in_force": access.in_force, "factors": queries_factors.of_account(account.id)}
    return _page("accounts/show.html", shown=account, role_form=role_form, **held, **values)


@blueprint.post("/<int:account_id>/roles")
@requires(Permission.ACCOUNT_MANAGE)
def give_role(account_id: int) -> Any:
    account = queries.account(_viewer(), account_id)
    form = _offered(RoleForm())
    try:
        if not form.validate_on_submit():
            return _show(account, form, form=form), 422
        _give(form, account)
    except Refused as refused:
        refuse(form, refused)
        return _show(account, form, form=form), 422
    flash(_("The role is given."), "done")
    return _back(account_id)


@blueprint.post("/<int:account_id>/roles/<int:grant_id>/retirer")
@requires(Permission.ACCOUNT_MANAGE)
def withdraw_role(account_id: int, grant_id: int) -> Any:
    grant = queries.grant(_viewer(), account_id, grant_id)
    role = label(ROLES[grant.role]) if grant.role in ROLES else grant.role
    words = _("Taken back: %(role)s.", role=role)
    return _done(account_id, lambda: service_management.withdraw_role(grant, actor()), words)


@blueprint.post("/<int:account_id>/suspendre")
@requires(Permission.ACCOUNT_MANAGE)
def suspend(account_id: int) -> Any:
    account = queries.manageable_account(_viewer(), account_id)
    words = _("This account is suspended: nobody signs in with it any more.")
    return _done(account_id, lambda: service_management.suspend(account, actor()), words)


@blueprint.post("/<int:account_id>/retablir")
@requires(Permission.ACCOUNT_MANAGE)
def restore(account_id: int) -> Any:
    account = queries.manageable_account(_viewer(), account_id)
    return _done(account_id, lambda: service_management.restore(account, actor()), _("This account is open again."))


@blueprint.post("/<int:account_id>/second-facteur/retirer")
@requires(Permission.ACCOUNT_MANAGE)
def reset_factor(account_id: int) -> Any:
    account = queries.manageable_account(_viewer(), account_id)
    words = _("The second factor is taken off, and its owner told.")
    return _done(account_id, lambda: service_factors.reset(account, actor()), words)


def _done(account_id: int, act: Any, words: str) -> Any:
    """Do it, or say why not; either way back to the account's page."""
    try:
        act()
    except Refused as refused:
        flash(str(refused.message), "refused")
    else:
        flash(words, "done")
    return _back(account_id)
