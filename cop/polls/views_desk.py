"""Making a poll, and reading what people answered."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from cop.accounts.models import Account
from cop.accounts.sign_in import actor, current_account
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.events import queries as events
from cop.events import queries_desk as desks
from cop.events.models import EventKind
from cop.polls import forms, mails, queries, rules, service
from cop.polls.models import Poll
from cop.territories.models import Territory

blueprint: Final = Blueprint("polls", __name__)


def viewer() -> Account:
    account = current_account()
    if account is None:
        raise NotFound
    return account


def territories() -> list[Territory]:
    return list(desks.territories(current_account(), Permission.EVENT_CREATE))


def back(poll: Poll) -> Any:
    return redirect(url_for("polls.show", poll_id=poll.id), 303)


@blueprint.get("/animation/sondages")
@requires(Permission.EVENT_CREATE)
def index() -> str:
    page = queries.page(current_account(), request.args.get("page", 1, type=int))
    now = clock.now()
    return render_template(
        "polls/index.html",
        page=page,
        lines=queries.lines(page.items),
        stage_of=lambda poll: queries.stage_of(poll, now),
    )


@blueprint.route("/animation/sondages/nouveau", methods=["GET", "POST"])
@requires(Permission.EVENT_CREATE)
def create() -> Any:
    kinds = list(events.kinds())
    code = request.args.get("kind", "") or (kinds[0].code if len(kinds) == 1 else "")
    if not code:
        return render_template("polls/kinds.html", kinds=kinds)
    kind = events.kind(code)
    form = forms.for_new(kind, territories())
    if _is_sent(form):
        try:
            poll = service.create(form.said(kind), actor=actor(), now=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The poll is written. Nobody has been asked yet: choose below whom to ask."), "done")
            return back(poll)
    return _form_page(form, kind, None)


@blueprint.route("/animation/sondages/<int:poll_id>/modifier", methods=["GET", "POST"])
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def edit(poll_id: int) -> Any:
    poll = queries.get(poll_id)
    form = forms.for_existing(poll, territories())
    if _is_sent(form):
        try:
            service.edit(poll, form.said(poll.kind), now=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Saved."), "done")
            return back(poll)
    return _form_page(form, poll.kind, poll)


def _is_sent(form: Any) -> bool:
    """Whether the form is to be kept; the button that adds a date only shows the page again."""
    return request.method == "POST" and request.form.get("action") != "add" and bool(form.validate())


def _form_page(form: Any, kind: EventKind, poll: Poll | None) -> Any:
    page = render_template("polls/form.html", form=form, kind=kind, poll=poll, most=rules.MOST_OPTIONS)
    return page, 422 if request.method == "POST" else 200


@blueprint.get("/animation/sondages/<int:poll_id>")
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def show(poll_id: int) -> str:
    return page_of(queries.get(poll_id))


def page_of(poll: Poll, people: Any = None, deadline: Any = None) -> str:
    now = clock.now()
    stage, tallies = queries.stage_of(poll, now), queries.tallies(poll)
    reader = viewer().name.split(" ")[0]
    mail = "reminded" if poll.asked_at else "asked"
    return render_template(
        "polls/show.html",
        poll=poll,
        stage=stage,
        now=now,
        tallies=tallies,
        best=rules.best(tallies.values(), now),
        voters=queries.voters(poll.id),
        choices_of=queries.choices_of,
        counts=queries.counts(poll.id),
        may_remind=rules.may_remind(at=stage, reminded_at=poll.reminded_at, now=now),
        words=mails.preview(poll, mail, reader, "fr") if stage in {"draft", "open"} else None,
        link=mails.public_page(poll),
        people=people or forms.for_people(viewer()),
        deadline=deadline or forms.DeadlineForm(formdata=None, closes_on=clock.local_date(poll.closes_at, poll.zone)),
    )


@blueprint.post("/animation/sondages/<int:poll_id>/ouvrir")
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def open_poll(poll_id: int) -> Any:
    """Take answers, and write to those on the list who were not asked yet."""
    poll = queries.get(poll_id)
    waiting = queries.counts(poll_id).waiting
    return _acted(
        poll,
        lambda: service.open_(poll, actor=actor(), now=clock.now()),
        _("The mails leave now.") if waiting else _("The poll is open: share its link."),
    )


@blueprint.post("/animation/sondages/<int:poll_id>/relancer")
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def remind(poll_id: int) -> Any:
    poll = queries.get(poll_id)
    return _acted(
        poll,
        lambda: service.remind(poll, actor=actor(), now=clock.now()),
        _("Those who have not answered are reminded now."),
    )


@blueprint.post("/animation/sondages/<int:poll_id>/fermer")
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def close(poll_id: int) -> Any:
    poll = queries.get(poll_id)
    words = _("The poll is closed. To open it again, prolong it.")
    return _acted(poll, lambda: service.close(poll, actor=actor(), now=clock.now()), words)


@blueprint.post("/animation/sondages/<int:poll_id>/prolonger")
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def prolong(poll_id: int) -> Any:
    poll, form = queries.get(poll_id), forms.DeadlineForm()
    if form.validate():
        try:
            closes_at = forms.end_of(form.closes_on.data, poll.zone)
            service.prolong(poll, closes_at, actor=actor(), now=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("People may answer until the new deadline."), "done")
            return back(poll)
    return page_of(poll, deadline=form), 422


@blueprint.post("/animation/sondages/<int:poll_id>/supprimer")
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def delete(poll_id: int) -> Any:
    poll = queries.get(poll_id)
    try:
        service.delete(poll)
    except Refused as refused:
        flash(refused.message, "refused")
        return back(poll)
    flash(_("The draft is deleted."), "done")
    return redirect(url_for("polls.index"), 303)


def _acted(poll: Poll, act: Any, words: str) -> Any:
    try:
        act()
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(words, "done")
    return back(poll)
