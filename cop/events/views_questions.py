"""« Formulaire »: what an event, or every new event of a kind, asks those who register."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.events import forms_questions as forms
from cop.events import queries, service_questions
from cop.events import queries_questions as questions
from cop.events.models import Event
from cop.events.queries_questions import Owner
from cop.events.views_agenda import blueprint
from cop.events.views_kinds import blueprint as kinds
from cop.events.views_kinds import everywhere

OF_EVENT: Final = "/animation/evenements/<int:event_id>/questions"
OF_KIND: Final = "/<int:event_kind_id>/questions"


class Addresses:
    """The same pages for an event and for a kind, each under its own address."""

    def __init__(self, owner: Owner) -> None:
        of_event = isinstance(owner, Event)
        self._values: dict[str, Any] = {"event_id" if of_event else "event_kind_id": owner.id}
        self._blueprint = "events" if of_event else "event_kinds"
        self._question = "question_id" if of_event else "kind_question_id"

    def to(self, name: str, question_id: int | None = None) -> str:
        values: dict[str, Any] = {self._question: question_id} if question_id else {}
        return url_for(f"{self._blueprint}.{name}", **self._values, **values)


def _page(owner: Owner, form: Any = None, settings: Any = None, meanwhile: Any = None) -> Any:
    sent = form or settings
    page = render_template(
        "events/questions.html",
        owner=owner,
        of_event=isinstance(owner, Event),
        to=Addresses(owner).to,
        questions=questions.of(owner),
        kinds=forms.KINDS,
        form=sent,
        question_form=form or forms.QuestionForm(formdata=None),
        meanwhile=meanwhile,
        settings=settings or (forms.settings_of(owner) if isinstance(owner, Event) else None),
    )
    return page, 422 if sent is not None else 200


def _back(owner: Owner) -> Any:
    return redirect(Addresses(owner).to("questions"), 303)


def _add(owner: Owner) -> Any:
    form = forms.QuestionForm()
    if form.validate():
        try:
            service_questions.add(owner, form.wording(), actor=actor())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The question is asked from now on."), "done")
            return _back(owner)
    return _page(owner, form=form)


def _edit(owner: Owner, question_id: int) -> Any:
    question = questions.one(owner, question_id)
    form = forms.of_question(question)
    if request.method == "POST" and form.validate() and not forms.changed_meanwhile(form, question):
        try:
            service_questions.edit(owner, question, form.wording(), actor=actor(), now=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Saved."), "done")
            return _back(owner)
    page = render_template(
        "events/question.html", owner=owner, of_event=isinstance(owner, Event), to=Addresses(owner).to, form=form
    )
    return page, 422 if request.method == "POST" else 200


def _remove(owner: Owner, question_id: int) -> Any:
    question = questions.one(owner, question_id)
    try:
        gone = service_questions.remove(owner, question, actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        kept = _("Some people had answered: it is no longer asked, and their answers stay with the registrations.")
        flash(_("The question is removed.") if gone else kept, "done")
    return _back(owner)


def _restore(owner: Owner, question_id: int) -> Any:
    try:
        service_questions.restore(owner, questions.one(owner, question_id), actor=actor())
    except Refused as refused:
        flash(refused.message, "refused")
    return _back(owner)


def _move(owner: Owner, question_id: int) -> Any:
    try:
        step = -1 if request.form.get("vers") == "haut" else 1
        service_questions.move(owner, questions.one(owner, question_id), step)
    except Refused as refused:
        flash(refused.message, "refused")
    return _back(owner)


# --- Of an event --------------------------------------------------------------------------------------


@blueprint.get(OF_EVENT, endpoint="questions")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def questions_of_event(event_id: int) -> Any:
    return _page(queries.get(event_id))


@blueprint.post(OF_EVENT)
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def question_add(event_id: int) -> Any:
    return _add(queries.get(event_id))


@blueprint.post(f"{OF_EVENT}/reglages")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def question_settings(event_id: int) -> Any:
    event, form, meanwhile = queries.get(event_id), forms.SettingsForm(), None
    if form.validate():
        try:
            shown = form.marks_shown()
            changed = service_questions.settle(event, form.settings(event), actor=actor(), shown=shown)
        except service_questions.SettledMeanwhile as refused:
            refuse(form, refused)
            meanwhile = forms.merge_settings(form, event)
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Saved.") if changed else _("Nothing had changed."), "done")
            return _back(event)
    return _page(event, settings=form, meanwhile=meanwhile)


@blueprint.route(f"{OF_EVENT}/<int:question_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def question_edit(event_id: int, question_id: int) -> Any:
    return _edit(queries.get(event_id), question_id)


@blueprint.post(f"{OF_EVENT}/<int:question_id>/retirer")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def question_remove(event_id: int, question_id: int) -> Any:
    return _remove(queries.get(event_id), question_id)


@blueprint.post(f"{OF_EVENT}/<int:question_id>/remettre")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def question_restore(event_id: int, question_id: int) -> Any:
    return _restore(queries.get(event_id), question_id)


@blueprint.post(f"{OF_EVENT}/<int:question_id>/deplacer")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def question_move(event_id: int, question_id: int) -> Any:
    return _move(queries.get(event_id), question_id)


# --- Of a kind ----------------------------------------------------------------------------------------


@kinds.get(OF_KIND, endpoint="questions")
@requires(Permission.KIND_MANAGE, scope=everywhere)
def kind_list(event_kind_id: int) -> Any:
    return _page(questions.kind_by_number(event_kind_id))


@kinds.post(OF_KIND, endpoint="question_add")
@requires(Permission.KIND_MANAGE, scope=everywhere)
def kind_add(event_kind_id: int) -> Any:
    return _add(questions.kind_by_number(event_kind_id))


@kinds.route(f"{OF_KIND}/<int:kind_question_id>", methods=["GET", "POST"], endpoint="question_edit")
@requires(Permission.KIND_MANAGE, scope=everywhere)
def kind_edit(event_kind_id: int, kind_question_id: int) -> Any:
    return _edit(questions.kind_by_number(event_kind_id), kind_question_id)


@kinds.post(f"{OF_KIND}/<int:kind_question_id>/retirer", endpoint="question_remove")
@requires(Permission.KIND_MANAGE, scope=everywhere)
def kind_remove(event_kind_id: int, kind_question_id: int) -> Any:
    return _remove(questions.kind_by_number(event_kind_id), kind_question_id)


@kinds.post(f"{OF_KIND}/<int:kind_question_id>/remettre", endpoint="question_restore")
@requires(Permission.KIND_MANAGE, scope=everywhere)
def kind_restore(event_kind_id: int, kind_question_id: int) -> Any:
    return _restore(questions.kind_by_number(event_kind_id), kind_question_id)


@kinds.post(f"{OF_KIND}/<int:kind_question_id>/deplacer", endpoint="question_move")
@requires(Permission.KIND_MANAGE, scope=everywhere)
def kind_move(event_kind_id: int, kind_question_id: int) -> Any:
    return _move(questions.kind_by_number(event_kind_id), kind_question_id)
