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


@blueprint.get("/tache/<token>")
@public
def answer(token: str) -> str:
    proposal, now = _proposal(token), clock.now()
    task = proposal.task
    return render_template(
        "volunteers/answer.html",
        proposal=proposal,
        task=task,
        token=token,
        stand=service_tasks.stand(proposal, now),
        zone=mails.zone_of(task),
        ends_at=rules.end_of(task.starts_at, task.minutes),
    )


@blueprint.post("/tache/<token>/accepter")
@public
def accept(token: str) -> Any:
    try:
        service_tasks.accept(_proposal(token), actor=PUBLIC, now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("Thank you: you have a place."), "done")
    return redirect(url_for("volunteers.answer", token=token), 303)


@blueprint.post("/tache/<token>/refuser")
@public
def decline(token: str) -> Any:
    try:
        service_tasks.decline(_proposal(token), actor=PUBLIC, now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("Thank you for answering. Nothing more is expected of you for this task."), "done")
    return redirect(url_for("volunteers.answer", token=token), 303)
