"""Keeping a date: what it makes, whom it tells, then the press."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.events.rules import PUBLISHED
from cop.polls import forms, queries, service_decision
from cop.polls.views_desk import blueprint


@blueprint.route("/animation/sondages/<int:poll_id>/retenir/<int:option_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def keep_date(poll_id: int, option_id: int) -> Any:
    poll, form = queries.get(poll_id), forms.KeepForm()
    if request.method == "POST" and form.validate():
        publish = form.publish.data == "publish"
        try:
            event = service_decision.keep_date(
                poll, option_id, publish=publish, registers=form.registers.data, actor=actor(), now=clock.now()
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_kept_words(event.status), "done")
            return redirect(url_for("events.manage", event_id=event.id), 303)
    option = next((one for one in poll.options if one.id == option_id), None)
    if option is None:
        raise NotFound
    tally, voters = queries.tallies(poll)[option_id], queries.counts(poll_id)
    told = voters.listed - voters.waiting - voters.leaving
    page = render_template("polls/keep.html", poll=poll, option=option, tally=tally, told=told, form=form)
    return page, 422 if request.method == "POST" else 200


def _kept_words(status: str) -> str:
    if status == PUBLISHED:
        return _("The date is kept and the event published. Those who were asked are told within the minute.")
    return _("The date is kept: here is its event. Those who were asked are told when it is published.")
