"""How the system is, and who did what."""

from typing import Any, Final

from flask import Blueprint, jsonify, render_template, request

from cop.accounts import queries as accounts
from cop.accounts.sign_in import current_account
from cop.admin import queries, queries_journal, rules
from cop.admin.rules import State
from cop.core import clock
from cop.core.access import Permission, public, requires
from cop.core.errors import NotFound

blueprint = Blueprint("admin", __name__)
BLUEPRINTS: Final = (blueprint,)

_WORDS: Final = {State.GOOD: "ok", State.WARN: "attention", State.BAD: "fault"}


@blueprint.get("/health")
@public
def health_json() -> Any:
    """For a watching program: 200 while what people count on happens, else 503. Nothing about anybody."""
    checks = queries.health(clock.now())
    state = rules.overall(checks)
    answer = jsonify(status=_WORDS[state], checks={check.code: _WORDS[check.state] for check in checks})
    answer.cache_control.no_store = True
    return answer, 503 if state is State.BAD else 200


@blueprint.get("/administration/etat")
@requires(Permission.SYSTEM_READ)
def health() -> str:
    now = clock.now()
    checks = queries.health(now)
    return render_template(
        "admin/health.html", checks=checks, overall=rules.overall(checks), jobs=queries.job_lines(now), now=now
    )


@blueprint.get("/administration/journal")
@requires(Permission.ACTIVITY_READ)
def journal() -> str:
    viewer = current_account()
    if viewer is None:
        raise NotFound
    account_id, families = request.args.get("compte", type=int), queries_journal.families(viewer)
    asked = request.args.get("genre")
    family = asked if asked in families else None
    page = queries_journal.page_of_acts(viewer, request.args.get("page", 1, type=int), account_id, family)
    return render_template(
        "admin/journal.html",
        page=page,
        lines=queries_journal.lines(page.items),
        of=accounts.names({account_id}).get(account_id) if account_id else None,
        account_id=account_id,
        families=families,
        family=family,
    )
