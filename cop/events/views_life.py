"""The life of an event: published or handed over, approved or sent back, postponed, cancelled, closed."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _n
from cop.events import forms_life, queries, rules, rules_life, service, service_approval, service_life
from cop.events.models import Event
from cop.events.views_agenda import blueprint


@blueprint.app_template_global("event_stage")
def event_stage(event: Event) -> tuple[str, str]:
    """Where an event stands: a word, and its shape."""
    words, shape = rules_life.STAGES[rules_life.stage(event, clock.now())]
    return str(words), shape


@blueprint.app_template_global("odd_hours")
def odd_hours(event: Event) -> str:
    """« evening » or « week-end », for those who plan the work of the team."""
    found = {rules_life.odd_hours(half.starts_at, half.ends_at, event.zone) for half in event.half_days}
    return ", ".join(str(words) for name, words in rules_life.ODD_HOURS.items() if name in found)


def announced_words(event: Event, *, postponed: bool = False) -> str:
    """``postponed``: it had been, and has its new date."""
    if event.status == rules.SUBMITTED:
        return _("“%(title)s” waits for the coordination’s approval, who are told by mail.", title=event.title)
    told = event.seats_taken + event.waiting
    if postponed and told:
        return _n(
            "“%(title)s” is published with its new date. %(num)d person is told by mail; their seat or place is kept.",
            "“%(title)s” is published with its new date. %(num)d people are told by mail; their seats are kept.",
            told,
            title=event.title,
        )
    return _("“%(title)s” is published: the page is open to registrations.", title=event.title)


@blueprint.post("/animation/evenements/<int:event_id>/publier")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def publish(event_id: int) -> Any:
    event = queries.get(event_id)
    postponed = event.status == rules.POSTPONED
    try:
        service.publish(event, actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
        return redirect(url_for("events.edit", event_id=event.id), 303)
    flash(announced_words(event, postponed=postponed), "done")
    return _back(event)


def _back(event: Event) -> Any:
    return redirect(url_for("events.manage", event_id=event.id), 303)


@blueprint.route("/animation/evenements/<int:event_id>/relire", methods=["GET", "POST"])
@requires(Permission.EVENT_APPROVE, scope=queries.where_is)
def review(event_id: int) -> Any:
    """What was handed over, read before it is published or sent back."""
    event = queries.get(event_id)
    if event.status != rules.SUBMITTED:
        flash(_("This event no longer waits for an approval."), "note")
        return _back(event)
    form, version = forms_life.ReviewForm(data={"version": event.version}), event.version
    if request.method == "POST" and form.validate():
        try:
            words = _decided(event, form)
        except Refused as refused:
            refuse(form, refused)
            form.version.data = str(version)
        else:
            flash(words, "done")
            return _back(event)
    page = render_template("events/review.html", event=event, form=form, now=clock.now())
    return page, 422 if request.method == "POST" else 200


def _decided(event: Event, form: forms_life.ReviewForm) -> str:
    now, version = clock.now(), form.shown_version
    if request.form.get("action") == "approve":
        service_life.approve(event, version=version, actor=actor(), now=now)
        return announced_words(event)
    service_approval.send_back(event, form.sentence.data or "", version=version, actor=actor(), now=now)
    return _("“%(title)s” is a draft again. Who prepares it is told by mail what is to be changed.", title=event.title)


@blueprint.route("/animation/evenements/<int:event_id>/reporter", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def postpone(event_id: int) -> Any:
    event, form = queries.get(event_id), forms_life.ReasonForm()
    if request.method == "POST" and form.validate():
        try:
            service_life.postpone(event, form.reason.data or "", actor=actor(), now=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_postponed_words(event), "done")
            return _back(event)
    page = render_template("events/postpone.html", event=event, form=form, now=clock.now())
    return page, 422 if request.method == "POST" else 200


def _postponed_words(event: Event) -> str:
    told = event.seats_taken + event.waiting
    if not told:
        return _("The event is postponed. Nobody was registered: no mail leaves.")
    return _n(
        "The event is postponed. %(num)d person is told by mail; their seat or place in line is kept.",
        "The event is postponed. %(num)d people are told by mail; their seats and places in line are kept.",
        told,
    )


@blueprint.route("/animation/evenements/<int:event_id>/annuler", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def cancel(event_id: int) -> Any:
    event, form = queries.get(event_id), forms_life.ReasonForm()
    if request.method == "POST" and form.validate():
        try:
            service.cancel(event, form.reason.data, actor=actor(), now=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_cancelled_words(event), "done")
            return _back(event)
    page = render_template("events/cancel.html", event=event, form=form, now=clock.now())
    return page, 422 if request.method == "POST" else 200


def _cancelled_words(event: Event) -> str:
    told = event.seats_taken + event.waiting
    if not told:
        return _("The event is cancelled. Nobody was registered: no mail leaves.")
    return _n(
        "The event is cancelled. %(num)d person is told by mail.",
        "The event is cancelled. %(num)d people are told by mail.",
        told,
    )


@blueprint.post("/animation/evenements/<int:event_id>/clore")
@requires(Permission.ATTENDANCE_CLOSE, scope=queries.where_is)
def close(event_id: int) -> Any:
    event = queries.get(event_id)
    try:
        service_life.close(event, actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("The event is closed: its figures are final."), "done")
    return _back(event)


@blueprint.post("/animation/evenements/<int:event_id>/rouvrir")
@requires(Permission.ATTENDANCE_CLOSE, scope=queries.where_is)
def reopen(event_id: int) -> Any:
    event = queries.get(event_id)
    service_life.reopen(event, actor=actor())
    flash(_("The event is open again: its attendance may be corrected."), "done")
    return _back(event)
