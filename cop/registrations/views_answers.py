"""What people answered from their calendar, for those who run the event."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from cop.accounts import access
from cop.accounts.sign_in import actor, current_account
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import Refused
from cop.core.i18n import _
from cop.events import queries as events
from cop.registrations import queries_answers as queries
from cop.registrations import service_answers as service
from cop.registrations.views_event import blueprint


@blueprint.get("/animation/evenements/<int:event_id>/reponses")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def answers(event_id: int) -> str:
    return render_template(
        "registrations/answers.html",
        event=events.get(event_id),
        may_edit=access.can(current_account(), Permission.EVENT_EDIT, events.where_is(event_id)),
        aside=queries.aside(event_id),
        handled=queries.handled(event_id),
    )


def _back(event_id: int) -> Any:
    return redirect(url_for("registrations.answers", event_id=event_id), 303)


@blueprint.post("/animation/evenements/<int:event_id>/reponses/<int:answer_id>/prendre")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def take_answer(event_id: int, answer_id: int) -> Any:
    try:
        service.vouch(queries.one(event_id, answer_id), clock.now(), actor())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("The answer is taken."), "done")
    return _back(event_id)


@blueprint.post("/animation/evenements/<int:event_id>/reponses/<int:answer_id>/garder-la-date")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def keep_the_date(event_id: int, answer_id: int) -> Any:
    try:
        service.keep_the_date(queries.one(event_id, answer_id), clock.now(), actor())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("The person is told that the date stays."), "done")
    return _back(event_id)


@blueprint.post("/animation/evenements/<int:event_id>/reponses/<int:answer_id>/classer")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def dismiss_answer(event_id: int, answer_id: int) -> Any:
    service.dismiss(queries.one(event_id, answer_id).mail, actor())
    return _back(event_id)


@blueprint.post("/animation/evenements/<int:event_id>/reponses/<int:answer_id>/reprendre")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def bring_back_answer(event_id: int, answer_id: int) -> Any:
    service.bring_back(queries.one(event_id, answer_id).mail)
    return _back(event_id)
