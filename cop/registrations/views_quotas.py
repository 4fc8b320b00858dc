"""The seats of an event: the groups that have their own, and how freed ones reach those who wait."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.events import forms_quotas
from cop.events import queries as events
from cop.events import service_quotas as quotas_of_events
from cop.events.models import Event
from cop.events.models_quotas import Quota
from cop.registrations import queries_seats, rules_seats, service_quotas
from cop.registrations.views_event import blueprint


@blueprint.route("/animation/evenements/<int:event_id>/places", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def quotas(event_id: int) -> Any:
    return _save(events.get(event_id), None)


@blueprint.route("/animation/evenements/<int:event_id>/places/<int:quota_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def quota(event_id: int, quota_id: int) -> Any:
    return _save(events.get(event_id), quotas_of_events.get(quota_id, event_id=event_id))


def _save(event: Event, changed: Quota | None) -> Any:
    form = forms_quotas.for_quota(changed, sides=event.mode == rules_seats.HYBRID)
    if request.method == "POST" and form.validate():
        number = changed.id if changed else None
        try:
            service_quotas.save(event.id, number, form.description(), now=clock.now(), actor=actor())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Saved. Those registered already are counted in their group."), "done")
            return redirect(url_for("registrations.quotas", event_id=event.id), 303)
    return _page(event, form, forms_quotas.WaitingListForm(formdata=None, obj=event), changed)


def _page(event: Event, form: Any, waiting_form: Any, changed: Quota | None = None) -> Any:
    page = render_template(
        "registrations/quotas.html",
        event=event,
        form=form,
        waiting_form=waiting_form,
        changed=changed,
        quotas=quotas_of_events.of_event(event.id),
        professions=form.profession_codes.choices,
        common=_common(queries_seats.seats_of(event)),
    )
    return page, 422 if request.method == "POST" else 200


def _common(seats: rules_seats.Seats) -> list[dict[str, Any]]:
    """The seats for everybody, on each side."""
    words = (_("everybody"),) if seats.online is None else (_("everybody, on site"), _("everybody, online"))
    sides = (seats.main, seats.online) if seats.online else (seats.main,)
    found = []
    for online, (label, side) in enumerate(zip(words, sides, strict=True)):
        line = rules_seats.Line(bool(online))
        groups = [one for one in seats.lines() if one.ruling and seats.side(one) is side]
        taken = side.taken - sum(one.ruling.taken for one in groups if one.ruling)
        most = rules_seats.for_everybody(seats, online=bool(online))
        found.append({"label": label, "capacity": most, "taken": taken, "waiting": seats.waiting(line)})
    return found


@blueprint.post("/animation/evenements/<int:event_id>/places/liste-d-attente")
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def set_waiting_list(event_id: int) -> Any:
    event, form = events.get(event_id), forms_quotas.WaitingListForm()
    if not form.validate():
        return _page(event, forms_quotas.for_quota(None, sides=event.mode == rules_seats.HYBRID), form)
    hours = {"offer_hours": form.offer_hours.data, "stop_hours": form.stop_hours.data}
    quotas_of_events.set_waiting_list(event, **hours, actor=actor())
    flash(_("Saved."), "done")
    return redirect(url_for("registrations.quotas", event_id=event.id), 303)


@blueprint.post("/animation/evenements/<int:event_id>/places/<int:quota_id>/retirer")
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def remove_quota(event_id: int, quota_id: int) -> Any:
    quotas_of_events.get(quota_id, event_id=event_id)
    service_quotas.remove(event_id, quota_id, now=clock.now(), actor=actor())
    flash(_("Taken away: its seats and its people are among all others."), "done")
    return redirect(url_for("registrations.quotas", event_id=event_id), 303)


@blueprint.post("/animation/evenements/<int:event_id>/places/<int:quota_id>/monter")
@requires(Permission.EVENT_EDIT, scope=events.where_is)
def raise_quota(event_id: int, quota_id: int) -> Any:
    service_quotas.raise_one(event_id, quota_id, actor=actor())
    return redirect(url_for("registrations.quotas", event_id=event_id), 303)
