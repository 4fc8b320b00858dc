"""Who holds what on a day, on a page, on paper and as a file."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.models import Account
from cop.accounts.sign_in import actor, current_account
from cop.core import clock, exports
from cop.core.access import Permission, Where, requires
from cop.core.errors import NotFound
from cop.mandates import queries, queries_list, queries_rights, rules, service
from cop.people import queries as people

blueprint = Blueprint("mandates", __name__)


def viewer() -> Account:
    account = current_account()
    if account is None:
        raise NotFound
    return account


def whole(**_: Any) -> Where:
    """What belongs to the organisation as a whole: for who has the right everywhere."""
    return Where()


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"mandate_words": {"states": rules.STATES, "bodies": rules.BODIES, "reasons": rules.END_REASONS}}


def _asked_day() -> date:
    try:
        return date.fromisoformat(request.values.get("le", ""))
    except ValueError:
        return clock.today()


@blueprint.get("/coordination/mandats")
@requires(Permission.MANDATE_READ)
def index() -> Any:
    on, account = _asked_day(), viewer()
    day = queries_list.day(account, on)
    return render_template(
        "mandates/list.html",
        day=day,
        today=clock.today(),
        without_access=queries_rights.without_access(day.lines),
        may_manage=access.has_anywhere(account, Permission.MANDATE_MANAGE),
        may_settle=access.can_everywhere(account, Permission.MANDATE_MANAGE),
    )


@blueprint.post("/coordination/mandats/export")
@requires(Permission.MANDATE_READ)
def export() -> Response:
    """The list as a file; that it was taken is written in the activity log."""
    on = _asked_day()
    rows = queries_list.table(queries_list.day(viewer(), on))
    service.note_export(actor(), len(rows) - 1)
    return Response(exports.csv_file(rows), headers=exports.attachment(f"mandats-{on}.csv"))


@blueprint.get("/coordination/mandats/donner")
@requires(Permission.MANDATE_MANAGE)
def choose() -> Any:
    """Whom to entrust: somebody who has a record already."""
    words = request.args.get("q", "").strip()[:100]
    found = people.search(words, viewer()) if words else []
    return render_template("mandates/choose.html", words=words, found=found, kind=request.args.get("fonction", ""))


def where_is_holder(mandate_id: int, **_: Any) -> Where:
    return people.where_is(queries.mandate(mandate_id).person_id)


@blueprint.get("/coordination/mandats/<int:mandate_id>")
@requires(Permission.MANDATE_READ, scope=where_is_holder)
def show(mandate_id: int) -> Any:
    """The address of a mandate, for what refers to it: its line on its holder's page."""
    mandate = queries.mandate(mandate_id)
    page = url_for("mandates.of_person", person_id=mandate.person_id, _anchor=f"mandate-{mandate_id}")
    return redirect(page, 303)
