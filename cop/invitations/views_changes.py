"""Before people are told: who, what, when; and calling off one half-day."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.sign_in import actor, current_account
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _n
from cop.events import queries as events
from cop.events import rules_half_days, service_half_days
from cop.events.models import Event, HalfDay
from cop.invitations import mails, queries, service, service_answers
from cop.invitations.forms import CallOffForm
from cop.invitations.queries import Pending

blueprint = Blueprint("changes", __name__, url_prefix="/animation/evenements/<int:event_id>")


@blueprint.app_template_global("pending_change")
def pending_change(event: Event) -> Pending | None:
    return queries.pending(event, clock.now())


@blueprint.app_template_global("half_day_desk")
def half_day_desk(event: Event) -> list[tuple[HalfDay, bool]]:
    """Each half-day of an event that has several, and whether it may be called off or held after all; none for
    whoever may not change the event."""
    if len(event.half_days) < 2 or not access.can(current_account(), Permission.EVENT_EDIT, events.where_is(event.id)):
        return []
    held, now = len(event.held_half_days), clock.now()
    return [(one, _may_turn(event, one, held, now)) for one in event.half_days]


def _may_turn(event: Event, one: HalfDay, held: int, now: Any) -> bool:
    least = held + 1 if one.cancelled_at else held
    return rules_half_days.may_call_off(status=event.status, starts_at=one.starts_at, held=least, now=now)


@blueprint.app_template_global("said_perhaps")
def said_perhaps(event: Event, person_id: int) -> bool:
    return service_answers.said_perhaps(service.requested(event.id, person_id), clock.now())


@blueprint.get("/changements")
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def pending(event_id: int) -> Any:
    """Who is going to be told, of what, when, and the mail."""
    event = events.get(event_id)
    found = queries.pending(event, clock.now())
    words = None
    if found:
        news = service.news_for(found.sample)
        words = mails.preview_update(found.sample, news) if news else None
    return render_template(
        "invitations/changes.html",
        event=event,
        pending=found,
        people=queries.pending_people(event_id) if found else [],
        words=words,
    )


@blueprint.post("/changements/prevenir")
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def tell_now(event_id: int) -> Any:
    service_half_days.tell_at_once(events.get(event_id), actor=actor(), now=clock.now())
    flash(_("The mails leave now."), "done")
    return redirect(url_for("events.manage", event_id=event_id), 303)


@blueprint.post("/changements/taire")
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def tell_nobody(event_id: int) -> Any:
    """Spare people the mail about a correction; a change of plans is told whatever is pressed."""
    event = events.get(event_id)
    spared = service.tell_nobody(event, actor=actor())
    if queries.pending(event, clock.now()):
        words = _("The date, the hour, the place or the link has changed: people are told of that in any case.")
        flash(words, "refused")
    else:
        words = _n(
            "No mail about this correction: %(num)d person is spared it. The page is up to date.",
            "No mail about this correction: %(num)d people are spared it. The page is up to date.",
            spared,
        )
        flash(words, "done")
    return redirect(url_for("events.manage", event_id=event_id), 303)


def _half_day(event: Event, half_day_id: int) -> HalfDay:
    for one in event.half_days:
        if one.id == half_day_id:
            return one
    raise NotFound


@blueprint.route("/demi-journees/<int:half_day_id>/annuler", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def call_off(event_id: int, half_day_id: int) -> Any:
    event, form = events.get(event_id), CallOffForm()
    half_day = _half_day(event, half_day_id)
    if request.method == "POST" and form.validate():
        try:
            service_half_days.call_off(half_day, form.reason.data or "", actor=actor(), now=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_called_off_words(event), "done")
            return redirect(url_for("events.manage", event_id=event.id), 303)
    page = _call_off_page(event, half_day, form)
    return page, 422 if request.method == "POST" else 200


def _call_off_page(event: Event, half_day: HalfDay, form: Any) -> str:
    count, words = queries.in_calendars(event.id), None
    sample = queries.sample(event.id)
    if sample and half_day.cancelled_at is None:
        reason = form.reason.data or _("[the reason]")
        words = mails.preview_update(sample, mails.News(False, [(half_day, reason)], leaving_out=half_day))
    last = half_day.cancelled_at is None and len(event.held_half_days) == 1
    return render_template(
        "invitations/call_off.html", event=event, half_day=half_day, form=form, count=count, words=words, last=last
    )


def _called_off_words(event: Event) -> str:
    count = queries.in_calendars(event.id)
    if not count:
        return _("The half-day is called off. Nobody has it in their calendar: no mail leaves.")
    return _n(
        "The half-day is called off. %(num)d person is told by mail in five minutes.",
        "The half-day is called off. %(num)d people are told by mail in five minutes.",
        count,
    )


@blueprint.post("/demi-journees/<int:half_day_id>/retablir")
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def hold_after_all(event_id: int, half_day_id: int) -> Any:
    try:
        service_half_days.hold_after_all(_half_day(events.get(event_id), half_day_id), actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("The half-day is held after all; calendars follow by mail in five minutes."), "done")
    return redirect(url_for("events.manage", event_id=event_id), 303)
