"""The personal link of somebody who was asked to come."""

from typing import Any, Final

from flask import Blueprint, redirect, request, url_for

from cop.core import clock, rate_limits
from cop.core.access import public
from cop.core.errors import NotFound
from cop.core.unit_of_work import release
from cop.invitations import queries_guests, service_guests

BAD_LINKS: Final = {"limit": 60, "seconds": 600}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/invite/<guest_token>", view_func=invited)


@public
def invited(guest_token: str) -> Any:
    """To the event's page, which finds in the address who comes. That the link was opened is noted once; a program
    that only asks whether it leads somewhere (HEAD) is not taken for somebody."""
    try:
        guest = queries_guests.by_token(guest_token)
    except NotFound:
        release()
        rate_limits.hit("guest-link", request.remote_addr or "", **BAD_LINKS)
        raise
    page = url_for("registrations.event_page", slug=guest.event.slug, invite=guest_token)
    if request.method == "GET" and guest.opened_at is None:
        service_guests.note_opening(guest.id, clock.now())
    return redirect(page, 303)
