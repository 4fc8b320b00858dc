"""The coordination's list of members: who is up to date, who is awaited, who did not come back."""

from typing import Any, Final

from flask import Blueprint, Response, render_template, request, url_for

from cop.accounts import access
from cop.accounts.models import Account
from cop.accounts.sign_in import actor, current_account
from cop.core import clock, exports
from cop.core.access import Permission, Where, requires
from cop.core.errors import NotFound
from cop.core.i18n import _
from cop.memberships import queries, queries_lists, rules, service_lists
from cop.memberships.queries_lists import Which

blueprint = Blueprint("memberships", __name__)

_STATUS: Final = {"awaiting": "wait", "partly": "warn", "paid": "good", "ended": "quiet"}


def whole_organisation(**_arguments: Any) -> Where:
    """What belongs to no territory: prices, words and mails are those of everybody."""
    return Where()


def viewer() -> Account:
    account = current_account()
    if account is None:
        raise NotFound
    return account


@blueprint.app_template_filter("membership_state")
def membership_state(membership: Any) -> tuple[str, str]:
    """Words and shape of a membership's state, for ``status``."""
    state = queries.state_of(membership)
    return str(rules.STATES[state]), _STATUS[state]


@blueprint.app_template_filter("receipt_number")
def receipt_number(receipt: Any) -> str:
    return rules.receipt_number(receipt.year, receipt.number)


@blueprint.app_template_filter("payment_method")
def payment_method(code: str) -> str:
    return str(rules.METHODS.get(code, code))  # type: ignore[call-overload]


def _asked() -> tuple[Which, int | None]:
    """Which list, and of which kind; a list nobody has is the first one."""
    which = request.values.get("liste", "")
    number = request.values.get("formule", "")
    kind_id = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None
    return (Which(which) if which in set(Which) else Which.UP_TO_DATE), kind_id


@blueprint.get("/coordination/adhesions")
@requires(Permission.MEMBERSHIP_READ)
def index() -> str:
    (which, kind_id), account, today = _asked(), viewer(), clock.today()
    totals = queries_lists.totals(account, today)
    page, lines = queries_lists.page(which, account, today, kind_id, request.args.get("page", 1, type=int))
    return render_template(
        "memberships/list.html",
        which=which,
        kind_id=kind_id,
        page=page,
        lines=lines,
        totals=totals,
        sums={one: queries_lists.whole(totals[one]) for one in Which},
        kinds=queries_lists.kinds_with(totals),
        may_import=access.can(account, Permission.MEMBERSHIP_MANAGE, Where())
        and access.has_anywhere(account, Permission.PERSON_IMPORT),
        may_export=access.has_anywhere(account, Permission.PERSON_EXPORT),
        today=today,
    )


@blueprint.post("/coordination/adhesions/export")
@requires(Permission.PERSON_EXPORT)
def export() -> Any:
    (which, kind_id), account = _asked(), viewer()
    if not access.has_anywhere(account, Permission.MEMBERSHIP_READ):
        raise NotFound
    data = service_lists.export(which, account, kind_id, actor())
    return Response(data, headers=exports.attachment(f"adhesions-{which}-{clock.today().isoformat()}.csv"))


@blueprint.app_template_global("membership_tabs")
def membership_tabs() -> list[dict[str, Any]]:
    """The pages about memberships, those the reader may open."""
    account = current_account()
    entries = [(_("Members"), "memberships.index", access.has_anywhere(account, Permission.MEMBERSHIP_READ))]
    manage = access.can(account, Permission.MEMBERSHIP_MANAGE, Where())
    entries += [
        (_("Renewal"), "memberships.renewal", manage),
        (_("Prices"), "memberships.kinds", manage),
        (_("Settings"), "memberships.settings", manage),
    ]
    return [
        {"label": label, "url": url_for(endpoint), "current": request.endpoint == endpoint}
        for label, endpoint, shown in entries
        if shown
    ]
