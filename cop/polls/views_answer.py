"""Answering a poll: by the link in a mail, or by the one that was shared; without an account."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for

from cop.core import clock, rate_limits, tokens
from cop.core.access import public
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.core.unit_of_work import release
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.polls import forms, queries, rules, service
from cop.polls.models import Poll, PollVoter
from cop.polls.views_desk import blueprint as blueprint

BAD_LINKS: Final = {"limit": 60, "seconds": 600}
ANSWERS: Final = {"limit": 30, "seconds": 600}


def _voter(token: str) -> PollVoter:
    """Whom a personal link speaks for; a wrong link is counted, then not found."""
    try:
        return queries.by_token(token)
    except (tokens.BadToken, ValueError):
        release()
        rate_limits.hit("poll-link", request.remote_addr or "", **BAD_LINKS)
        raise NotFound from None


@blueprint.route("/sondage/<poll_token>", methods=["GET", "POST"])
@public
def answer(poll_token: str) -> Any:
    voter, form = _voter(poll_token), forms.NobodyForm()
    if request.method == "POST" and form.validate():
        try:
            service.answer(voter, forms.choices_in(voter.poll), clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Thank you, your answer is kept. You may change it here until the deadline."), "done")
            return redirect(url_for("polls.answer", poll_token=poll_token), 303)
    return _page(voter.poll, form, queries.choices_of(voter), voter)


@blueprint.route("/sondages/<secret>", methods=["GET", "POST"])
@public
def answer_by_link(secret: str) -> Any:
    if request.method == "POST":
        rate_limits.hit("poll-answer", request.remote_addr or "", **ANSWERS)
    poll, form = queries.by_secret(secret), forms.WhoForm()
    if request.method == "POST" and form.validate():
        who = form.given_name.data, form.family_name.data, form.email.data
        try:
            service.answer_by_link(poll, *who, forms.choices_in(poll), clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            return redirect(url_for("polls.thanks", secret=secret), 303)
    return _page(poll, form, {}, None)


@blueprint.get("/sondages/<secret>/merci")
@public
def thanks(secret: str) -> str:
    """The same words whoever had answered before: an address typed here tells nothing of its owner."""
    return render_template("polls/thanks.html", poll=queries.by_secret(secret))


def _announced(event: Event) -> bool:
    return event_rules.is_announced(event.status, event.published_at)


def _page(poll: Poll, form: Any, choices: dict[int, str], voter: PollVoter | None) -> Any:
    now = clock.now()
    if request.method == "POST":
        choices = forms.choices_in(poll)
    event = poll.event if poll.event and _announced(poll.event) else None
    page = render_template(
        "polls/answer.html",
        poll=poll,
        form=form,
        voter=voter,
        choices=choices,
        stage=queries.stage_of(poll, now),
        tallies=queries.tallies(poll),
        names=queries.first_names(poll) if poll.names_shown else {},
        event=event,
        words=list(rules.Choice),
        now=now,
    )
    return page, 422 if request.method == "POST" else 200
