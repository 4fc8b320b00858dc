"""Templates: keep an event as one, name it, remove it, put it back."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.events import forms_templates, queries, rules, service_templates
from cop.events.models import Event
from cop.events.views_agenda import blueprint


@blueprint.route("/animation/evenements/<int:event_id>/modele", methods=["GET", "POST"])
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def template(event_id: int) -> Any:
    """The name of a template, or the one an event is to be kept under."""
    event = queries.get(event_id)
    form = forms_templates.NameForm(data={"name": event.template_name or event.title})
    if request.method == "POST" and form.validate():
        try:
            kept = _named(event, form.name.data or "")
        except Refused as refused:
            refuse(form, refused)
        else:
            words = _("“%(name)s” is among the templates: new events begin from it.", name=kept.template_name)
            flash(words, "done")
            return redirect(url_for("events.manage", event_id=kept.id), 303)
    page = render_template("events/template_name.html", event=event, form=form)
    return page, 422 if request.method == "POST" else 200


def _named(event: Event, name: str) -> Event:
    if event.status != rules.TEMPLATE:
        return service_templates.keep(event, name, actor=actor(), now=clock.now())
    service_templates.rename(event, name, actor=actor())
    return event


@blueprint.post("/animation/evenements/<int:event_id>/modele/retirer")
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def remove_template(event_id: int) -> Any:
    service_templates.remove(_template(event_id), actor=actor(), now=clock.now())
    flash(_("The template is removed. For thirty days it can be put back, at the bottom of this page."), "done")
    return redirect(url_for("events.create"), 303)


@blueprint.post("/animation/evenements/<int:event_id>/modele/remettre")
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def put_back_template(event_id: int) -> Any:
    found = _template(event_id)
    service_templates.put_back(found, actor=actor())
    flash(_("“%(name)s” is back.", name=found.template_name), "done")
    return redirect(url_for("events.manage", event_id=found.id), 303)


def _template(event_id: int) -> Event:
    event = queries.get(event_id)
    if event.status != rules.TEMPLATE:
        raise NotFound
    return event
