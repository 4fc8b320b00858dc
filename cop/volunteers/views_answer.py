"""The page behind the link of a proposal: it shows; its buttons answer."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for

from cop.activity.service import PUBLIC
from cop.core import clock, rate_limits, tokens
from cop.core.access import public
from cop.core.errors import NotFound, Refused
from cop.core.i18n import _
from cop.core.unit_of_work import release
from cop.volunteers import mails, queries, rules, service_tasks
from cop.volunteers.models import Proposal
from cop.volunteers.views_team import blueprint

BAD_LINKS: Final = {"limit": 60, "seconds": 600}


def _proposal(token: str) -> Proposal:
    """What the link speaks of; a wrong link is counted, then not found."""
    try:
        number = int(tokens.read(mails.PURPOSE, token))
    except (tokens.BadToken, ValueError):
        release()
        rate_limits.hit("task-link", request.remote_addr or "", **BAD_LINKS)
        raise NotFound from None
    return queries.proposal(number)


@blueprint.get("/tache/<task_token>")
@public
def answer(task_token: str) -> str:
    proposal, now = _proposal(task_token), clock.now()
    task = proposal.task
    return render_template(
        "volunteers/answer.html",
        proposal=proposal,
        task=task,
        task_token=task_token,
        stand=service_tasks.stand(proposal, now),
        zone=mails.zone_of(task),
        ends_at=rules.end_of(task.starts_at, task.minutes),
    )


@blueprint.post("/tache/<task_token>/accepter")
@public
def accept(task_token: str) -> Any:
    try:
        service_tasks.accept(_proposal(task_token), actor=PUBLIC, now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("Thank you: you have a place."), "done")
    return redirect(url_for("volunteers.answer", task_token=task_token), 303)


@blueprint.post("/tache/<task_token>/refuser")
@public
def decline(task_token: str) -> Any:
    try:
        service_tasks.decline(_proposal(task_token), actor=PUBLIC, now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("Thank you for answering. Nothing more is expected of you for this task."), "done")
    return redirect(url_for("volunteers.answer", task_token=task_token), 303)
