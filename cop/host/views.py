"""The organisation's look, the reader's language, and the pages the law asks for."""

from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, session

from cop.core import links
from cop.core.access import public
from cop.core.i18n import LANGUAGES
from cop.core.settings import current_settings
from cop.host import queries, rules
from cop.host import queries_retention as retention
from cop.host.rules_retention import Way

blueprint = Blueprint("host", __name__)
BLUEPRINTS: Final = (blueprint,)

# The day the accessibility statement was last compared with the pages.
_STATEMENT_OF: Final = date(2026, 11, 21)


@blueprint.get("/apparence.css")
@public
def appearance() -> Response:
    """The organisation's accent, as the stylesheet's custom properties; nothing of the reader is in it."""
    host = queries.current_host()
    response = Response(rules.stylesheet(host.accent if host else rules.DEFAULT_ACCENT), mimetype="text/css")
    response.cache_control.public = True
    response.cache_control.max_age = 300
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.post("/langue")
@public
def choose_language() -> Any:
    chosen = request.form.get("language")
    if chosen in LANGUAGES:
        session["language"] = chosen
    return redirect(links.local_path(request.form.get("next")) or "/", 303)


@blueprint.get("/donnees-personnelles")
@public
def privacy() -> str:
    kept = retention.all_kept()
    waiting = [one for one in kept if one.rule.way is Way.SWITCHED and not one.on]
    times = {one.rule.code: one.words for one in kept}
    return render_template("host/privacy.html", retention=kept, waiting=waiting, times=times)


@blueprint.get("/mentions-legales")
@public
def legal() -> str:
    return render_template(
        "host/legal.html", hosting=current_settings().hosting_provider, extract_date=queries.register_extract_date()
    )


@blueprint.get("/accessibilite")
@public
def accessibility() -> str:
    return render_template("host/accessibility.html", checked_on=_STATEMENT_OF)
