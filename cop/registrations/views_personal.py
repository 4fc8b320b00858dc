"""The page behind a personal link, and the member's space. A link shows; a button acts."""

from typing import Any, Final

from flask import Response, flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import current_account
from cop.activity.service import PUBLIC
from cop.core import clock, exports, rate_limits, tokens
from cop.core.access import public, signed_in
from cop.core.errors import NotFound, Refused
from cop.core.i18n import _
from cop.core.unit_of_work import release
from cop.events import queries_documents as documents
from cop.events import rules as event_rules
from cop.invitations import ical, service_answers
from cop.invitations import service as invitations
from cop.people import queries as people
from cop.registrations import mails, queries, queries_form, queries_seats, rules, service, service_waitlist
from cop.registrations.models import Registration
from cop.registrations.views_event import blueprint

BAD_LINKS: Final = {"limit": 60, "seconds": 600}


def registration_of(token: str) -> Registration:
    """The registration a personal link speaks for; a wrong link is counted, then not found."""
    try:
        event_id, person_id = (int(part) for part in tokens.read("registration", token).split(":"))
    except (tokens.BadToken, ValueError):
        release()
        rate_limits.hit("registration-link", request.remote_addr or "", **BAD_LINKS)
        raise NotFound from None
    return queries.of(event_id, person_id)


@blueprint.get("/inscription/<token>")
@public
def show(token: str) -> Any:
    registration, now = registration_of(token), clock.now()
    event = registration.event
    if event.cycle:
        cycle_token = tokens.sign("cycle", f"{event.series_id}:{registration.person_id}")
        return redirect(url_for("series.my_cycle", cycle_token=cycle_token), 303)
    may_cancel = rules.may_cancel(registration.status, event_status=event.status, starts_at=event.starts_at, now=now)
    side = "online" if registration.side == "online" else invitations.side_of(event, registration.person_id)
    return render_template(
        "registrations/show.html",
        registration=registration,
        event=event,
        token=token,
        standing=queries_seats.standing(registration),
        may_take=service_waitlist.may_help_oneself(registration, now),
        door=queries.door(event, now),
        may_cancel=may_cancel,
        said=queries_form.said_by(registration),
        may_change=queries_form.may_be_changed(registration, now),
        side=side,
        room=ical.room_of(event, side),
        now=now,
    )


@blueprint.post("/inscription/<token>/accepter")
@public
def accept(token: str) -> Any:
    """Take the seat that is offered."""
    registration = registration_of(token)
    try:
        service_waitlist.accept(registration, now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("The seat is yours: the invitation for your calendar comes by mail."), "done")
    return redirect(url_for("registrations.show", token=token), 303)


@blueprint.post("/inscription/<token>/annuler")
@public
def cancel(token: str) -> Any:
    registration = registration_of(token)
    others: dict[str, str] = {
        rules.Status.OFFERED: _("Thank you for saying so: the seat goes to the next in line."),
        rules.Status.WAITLISTED: _(
            "You have left the waiting list. Thank you for saying so: those behind you move up."
        ),
    }
    cancelled = _("Your registration is cancelled. Thank you for saying so: somebody else may come.")
    done = others.get(registration.status, cancelled)
    try:
        service.cancel(registration, now=clock.now(), actor=PUBLIC, by_person=True)
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(done, "done")
    return redirect(url_for("registrations.show", token=token), 303)


@blueprint.post("/inscription/<token>/revenir")
@public
def come_back(token: str) -> Any:
    """Undo a cancellation: a seat if there is one left, else the end of the waiting list."""
    registration = registration_of(token)
    try:
        outcome = service.register(
            registration.event, registration.person, now=clock.now(), attends=registration.attends
        )
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        words = _("You are back in line.")
        if outcome.registration.status == rules.Status.CONFIRMED:
            words = _("You have a seat again: a new invitation comes by mail.")
        flash(words, "done")
    return redirect(url_for("registrations.show", token=token), 303)


@blueprint.post("/inscription/<token>/je-viens")
@public
def say_yes(token: str) -> Any:
    """Yes, after « perhaps » in the calendar; which is told."""
    registration = registration_of(token)
    invitation = invitations.requested(registration.event_id, registration.person_id)
    if invitation and service_answers.say_yes(invitation, clock.now()):
        flash(_("Noted: you are coming. Your calendar follows by mail."), "done")
    return redirect(url_for("registrations.show", token=token), 303)


@blueprint.get("/inscription/<token>/invitation.ics")
@public
def calendar_file(token: str) -> Response:
    """The entry that the invitation made, for who lost it: the same UID, so never a second entry."""
    registration = registration_of(token)
    event = registration.event
    invitation = invitations.requested(event.id, registration.person_id)
    if invitation is None or registration.status != rules.Status.CONFIRMED:
        raise NotFound
    body = ical.file_for(event, invitation.uid)
    headers = {"Content-Disposition": f'attachment; filename="{event.slug}.ics"', "X-Robots-Tag": "noindex"}
    return Response(body, content_type="text/calendar; charset=utf-8", headers=headers)


@blueprint.get("/inscription/<token>/documents/<int:document_id>")
@public
def document(token: str, document_id: int) -> Response:
    """What is joined to the meeting for those who have a seat."""
    registration = registration_of(token)
    if registration.status != rules.Status.CONFIRMED or registration.event.status not in event_rules.VISIBLE:
        raise NotFound
    held = documents.document(registration.event_id, document_id, registered=True)
    return Response(held.content, headers=exports.kept_file(held.file_name, held.media_type))


@blueprint.get("/moi")
@signed_in
def mine() -> str:
    account, now = current_account(), clock.now()
    if account is None:
        raise NotFound
    persons = people.of_account(account.id, account.email)
    found = queries.of_people([person.id for person in persons])
    coming = [row for row in found if rules.to_come(row.status, row.event.status, row.event.ends_at, now)]
    links = {row.id: mails.token_of(row) for row in found}
    return render_template(
        "registrations/mine.html",
        coming=sorted(coming, key=lambda row: (row.event.status == event_rules.POSTPONED, row.event.starts_at)),
        past=[row for row in found if row not in coming and row.status == rules.Status.CONFIRMED],
        links=links,
        standings={row.id: queries_seats.standing(row) for row in coming},
        known=bool(persons),
        now=now,
    )
