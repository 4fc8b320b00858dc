"""The guests of an event: who was asked and how far each got, whom to ask, whom to ask again."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_sqlalchemy.pagination import Pagination

from cop.accounts.models import Account
from cop.accounts.sign_in import actor, current_account
from cop.campaigns import (
    forms,
    queries,
    queries_again,
    queries_answers,
    queries_audience,
    rules,
    service,
    service_again,
)
from cop.campaigns.models import Campaign
from cop.campaigns.queries_audience import Audience, Reader
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.events import queries as events
from cop.events.models import Event
from cop.network import queries as network
from cop.network import queries_choices, queries_scope, rules_filter
from cop.network.rules_filter import Filter

blueprint: Final = Blueprint("campaigns", __name__)
PER_PAGE: Final = 50


def viewer() -> Account:
    account = current_account()
    if account is None:
        raise NotFound
    return account


@blueprint.get("/animation/evenements/<int:event_id>/invites")
@requires(Permission.CAMPAIGN_SEND, scope=events.where_is)
def guests(event_id: int) -> str:
    event, now = events.get(event_id), clock.now()
    answer = request.args.get("reponse", "")
    page = queries_answers.page(event_id, answer, request.args.get("page", 1, type=int))
    people = [row.person_id for row in page.items]
    return render_template(
        "campaigns/guests.html",
        event=event,
        counts=queries_answers.counts(event_id),
        page=page,
        readable=queries_scope.readable(viewer(), people),
        lost=queries_again.of_people(event_id, people, now),
        held=rules.HELD,
        answer=answer,
        answers=rules.ANSWERS,
        campaigns=queries.of_event(event_id),
        chaseable=queries_answers.chaseable(event_id, now - rules.BETWEEN, rules.MOST_CHASES),
        invitable=queries.invitable(event, now),
        refused=_refusal(event),
        dropped=request.args.get("supprime", type=int),
        now=now,
    )


@blueprint.post("/animation/evenements/<int:event_id>/invites/<int:person_id>/ecrire")
@requires(Permission.CAMPAIGN_SEND, scope=events.where_is)
def write_again(event_id: int, person_id: int) -> Any:
    """The invitation that did not arrive, once more."""
    try:
        if service_again.write_again(events.get(event_id), person_id, actor=actor(), now=clock.now()):
            flash(_("The invitation leaves once more."), "done")
    except Refused as refused:
        flash(refused.message, "refused")
    where: dict[str, Any] = {"reponse": request.form.get("reponse") or None, "_anchor": "people"}
    return redirect(url_for("campaigns.guests", event_id=event_id, **where), 303)


def _refusal(event: Event) -> Any:
    try:
        queries.check_event(event, clock.now())
    except Refused as refused:
        return refused.message
    return None


@blueprint.get("/animation/evenements/<int:event_id>/invites/choisir")
@requires(Permission.CAMPAIGN_SEND, scope=events.where_is)
def choose(event_id: int) -> str:
    return _choosing(events.get(event_id), rules_filter.read(request.args))


class Slice(Pagination):
    """A page of a list that was read already."""

    def _query_items(self) -> list[Reader]:
        readers: Sequence[Reader] = self._query_args["readers"]
        return list(readers[self._query_offset : self._query_offset + self.per_page])

    def _query_count(self) -> int:
        return len(self._query_args["readers"])


def _choosing(event: Event, asked: Filter, form: forms.ListForm | None = None, found: Any = None) -> str:
    reader, now = viewer(), clock.now()
    groups = queries_choices.groups(reader)
    audience = queries_audience.audience(event, network.people(asked, reader), chase=False, now=now)
    number = request.args.get("page", 1, type=int)
    return render_template(
        "campaigns/choose.html",
        event=event,
        asked=asked,
        groups=groups,
        chosen=list(queries_choices.chosen(asked, groups)),
        own=network.shown_first(asked, reader),
        segments=network.segments(reader),
        address=lambda values: url_for("campaigns.choose", event_id=event.id, **values),
        of_query=rules_filter.of_query,
        audience=audience,
        page=Slice(page=number, per_page=PER_PAGE, error_out=False, readers=audience.everybody),
        reasons=rules.ASIDE,
        form=form or forms.ListForm(formdata=None),
        found=found,
        refused=_refusal(event),
        last_day=queries.last_day(len(audience.to_write), now),
    )


@blueprint.post("/animation/evenements/<int:event_id>/invites/choisir")
@requires(Permission.CAMPAIGN_SEND, scope=events.where_is)
def prepare(event_id: int) -> Any:
    """All who answer to the question, those who were ticked, or a list of names."""
    event, how = events.get(event_id), request.form.get("how", "")
    if how == "list":
        return _from_list(event)
    asked = rules_filter.of_query(request.form.get("question", ""))
    try:
        if how == "ticked":
            made = _from_ticks(event, asked)
        else:
            made = service.prepare(event, viewer(), clock.now(), query=asked.canonical)
    except Refused as refused:
        flash(refused.message, "refused")
        same: dict[str, Any] = asked.values()
        return redirect(url_for("campaigns.choose", event_id=event_id, **same), 303)
    return _to(made)


def _from_ticks(event: Event, asked: Filter) -> Campaign:
    """Those ticked among the people the page could show: other numbers are left out."""
    ticked = {int(number) for number in request.form.getlist("person") if number.isdigit() and len(number) < 10}
    audience: Audience = queries_audience.audience(event, network.people(asked, viewer()), chase=False, now=clock.now())
    known = ticked & {one.id for one in audience.everybody}
    if not known:
        raise Refused(_("Tick at least one person, or invite all of the list."))
    return service.prepare(event, viewer(), clock.now(), picked=known)


def _from_list(event: Event) -> Any:
    form, found = forms.ListForm(), None
    if form.validate():
        found = queries_audience.look_up(form.people.data or "", viewer())
        aside = len(found.unknown) + len(found.several)
        try:
            if not found.people:
                raise Refused(_("Nobody of this list is known here: nothing was kept of it."), "people")
            if not aside or form.anyway.data == str(aside):
                return _to(service.prepare(event, viewer(), clock.now(), picked=found.people))
        except Refused as refused:
            refuse(form, refused)
    return _choosing(event, rules_filter.of_query(""), form, found), 422


@blueprint.post("/animation/evenements/<int:event_id>/invites/relancer")
@requires(Permission.CAMPAIGN_SEND, scope=events.where_is)
def chase(event_id: int) -> Any:
    """A mail to those who did not answer, ready to be read and sent."""
    event = events.get(event_id)
    try:
        made = queries.waiting_chase(event_id) or service.prepare(event, viewer(), clock.now(), chase=True)
    except Refused as refused:
        flash(refused.message, "refused")
        return redirect(url_for("campaigns.guests", event_id=event_id), 303)
    return _to(made)


def _to(campaign: Campaign) -> Any:
    return redirect(url_for("campaigns.campaign", campaign_id=campaign.id), 303)
