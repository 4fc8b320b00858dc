"""« Conservation »: how long things are kept, what that would let go, and switching it on once that was read."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from cop.accounts import sign_in
from cop.activity import service as activity
from cop.core import clock, exports, tokens
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.host import queries_retention as retention
from cop.host import service as host
from cop.host.queries import current_host
from cop.host.queries_retention import Kept
from cop.host.rules_retention import Way
from cop.privacy import queries_register
from cop.privacy import queries_retention as queries
from cop.privacy.forms import LengthForm

blueprint = Blueprint("retention", __name__)
SHOWN: Final = 50
# The rule is switched on from a report that is still on the screen, not from one of last year.
READ_WITHIN: Final = timedelta(hours=2)


@blueprint.get("/administration/conservation")
@requires(Permission.RETENTION_MANAGE)
def index() -> str:
    return _index()


def _index(**forms: Any) -> str:
    now = clock.now()
    rules = retention.all_kept()
    counts = {one.rule.code: len(queries.due(one.rule.code, now)) for one in rules if one.rule.way is Way.SWITCHED}
    lengths = {one.rule.code: LengthForm(formdata=None, data={"length": one.length}) for one in rules}
    for code, form in lengths.items():
        form.length.id = f"length-{code}"
    return render_template(
        "privacy/retention.html", rules=rules, counts=counts, lengths={**lengths, **forms}, runs=queries.runs(), **forms
    )


def _switched(rule_code: str) -> Kept:
    kept = retention.kept(rule_code)
    if kept.rule.way is not Way.SWITCHED:
        raise NotFound
    return kept


@blueprint.post("/administration/conservation/<rule_code>")
@requires(Permission.RETENTION_MANAGE)
def change(rule_code: str) -> Any:
    kept, form = retention.kept(rule_code), LengthForm()
    form.length.id = f"length-{rule_code}"
    try:
        if form.validate_on_submit():
            host.choose_length(rule_code, form.length.data, sign_in.actor())
            after = retention.kept(rule_code)
            words = _("Kept for %(time)s from now on.", time=after.words)
            if kept.switched_on_at and not after.switched_on_at:
                words += " " + _("The time is shorter: read the report and switch the rule on again.")
            flash(words, "done")
            return redirect(url_for("retention.index"), 303)
    except Refused as refused:
        refuse(form, refused)
    return _index(**{rule_code: form, "form": form}), 422


@blueprint.get("/administration/conservation/<rule_code>/rapport")
@requires(Permission.RETENTION_MANAGE)
def report(rule_code: str) -> str:
    """What the rule would do, today: nothing is done by looking."""
    kept, now = _switched(rule_code), clock.now()
    found = queries.due(rule_code, now)
    read = tokens.sign("retention-report", f"{rule_code}:{kept.length}", now + READ_WITHIN)
    shown = found[:SHOWN]
    return render_template(
        "privacy/report.html", kept=kept, found=found, shown=shown, names=queries.names(shown), read=read
    )


@blueprint.post("/administration/conservation/<rule_code>/fichier")
@requires(Permission.RETENTION_MANAGE)
def take(rule_code: str) -> Response:
    kept = _switched(rule_code)
    found = queries.due(rule_code, clock.now())
    names = queries.names(found)
    lines: list[list[Any]] = [[_("Number"), _("Name"), _("Since")]]
    lines += [[one.number, names.get(one.number, ""), one.since] for one in found]
    return _file(lines, f"conservation-{kept.rule.code}.csv", rows=len(found))


def _file(lines: Sequence[Sequence[Any]], name: str, **data: Any) -> Response:
    organisation = current_host()
    if organisation:
        activity.record(sign_in.actor(), "retention.report_taken", organisation, **data)
    return Response(exports.csv_file(lines), headers=exports.attachment(name))


@blueprint.post("/administration/conservation/<rule_code>/appliquer")
@requires(Permission.RETENTION_MANAGE)
def switch_on(rule_code: str) -> Any:
    kept = _switched(rule_code)
    try:
        read = tokens.read("retention-report", request.form.get("read", ""))
    except tokens.BadToken:
        read = ""
    if read != f"{rule_code}:{kept.length}":
        flash(_("Read this report first: the rule can be switched on below it."), "refused")
        return redirect(url_for("retention.report", rule_code=rule_code), 303)
    host.switch_on(rule_code, sign_in.actor(), clock.now())
    flash(_("Switched on: it is applied once a day from now on."), "done")
    return redirect(url_for("retention.index"), 303)


@blueprint.post("/administration/conservation/<rule_code>/arreter")
@requires(Permission.RETENTION_MANAGE)
def switch_off(rule_code: str) -> Any:
    _switched(rule_code)
    host.switch_off(rule_code, sign_in.actor())
    flash(_("Switched off: nothing more is let go."), "done")
    return redirect(url_for("retention.index"), 303)


@blueprint.get("/administration/conservation/registre")
@requires(Permission.RETENTION_MANAGE)
def register() -> str:
    return render_template(
        "privacy/register.html",
        lines=[[*zip(queries_register.HEADS, line, strict=True)] for line in queries_register.lines()],
    )


@blueprint.get("/administration/conservation/registre.csv")
@requires(Permission.RETENTION_MANAGE)
def register_file() -> Response:
    """Nobody is in it: a GET will do."""
    lines = [[str(head) for head in queries_register.HEADS], *queries_register.lines()]
    return Response(exports.csv_file(lines), headers=exports.attachment("registre-des-traitements.csv"))
