"""The list of partners, its file, and how many were met in a period."""

from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, render_template, request

from cop.accounts import access
from cop.accounts.models import Account
from cop.accounts.sign_in import actor, current_account
from cop.activity import service as activity
from cop.core import clock, exports
from cop.core.access import Permission, requires
from cop.core.errors import NotFound
from cop.core.i18n import _, label
from cop.host import queries as host
from cop.organisations import queries_lists, rules
from cop.organisations.forms import kind_words
from cop.organisations.queries_lists import Filters, Line
from cop.people.rules_phones import phone

blueprint = Blueprint("organisations", __name__)
blueprint.add_app_template_filter(phone, "phone")
blueprint.add_app_template_filter(kind_words, "kind_words")
_LONGEST: Final = 100


def viewer() -> Account:
    account = current_account()
    if account is None:
        raise NotFound
    return account


@blueprint.get("/animation/organisations")
@requires(Permission.ORGANISATION_READ)
def index() -> str:
    filters = _filters()
    page, lines = queries_lists.page(viewer(), filters, request.args.get("page", 1, type=int))
    return render_template(
        "organisations/list.html",
        filters=filters,
        page=page,
        lines=lines,
        kinds=queries_lists.kinds_in_use(viewer()),
        territories=queries_lists.territories_in_use(viewer()),
        operators=queries_lists.operators_in_use(viewer()),
        untold=queries_lists.untold_count(viewer()),
        today=clock.today(),
        may_edit=access.has_anywhere(viewer(), Permission.ORGANISATION_EDIT),
        may_set_kinds=access.can_everywhere(viewer(), Permission.ORGANISATION_EDIT),
    )


def _filters() -> Filters:
    asked = request.values
    contact = asked.get("contact", "")
    return Filters(
        words=asked.get("q", "").strip()[:_LONGEST],
        kind=asked.get("type", "")[:_LONGEST],
        territory=asked.get("territoire", "")[:_LONGEST],
        operator=asked.get("operateur", "")[:_LONGEST],
        contact=contact if contact in queries_lists.CONTACTS else "",
        since=_day("du"),
        until=_day("au"),
        archived=bool(asked.get("archives")),
    )


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return None


@blueprint.post("/animation/organisations/export")
@requires(Permission.ORGANISATION_READ)
def export() -> Response:
    """The list as a file, whoever works there left out; noted in the activity log."""
    filters = _filters()
    lines = queries_lists.all_lines(viewer(), filters)
    here = host.current_host()
    if here is not None:
        activity.record(actor(), "organisation.exported", here, lines=len(lines))
    rows = [_headings(), *(_row(line) for line in lines)]
    name = f"organisations-{clock.today().isoformat()}.csv"
    return Response(exports.csv_file(rows), headers=exports.attachment(name))


def _headings() -> tuple[str, ...]:
    return (
        _("Name"), _("Acronym"), _("Kind"), _("Commune"), _("INSEE code"), _("Territory covered"), _("Telephone"),
        _("Generic mail address"), _("MSSanté address"), _("Website"), _("Operator of a public service"),
        _("Contract reference"), _("FINESS number"), _("Last exchange"), _("Next step on"),
    )  # fmt: skip


def _row(line: Line) -> tuple[Any, ...]:
    one = line.organisation
    return (
        one.name,
        one.acronym,
        label(one.kind),
        one.commune.name if one.commune else "",
        one.commune.code if one.commune else "",
        one.covers.name if one.covers else "",
        phone(one.phone),
        one.email,
        one.secure_email,
        one.website,
        str(rules.OPERATORS.get(one.operator, "")),
        one.contract_reference,
        one.finess,
        line.last_on,
        line.next_on,
    )


@blueprint.get("/animation/organisations/activite")
@requires(Permission.ORGANISATION_READ)
def mobilised() -> Any:
    """CTG-16: organisations active in a period, out of those known."""
    today = clock.today()
    since, until = _day("du") or rules.months_before(today, 12), _day("au") or today
    wrong = since > until
    found = [] if wrong else queries_lists.mobilised(viewer(), since, until)
    page = render_template(
        "organisations/mobilised.html",
        rows=found,
        since=since,
        until=until,
        wrong=wrong,
        active=sum(row.active for row in found),
        known=sum(row.known for row in found),
        behind=Filters(contact=queries_lists.ACTIVE, since=since, until=until),
    )
    return page, 422 if wrong else 200
