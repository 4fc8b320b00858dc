"""Sharing journeys, behind the personal link of a registration; and how many there are, for those who run the event."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from cop.carpool import forms, queries, rules, service
from cop.core import clock, rate_limits, tokens
from cop.core.access import Permission, public, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.core.unit_of_work import release
from cop.events import queries as events
from cop.registrations import queries as registrations
from cop.registrations.models import Registration

blueprint = Blueprint("carpool", __name__)
BLUEPRINTS: Final = (blueprint,)
BAD_LINKS: Final = {"limit": 60, "seconds": 600}


def _registration(token: str) -> Registration:
    """Whose link it is, for an event to which journeys are shared; a wrong link is counted, then not found."""
    try:
        event_id, person_id = (int(part) for part in tokens.read("registration", token).split(":"))
    except (tokens.BadToken, ValueError):
        release()
        rate_limits.hit("registration-link", request.remote_addr or "", **BAD_LINKS)
        raise NotFound from None
    registration = registrations.of(event_id, person_id)
    if not rules.is_shared(carpool=registration.event.carpool, mode=registration.event.mode):
        raise NotFound
    return registration


def _limited(token: str, what: str) -> Registration:
    """Nobody shares or writes so often but to annoy."""
    person_id = _registration(token).person_id
    release()
    rate_limits.hit(what, str(person_id), **rules.WRITES)
    return _registration(token)


@blueprint.get("/inscription/<token>/covoiturage")
@public
def show(token: str) -> str:
    return _page(_registration(token), token)


def _page(registration: Registration, token: str, form: Any = None) -> str:
    own = queries.of(registration.event_id, registration.person_id)
    opened = service.is_open(registration, clock.now())
    return render_template(
        "carpool/show.html",
        registration=registration,
        event=registration.event,
        token=token,
        own=own,
        open=opened,
        form=form or forms.for_journey(own, registration.person),
        others=queries.others(registration.event_id, registration.person_id) if opened else [],
    )


@blueprint.post("/inscription/<token>/covoiturage")
@public
def share(token: str) -> Any:
    registration = _limited(token, "carpool-share")
    form = forms.for_journey(None, registration.person)
    if form.validate():
        try:
            service.share(registration, form.said(), clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("It is in the list. Take it back at any time; it is erased the day after the meeting."), "done")
            return redirect(url_for("carpool.show", token=token), 303)
    return _page(registration, token, form), 422


@blueprint.post("/inscription/<token>/covoiturage/retirer")
@public
def withdraw(token: str) -> Any:
    if service.withdraw(_registration(token), clock.now()):
        flash(_("Taken back: nothing is left of it."), "done")
    return redirect(url_for("carpool.show", token=token), 303)


@blueprint.post("/inscription/<token>/covoiturage/<int:journey_id>/repondre")
@public
def answer(token: str, journey_id: int) -> Any:
    registration = _limited(token, "carpool-answer")
    journey = queries.get(registration.event_id, journey_id)
    try:
        sent = service.answer(registration, journey, clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        words = _(
            "A mail leaves to %(name)s, with your first name and how to reach you.", name=journey.person.given_name
        )
        flash(words if sent else _("You have written to them already."), "done" if sent else "note")
    return redirect(url_for("carpool.show", token=token), 303)


@blueprint.get("/animation/evenements/<int:event_id>/covoiturage")
@requires(Permission.EVENT_READ, scope=events.where_is)
def of_event(event_id: int) -> str:
    event = events.get(event_id)
    return render_template("carpool/of_event.html", event=event, counts=queries.counts(event.id))
