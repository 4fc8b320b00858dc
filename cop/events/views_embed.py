"""The agenda inside the pages of another site: a frame of its own, and the page that gives the line to copy."""

from typing import Any, Final

from flask import Response, current_app, g, make_response, render_template, request, url_for
from flask_babel import force_locale
from markupsafe import escape

from cop.core import clock, links
from cop.core.access import public
from cop.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from cop.events import queries_agenda
from cop.events.views_agenda import asked_filters, blueprint, by_month, choices
from cop.host import queries as host

LOOKS: Final = ("clair", "sombre")
USUAL: Final = 10
MOST: Final = 50


@blueprint.get("/agenda/integre")
@public
def embedded() -> Response:
    """What the frame shows. No session is read and none is begun: a frame in somebody else's page leaves no cookie."""
    asked, filters, now = _look(), asked_filters(), clock.now()
    g.csp_extra = {"frame-ancestors": "*"}
    # Not render_template, which asks who reads to make the menu.
    page = current_app.jinja_env.get_template("events/embedded.html")
    with force_locale(asked["lang"]):
        body = page.render(
            host=host.current_host(),
            locale=asked["lang"],
            look=asked["apparence"],
            months=by_month(queries_agenda.upcoming(now, filters, asked["nombre"])),
            asked=filters,
            now=now,
        )
    response = make_response(body)
    response.cache_control.public, response.cache_control.max_age = True, 300
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/agenda/integrer")
@public
def embedding() -> str:
    """The line to copy, for the choices made, and what it gives."""
    filters, look = asked_filters(), _look()
    said = {name: value for name, value in look.items() if value and value not in {USUAL, DEFAULT_LANGUAGE}}
    asked = {**filters.address(), **said}
    organisation = host.current_host()
    g.csp_extra = {"frame-src": "'self'"}
    return render_template(
        "events/embedding.html",
        filters=filters,
        look=look,
        line=line_for(links.absolute_url("events.embedded", **asked), organisation.name if organisation else ""),
        shown=url_for("events.embedded", **asked),
        **choices(),
    )


def line_for(address: str, name: str) -> str:
    line = '<iframe src="{}" title="Agenda{}" width="100%" height="600" loading="lazy" style="border:0"></iframe>'
    return line.format(escape(address), escape(f" – {name}" if name else ""))


def _look() -> dict[str, Any]:
    """How many meetings, in which language, in which light; anything else is as usual."""
    asked = request.args
    number, look, wanted = asked.get("nombre", ""), asked.get("apparence", ""), asked.get("lang", "")
    return {
        "nombre": min(int(number), MOST) if number.isascii() and number.isdigit() and 0 < len(number) < 5 else USUAL,
        "apparence": look if look in LOOKS else "",
        "lang": wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE,
    }
