"""Public pages about one's data: asking to see it without an account, and opposing a kind of mail."""

from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState

from cop.core import clock, rate_limits, tokens
from cop.core.access import public
from cop.core.errors import NotFound
from cop.core.unit_of_work import release
from cop.mail import queries_opposition as oppositions
from cop.mail import service_opposition as opposing
from cop.people.rules import normalise_email
from cop.privacy import service, views_mine, views_people, views_retention
from cop.privacy.forms import AskForm

blueprint = Blueprint("privacy", __name__)
BLUEPRINTS: Final = (blueprint, views_mine.blueprint, views_people.blueprint, views_retention.blueprint)


@blueprint.record_once
def _open_one_click(state: BlueprintSetupState) -> None:
    """The one address of the application that takes a press without CSRF token; see ``oppose``."""
    state.app.extensions["csrf"].exempt(oppose)


@blueprint.get("/mes-donnees")
@public
def ask() -> str:
    return _ask_page(AskForm(formdata=None))


@blueprint.post("/mes-donnees", endpoint="do_ask")
@public
def send_link() -> Any:
    """The same answer for everybody: who is known here is nobody's business."""
    form = AskForm()
    if not form.validate_on_submit():
        return _ask_page(form), 422
    rate_limits.hit("data.from", request.remote_addr or "", limit=20, seconds=3600)
    rate_limits.hit("data.address", normalise_email(form.email.data), limit=3, seconds=900)
    service.send_link(form.email.data, url_for("my_data.show"))
    return redirect(url_for("privacy.asked"), 303)


@blueprint.get("/mes-donnees/envoye")
@public
def asked() -> str:
    return render_template("privacy/asked.html")


def _ask_page(form: AskForm) -> str:
    return render_template("privacy/ask.html", form=form)


def _read(token: str) -> tuple[str, str, int | None]:
    """What a link of a mail speaks of; a wrong one is counted, then not found."""
    try:
        return oppositions.read_link(token)
    except (tokens.BadToken, ValueError):
        release()
        rate_limits.hit("opposition-link", request.remote_addr or "", limit=60, seconds=600)
        raise NotFound from None


def _page(token: str, category: str, fingerprint: str) -> str:
    refused = oppositions.is_known(category, fingerprint)
    return render_template("privacy/oppose.html", token=token, category=category, refused=refused)


@blueprint.get("/opposition/<token>", endpoint="oppose")
@public
def show_opposition(token: str) -> str:
    """Mail scanners follow every link: this shows a button, the button stops the mails."""
    category, fingerprint, _person = _read(token)
    return _page(token, category, fingerprint)


@blueprint.post("/opposition/<token>", endpoint="oppose_post")
@public
def oppose(token: str) -> Any:
    """Pressed on the page, or by the mail program itself (RFC 8058): it has no cookie, hence no CSRF token, and the
    signed link says all. Nothing but fewer mails can come of it."""
    category, fingerprint, person = _read(token)
    opposing.oppose(category, fingerprint, person, clock.now())
    return _page(token, category, fingerprint)


@blueprint.post("/opposition/<token>/reprendre")
@public
def want_again(token: str) -> Any:
    category, fingerprint, person = _read(token)
    opposing.want_again(category, fingerprint, person)
    return _page(token, category, fingerprint)
