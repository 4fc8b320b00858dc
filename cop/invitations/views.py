"""The page where a member gets the address of their own calendar; beside it the feeds, and what tells of changes."""

from typing import Final

from flask import render_template, request

from cop.accounts.sign_in import current_account
from cop.core import clock
from cop.core.access import signed_in
from cop.core.errors import NotFound
from cop.invitations import queries, service, views_changes, views_feeds, views_guests
from cop.people import queries as people
from cop.people.models import Person

invitations = views_feeds.blueprint
BLUEPRINTS: Final = [invitations, views_changes.blueprint]
views_guests.add_routes(invitations)


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
