"""Calendar feeds, and the page where a member gets the address of their own."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, make_response, render_template, request

from cop.accounts.sign_in import current_account
from cop.core import clock
from cop.core.access import public, signed_in
from cop.core.errors import NotFound
from cop.core.i18n import DEFAULT_LANGUAGE, LANGUAGES, _, speaking
from cop.host import queries as host
from cop.invitations import feeds, queries, service, views_changes, views_guests
from cop.people import queries as people
from cop.people.models import Person

invitations = Blueprint("invitations", __name__)
BLUEPRINTS: Final = [invitations, views_changes.blueprint]
views_guests.add_routes(invitations)


@invitations.get("/agenda.ics")
@public
def public_feed() -> Response:
    """The public agenda; ``?lang=en`` for English. No session: calendar services keep no cookie."""
    wanted = request.args.get("lang", DEFAULT_LANGUAGE)
    language = wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE
    events = queries.public_events(clock.now())
    name = _host_name()
    tag = feeds.etag(name, language, feeds.state_of_events(events))
    return _feed(tag, lambda: feeds.public(events, name, language), "public, max-age=300")


@invitations.get("/calendrier/<token>.ics")
@public
def personal_feed(token: str) -> Response:
    """The meetings of whoever was given this address; a revoked one is not found."""
    owner_id = queries.feed_owner(token)
    told = queries.of_person(owner_id, clock.now())
    language = told[0].person.language if told else DEFAULT_LANGUAGE
    with speaking(language):
        name = _("My meetings: %(host)s", host=_host_name())
    tag = feeds.etag(name, feeds.state_of_invitations(told))
    return _feed(tag, lambda: feeds.personal(told, name, language), "private, no-cache")


@invitations.get("/moi/calendrier")
@signed_in
def feed() -> str:
    return _feed_page()


@invitations.post("/moi/calendrier")
@signed_in
def change_feed() -> str:
    """Make, replace or revoke the address. It is shown in this answer only: we keep no more than its digest."""
    person = _person()
    if person is None:
        raise NotFound
    if request.form.get("action") == "revoke":
        service.revoke_feed(person, clock.now())
        return _feed_page()
    return _feed_page(service.open_feed(person, clock.now()))


def _person() -> Person | None:
    account = current_account()
    return next(iter(people.of_account(account.id, account.email)), None) if account else None


def _feed_page(address: str = "") -> str:
    person = _person()
    exists = person is not None and queries.has_feed(person.id)
    return render_template("invitations/feed.html", person=person, address=address, exists=exists)


def _host_name() -> str:
    organisation = host.current_host()
    return organisation.name if organisation else ""


def _feed(tag: str, write: Callable[[], bytes], cache: str) -> Response:
    """The feed, or 304 for who has it already. Search engines are asked to leave; programs are not redirected."""
    response = make_response(b"")
    response.set_etag(tag, weak=True)
    response.make_conditional(request)
    if response.status_code != 304:
        response.set_data(write())
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Cache-Control"] = cache
    response.headers["X-Robots-Tag"] = "noindex"
    return response
