"""What a guest answers from their own link, beside registering. A link shows; a button acts."""

from dataclasses import dataclass
from typing import Any, Final

from flask import flash, redirect, request, url_for

from cop.campaigns.views_guests import blueprint as blueprint
from cop.core import clock, rate_limits
from cop.core.access import public
from cop.core.errors import NotFound
from cop.core.i18n import _
from cop.core.unit_of_work import release
from cop.events.rules import PUBLISHED
from cop.invitations import queries_guests, service_guests
from cop.invitations.models_guests import Guest
from cop.registrations import queries as registrations
from cop.registrations.rules import Status

BAD_LINKS: Final = {"limit": 60, "seconds": 600}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a guest stands with the event. Their registration is not opened from here: the mail is forwarded,
    and behind the link of the confirmation are the room on line, the documents and what they told."""

    guest: Guest
    status: str  # of their registration; empty: none
    may_answer: bool

    @property
    def registered(self) -> bool:
        return self.status not in {"", Status.CANCELLED}

    @property
    def declined(self) -> bool:
        return self.may_answer and self.guest.declined_at is not None


@blueprint.app_template_global("standing_of_guest")
def standing_of_guest(token: str) -> Standing:
    """For the event's page, opened by a personal link."""
    guest = queries_guests.by_token(token)
    event = guest.event
    status = _status(guest)
    goes_on = event.status == PUBLISHED and event.ends_at > clock.now()
    return Standing(guest, status, goes_on and status in {"", Status.CANCELLED})


def _status(guest: Guest) -> str:
    try:
        return registrations.of(guest.event_id, guest.person_id).status
    except NotFound:
        return ""


def _guest(token: str) -> Guest:
    try:
        return queries_guests.by_token(token)
    except NotFound:
        release()
        rate_limits.hit("guest-link", request.remote_addr or "", **BAD_LINKS)
        raise


@blueprint.post("/invite/<guest_token>/decliner")
@public
def decline(guest_token: str) -> Any:
    """« Je ne pourrai pas venir »: an answer like another, after which nobody writes again."""
    guest = _guest(guest_token)
    if not standing_of_guest(guest_token).may_answer:
        flash(_("You are registered, or it is too late to answer: nothing was changed."), "refused")
    elif guest.declined_at is None:
        service_guests.decline(guest, clock.now())
        flash(_("Thank you for saying so. We shall not write to you about this meeting again."), "done")
    return _back(guest, guest_token)


@blueprint.post("/invite/<guest_token>/revenir")
@public
def may_come(guest_token: str) -> Any:
    """Undo."""
    guest = _guest(guest_token)
    service_guests.take_back(guest)
    return _back(guest, guest_token)


def _back(guest: Guest, token: str) -> Any:
    return redirect(url_for("registrations.event_page", slug=guest.event.slug, invite=token), 303)
