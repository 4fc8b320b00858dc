"""Changing or cancelling several dates of a regular meeting: what would be done is shown before it is."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request
from markupsafe import Markup
from wtforms import SelectChoice

from cop.accounts.sign_in import actor, current_account
from cop.core import clock, tokens
from cop.core.access import Permission, requires
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _n
from cop.events import forms as event_forms
from cop.events import forms_meanwhile, queries_desk
from cop.events import queries as events
from cop.events import service as event_service
from cop.events.models import Event
from cop.mandates import queries as mandates
from cop.series import forms, queries, rules_edit, service
from cop.series.rules_edit import Scope
from cop.series.views_repeat import blueprint, page_of


@blueprint.route("/animation/evenements/<int:event_id>/serie/modifier", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def edit(event_id: int) -> Any:
    event, _series = queries.of_event(event_id)
    form, scope = _form(event), forms.ScopeForm()
    steps: list[service.Step] | None = None
    meanwhile = None
    if request.method == "POST" and request.form.get("action") != "add" and form.validate() and scope.validate():
        try:
            done, steps = _edited(event, form, scope)
        except event_service.EditedMeanwhile as refused:
            refuse(form, refused)
            meanwhile = forms_meanwhile.merge(form, event)
        except Refused as refused:
            refuse(form, refused)
        else:
            if done:
                flash(_told_words(steps), "done")
                return redirect(page_of(event), 303)
    return _edit_page(event, form, scope, steps, meanwhile)


def _form(event: Event) -> Any:
    account = current_account()
    territories = queries_desk.territories(account, Permission.EVENT_EDIT)
    return event_forms.for_existing(event, territories, mandates.projects_to_hold_events_for(account, clock.today()))


def _edited(event: Event, form: Any, scope: forms.ScopeForm) -> tuple[bool, list[service.Step]]:
    """Show what would change, until it is shown as it is sent."""
    now, after, over_all = clock.now(), form.description(), bool(scope.over_all.data)

    def targets() -> Sequence[Event]:
        return _reached(event, scope.scope.data, now)

    seen = _fingerprint()
    if request.form.get("action") == "apply" and scope.seen.data == seen:
        version = form.shown_version
        return True, service.edit(event, after, targets, version=version, over_all=over_all, actor=actor(), now=now)
    scope.seen.data = seen
    return False, service.plan(event, after, targets(), now, over_all=over_all)[1]


def _reached(event: Event, scope: str, now: Any) -> list[Event]:
    among = queries.members(event.series_id or 0, viewer=current_account(), may=Permission.EVENT_EDIT)
    return service.within(scope, event, among, now)


def _fingerprint() -> str:
    """Of what was sent: pressed again on a changed form, the button shows once more instead of doing."""
    sent = sorted((name, value) for name, value in request.form.items(multi=True))
    return tokens.digest(repr([pair for pair in sent if pair[0] not in {"csrf_token", "action", "seen"}]))


def _edit_page(event: Event, form: Any, scope: Any, steps: Any, meanwhile: Any) -> Any:
    many = Markup(render_template("series/many.html", event=event, scope=scope, steps=steps))  # noqa: S704 - our own
    page = render_template(
        "events/form.html", form=form, kind=event.kind, event=event, meanwhile=meanwhile, now=clock.now(), many=many
    )
    return page, 422 if request.method == "POST" else 200


def _told_words(steps: list[service.Step]) -> str:
    changed = [step for step in steps if step.changed and not step.problem]
    people = sum(step.told for step in changed)
    words = _n("%(num)d meeting is changed.", "%(num)d meetings are changed.", len(changed))
    if not people:
        return words
    told = _n(
        "%(num)d registration is told by mail, five minutes after your last change.",
        "%(num)d registrations are told by mail, five minutes after your last change.",
        people,
    )
    return f"{words} {told}"


@blueprint.route("/animation/evenements/<int:event_id>/serie/annuler", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def cancel(event_id: int) -> Any:
    event, series = queries.of_event(event_id)
    form, now = forms.CancelForm(), clock.now()
    reached = {scope.value: service.announced(_reached(event, scope, now)) for scope in Scope}
    form.scope.choices = [SelectChoice(scope, _scope_words(scope, found)) for scope, found in reached.items()]
    if request.method == "POST" and form.validate():
        try:
            count = service.cancel(event, reached[form.scope.data], form.reason.data, actor=actor(), now=now)
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_n("%(num)d meeting is cancelled.", "%(num)d meetings are cancelled.", count), "done")
            return redirect(page_of(event), 303)
    told = any(one.seats_taken or one.waiting for one in reached[Scope.ALL])
    page = render_template("series/cancel.html", event=event, series=series, form=form, told=told)
    return page, 422 if request.method == "POST" else 200


def _scope_words(scope: str, found: Sequence[Event]) -> str:
    """« Cette rencontre et les suivantes : 8 rencontres, 23 personnes prévenues »"""
    people = sum(event.seats_taken + event.waiting for event in found)
    names = {
        Scope.THIS: _("This meeting alone"),
        Scope.FOLLOWING: _("This meeting and the following ones"),
        Scope.ALL: _("All that are still to come"),
    }
    meetings = _n("%(num)d meeting", "%(num)d meetings", len(found))
    told = _n("%(num)d registration told by mail", "%(num)d registrations told by mail", people)
    return _("%(what)s: %(meetings)s, %(told)s", what=names[rules_edit.Scope(scope)], meetings=meetings, told=told)
