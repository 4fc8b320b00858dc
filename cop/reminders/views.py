"""Reminders on screen: the rules of a kind of meeting, and what one event says of them."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, Where, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.events import queries as events
from cop.events import queries_kinds as kinds
from cop.events.models import EventKind
from cop.reminders import forms, mails, queries, service
from cop.reminders.models import ReminderRule

blueprint = Blueprint("reminders", __name__)
BLUEPRINTS: Final = (blueprint,)
KIND: Final = "/administration/types-de-rencontre/<int:event_kind_id>/rappels"
EVENT: Final = "/animation/evenements/<int:event_id>/rappels"


def everywhere(**_values: Any) -> Where:
    return Where()


@blueprint.get(KIND)
@requires(Permission.KIND_MANAGE, scope=everywhere)
def of_kind(event_kind_id: int) -> str:
    kind = kinds.get(event_kind_id)
    return render_template("reminders/of_kind.html", kind=kind, rules=queries.rules_of(kind.id))


@blueprint.route(f"{KIND}/nouveau", methods=["GET", "POST"])
@requires(Permission.KIND_MANAGE, scope=everywhere)
def add(event_kind_id: int) -> Any:
    return _rule_page(kinds.get(event_kind_id), None)


@blueprint.route(f"{KIND}/<int:reminder_rule_id>", methods=["GET", "POST"])
@requires(Permission.KIND_MANAGE, scope=everywhere)
def edit(event_kind_id: int, reminder_rule_id: int) -> Any:
    return _rule_page(kinds.get(event_kind_id), queries.rule(event_kind_id, reminder_rule_id))


def _rule_page(kind: EventKind, rule: ReminderRule | None) -> Any:
    form, now = forms.for_rule(rule), clock.now()
    if request.method == "POST" and form.validate():
        try:
            service.save_rule(kind, rule, form.wording(), actor=actor(), now=now)
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The reminder is kept, for the moments to come."), "done")
            return redirect(url_for("reminders.of_kind", event_kind_id=kind.id), 303)
    # What was typed is seen in the mail before it is kept.
    shown = ReminderRule(text_fr=form.text_fr.data, text_en=form.text_en.data or form.text_fr.data)
    mail = mails.preview(shown, mails.example(kind, now))
    page = render_template("reminders/rule.html", kind=kind, rule=rule, form=form, mail=mail)
    return page, 422 if request.method == "POST" else 200


@blueprint.post(f"{KIND}/<int:reminder_rule_id>/activer")
@requires(Permission.KIND_MANAGE, scope=everywhere)
def switch(event_kind_id: int, reminder_rule_id: int) -> Any:
    rule, active = queries.rule(event_kind_id, reminder_rule_id), request.form.get("active")
    if active not in {"0", "1"}:
        raise NotFound
    service.switch(rule, active=active == "1", actor=actor(), now=clock.now())
    flash(_("The reminder goes out again, from now on.") if active == "1" else _("The reminder is off."), "done")
    return redirect(url_for("reminders.of_kind", event_kind_id=event_kind_id), 303)


@blueprint.get(EVENT)
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def of_event(event_id: int) -> str:
    event = events.get(event_id)
    return render_template("reminders/of_event.html", event=event, planned=queries.planned(event), now=clock.now())


@blueprint.route(f"{EVENT}/<int:reminder_rule_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def say(event_id: int, reminder_rule_id: int) -> Any:
    event = events.get(event_id)
    rule = queries.rule(event.kind_id, reminder_rule_id)
    form = forms.for_exception(queries.exception(event.id, rule.id))
    if request.method == "POST" and form.validate():
        service.say_for(event, rule, off=form.off.data, sentence=form.sentence.data or "", actor=actor())
        flash(_("Kept, for this event only."), "done")
        return redirect(url_for("reminders.of_event", event_id=event.id), 303)
    mail = mails.preview(rule, event, form.sentence.data or "")
    page = render_template("reminders/say.html", event=event, rule=rule, form=form, mail=mail)
    return page, 422 if request.method == "POST" else 200
